// Package pages looks at the pages of real nodes in a real browser, Debian's
// Chromium, driven from world.mjs with playwright-core, and holds them against
// the accessibility rules of axe-core. It holds only tests, which need node,
// npm and chromium.
//
//	go test ./scripts/pages                              the stories
//	go test ./scripts/pages -shots /tmp/shots            and pictures of every page
//	go test ./scripts/pages -run TestFigures -figures -v the figures of bars.md 3
package pages
