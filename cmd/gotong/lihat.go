package main

import (
	"bytes"
	"html"

	"gotong/node/words"
)

// page is LIHAT.html, the page that explains a stick to whoever finds it, in
// every language there is. It is the same on all sticks: nothing of a
// household or a neighbourhood is in it. It needs neither script nor network.
func page() []byte {
	var b bytes.Buffer
	b.WriteString("<!DOCTYPE html>\n<html lang=\"" + words.All()[0].Lang() + "\">\n<head>\n<meta charset=\"utf-8\">\n" +
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>Gotong</title>\n" +
		"<style>body{font-family:sans-serif;max-width:36em;margin:1em auto;padding:0 1em;line-height:1.5}</style>\n</head>\n<body>\n")
	for _, t := range words.All() {
		b.WriteString("<section lang=\"" + t.Lang() + "\">\n<h1>" + html.EscapeString(t.Say("stick.title", nil)) + "</h1>\n")
		for _, text := range []string{
			t.Say("stick.what", nil), t.Say("stick.found", nil), t.Say("stick.private", nil), t.Say("stick.use", nil),
		} {
			b.WriteString("<p>" + html.EscapeString(text) + "</p>\n")
		}
		b.WriteString("</section>\n")
	}
	b.WriteString("</body>\n</html>\n")
	return b.Bytes()
}
