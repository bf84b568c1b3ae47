package export

import (
	"strings"
	"unicode/utf8"
)

// Person is a household that may be reached: it accepted this one's help, or
// was accepted.
type Person struct {
	Name  string
	Phone string
	Place string
	Note  string
}

// VCard returns a card of version 4.0 (RFC 6350).
func VCard(p Person) []byte {
	var b strings.Builder
	for _, line := range []struct{ name, value string }{
		{"BEGIN", "VCARD"}, {"VERSION", "4.0"}, {"KIND", "group"}, {"FN", p.Name}, {"TEL;VALUE=text", p.Phone},
		{"ADR", p.Place}, {"NOTE", p.Note}, {"END", "VCARD"},
	} {
		value := escaped(line.value)
		if line.value == "" {
			continue
		}
		if line.name == "ADR" {
			value = ";;" + value + ";;;;" // the street, of seven parts
		}
		b.WriteString(folded(line.name + ":" + value))
	}
	return []byte(b.String())
}

// escaped writes a text as a value (RFC 6350, 3.4).
func escaped(text string) string {
	return strings.NewReplacer("\\", "\\\\", ",", "\\,", ";", "\\;", "\r\n", "\\n", "\n", "\\n", "\r", "\\n").Replace(text)
}

// lineOctets is how long a line may be before it is folded (RFC 6350, 3.2).
const lineOctets = 75

// folded cuts a line into lines of 75 octets at most, never within a character.
func folded(line string) string {
	var b strings.Builder
	room := lineOctets
	for _, c := range line {
		if size := utf8.RuneLen(c); size > room {
			b.WriteString("\r\n ")
			room = lineOctets - 1
		}
		room -= utf8.RuneLen(c)
		b.WriteRune(c)
	}
	return b.String() + "\r\n"
}
