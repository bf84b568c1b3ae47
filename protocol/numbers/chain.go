package numbers

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// group is a row of digits with nothing between them, or of spelled ones with
// no other word between them.
type group struct {
	start, end int // bytes of the text
	digits     string
	before     string // what stands between this group and the one before
	spelled    bool
}

// chain is groups that can belong together: only blanks, dots, dashes and
// brackets stand between them.
type chain []group

// chains cuts a text into its chains.
func chains(text string) []chain {
	var all []chain
	var open chain
	for at := 0; at < len(text); {
		g, ok := groupAt(text, at)
		if !ok {
			_, n := utf8.DecodeRuneInString(text[at:])
			at += n
			continue
		}
		if len(open) > 0 && joins(text[open[len(open)-1].end:g.start]) {
			g.before = text[open[len(open)-1].end:g.start]
			open = open.append(g)
		} else {
			all, open = append(all, open), chain{g}
		}
		at = g.end
	}
	return append(all, open)
}

// append adds a group; spelled digits after spelled ones are one group.
func (c chain) append(g group) chain {
	last := &c[len(c)-1]
	if last.spelled && g.spelled {
		last.end, last.digits = g.end, last.digits+g.digits
		return c
	}
	return append(c, g)
}

// groupAt reads the group that begins exactly at a byte.
func groupAt(text string, at int) (group, bool) {
	if digits, n := digitsAt(text[at:]); n > 0 {
		return group{start: at, end: at + n, digits: digits}, true
	}
	if at > 0 && letterBefore(text, at) {
		return group{}, false
	}
	n := strings.IndexFunc(text[at:], func(r rune) bool { return !unicode.IsLetter(r) })
	if n < 0 {
		n = len(text) - at
	}
	if n == 1 && mistyped(text[at:]) {
		digits, more := digitsAt(text[at+1:])
		return group{start: at, end: at + 1 + more, digits: "0" + digits}, true
	}
	if digit, ok := spelled[strings.ToLower(text[at:at+n])]; ok {
		return group{start: at, end: at + n, digits: digit, spelled: true}, true
	}
	return group{}, false
}

// mistyped reports whether a text begins with the letter O in place of the zero
// of a mobile number.
func mistyped(text string) bool {
	return len(text) > 4 && (text[0] == 'o' || text[0] == 'O') && text[1] == '8' && isDigit(text[2]) && isDigit(text[3])
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func letterBefore(text string, at int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// digitsAt returns the digits that a text begins with, as ASCII, and their
// length in bytes.
func digitsAt(text string) (digits string, length int) {
	for _, r := range text {
		digit, ok := digitOf(r)
		if !ok {
			break
		}
		digits += string(digit)
		length += utf8.RuneLen(r)
	}
	return digits, length
}

// digitOf reads ASCII, full-width and Arabic digits.
func digitOf(r rune) (byte, bool) {
	for _, zero := range []rune{'0', '０', '٠', '۰'} {
		if r >= zero && r <= zero+9 {
			return byte('0' + r - zero), true
		}
	}
	return 0, false
}

// spelled is the digits as words.
var spelled = map[string]string{
	"nol": "0", "kosong": "0", "satu": "1", "dua": "2", "tiga": "3", "empat": "4",
	"lima": "5", "enam": "6", "tujuh": "7", "delapan": "8", "sembilan": "9",
	"zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4",
	"five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}

// maxBetween is how many characters can stand between two groups of a number.
const maxBetween = 3

// joins reports whether what stands between two groups can be inside a number.
func joins(between string) bool {
	if utf8.RuneCountInString(between) > maxBetween {
		return false
	}
	return strings.Trim(between, " .-()\u00a0\u2010\u2011\u2012\u2013\u2014") == ""
}

// of returns the digits of some groups.
func (c chain) digits() string {
	var b strings.Builder
	for _, g := range c {
		b.WriteString(g.digits)
	}
	return b.String()
}

// numbers returns the numbers in a chain: from the left, the longest first.
func (c chain) numbers(text string) []Number {
	var found []Number
	for from := 0; from < len(c); {
		n, to := c.longest(text, from)
		if to == 0 {
			from++
			continue
		}
		found = append(found, n)
		from = to
	}
	return found
}

// maxGroups is how many groups a number has at most: its digits one by one.
const maxGroups = 17

// longest returns the longest number that begins with a group, and the group
// after it; 0 where none begins there.
func (c chain) longest(text string, from int) (Number, int) {
	for to := min(len(c), from+maxGroups); to > from; to-- {
		if n, ok := c[from:to].number(text); ok {
			return n, to
		}
	}
	return Number{}, 0
}

// number reads all groups of a chain as one number.
func (c chain) number(text string) (Number, bool) {
	ctx := around(text, c[0].start)
	digits := c.digits()
	n := Number{Start: c[0].start, End: c[len(c)-1].end, Digits: digits}
	switch {
	case ctx.price || !c.shaped():
		return n, false
	case c.identity(ctx):
		n.Kind = Identity
	case ctx.plus && c.abroad():
		n.Kind, n.Start, n.Digits = Phone, n.Start-ctx.signSize, "+"+digits
	case c.phone() || ctx.announced && c.local():
		n.Kind = Phone
	default:
		return n, false
	}
	if ctx.open && n.Start > 0 && strings.Contains(text[n.Start:n.End], ")") {
		n.Start-- // the bracket around the area code
	}
	return n, true
}

// shaped reports whether the groups look like one number: no digit stands alone
// behind longer groups, as a quantity behind a number does; but for the 0 in
// "+62 (0) 812".
func (c chain) shaped() bool {
	pairs := true
	for _, g := range c {
		pairs = pairs && len(g.digits) <= 2
	}
	for _, g := range c[1:] {
		if trunk := g.digits == "0" && strings.HasSuffix(g.before, "("); !pairs && !trunk && len(g.digits) < 2 {
			return false
		}
	}
	return !c.date() && !c.decimal() && !c.thousands()
}
