package web

import (
	"net/url"
	"strings"
	"testing"
)

func TestAGuideIsReadAsItWasMeantAndDoesNothingElse(t *testing.T) {
	p := settled(t).phone(owner)
	s := p.post("/guides/new", url.Values{"title": {"Air bersih saat banjir"}, "checklist": {"Panci bersih\nKompor"},
		"text": {"# Rebus dulu\n\n- **satu menit**\n\n<script>alert(1)</script>\n\n[klik](javascript:alert(2)) ![x](http://jauh.example/x.png)"}})
	s.has(t, "Panduan tersimpan", "<h2>Rebus dulu</h2>", "<strong>satu menit</strong>", "Panci bersih", "klik")
	s.hasNot(t, "alert(", "jauh.example")
	path, _, _ := strings.Cut(s.path, "?")
	p.post(path, url.Values{"do": {"good"}}).has(t, "disarankan 1 pengurus")
	p.page("/guides").has(t, "Air bersih saat banjir", "disarankan 1 pengurus")
	p.page("/search?q=banjir").has(t, "Air bersih saat banjir", path)
}
