// Package interop lets a program that shares no code with Gotong talk to a
// Gotong node: js-libp2p from npm, and the bytes of the specifications written
// anew in JavaScript (frames.mjs). It holds only a test, which needs node, npm
// and a way to npm's packages.
package interop
