// Package numbers finds telephone and identity numbers in what people write,
// so that they can be moved out of what a whole neighbourhood reads.
//
// It knows Indonesian numbers best (mobile 08..., +62, landlines with their area
// code; NIK and KK), and international ones by their "+" or "00"; spaced,
// dotted, dashed, in brackets, or with the digits spelled in Indonesian or
// English. Without any such sign a row of digits counts only behind a word that
// announces it ("hubungi", "call"). Quantities, prices, dates, times,
// coordinates and RT/RW numbers are none.
package numbers

import "strings"

// Kind says what a number names.
type Kind uint8

// The kinds of numbers.
const (
	Phone    Kind = 1
	Identity Kind = 2 // NIK or KK, 16 digits
)

// Number is one number in a text.
type Number struct {
	Kind       Kind
	Start, End int    // bytes of the text: text[Start:End]
	Digits     string // ASCII, with "+" before them where it was written
}

// Find returns the numbers in a text, in their order; they do not overlap.
func Find(text string) []Number {
	var found []Number
	for _, c := range chains(text) {
		found = append(found, c.numbers(text)...)
	}
	return found
}

// Take takes the numbers out of a text: it returns the text with mask in place
// of each, and the numbers as they stood there. What is left holds none.
func Take(text, mask string) (rest string, taken []string) {
	for found := Find(text); len(found) > 0; found = Find(text) {
		var b strings.Builder
		at := 0
		for _, n := range found {
			b.WriteString(text[at:n.Start])
			b.WriteString(mask)
			taken = append(taken, text[n.Start:n.End])
			at = n.End
		}
		b.WriteString(text[at:])
		text = b.String() // without one, a word before it may announce the next
	}
	return text, taken
}
