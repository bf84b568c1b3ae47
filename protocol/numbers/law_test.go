package numbers

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// phones draws an Indonesian mobile number as digits.
func phones(t *rapid.T) string {
	return rapid.SampledFrom([]string{"081", "082", "083", "085", "087", "088", "089"}).Draw(t, "operator") +
		rapid.StringMatching(`[0-9]{7,10}`).Draw(t, "rest")
}

// written writes digits the way people do.
func written(t *rapid.T, digits string) string {
	between := rapid.SampledFrom([]string{"", " ", "-", ".", " - "}).Draw(t, "between")
	switch rapid.IntRange(0, 3).Draw(t, "way") {
	case 0:
		return digits
	case 1:
		return digits[:4] + between + digits[4:]
	case 2:
		return digits[:4] + between + digits[4:8] + between + digits[8:]
	}
	return "+62" + between + digits[1:4] + between + digits[4:]
}

var indonesian = []string{"nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"}
var english = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

func spell(t *rapid.T, digits string) string {
	names := rapid.SampledFrom([][]string{indonesian, english}).Draw(t, "language")
	var all []string
	for _, d := range digits {
		all = append(all, names[d-'0'])
	}
	return strings.Join(all, rapid.SampledFrom([]string{" ", "-"}).Draw(t, "between"))
}

// texts draws what can stand around a number without becoming part of it.
func texts(t *rapid.T, label string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
		"air", "butuh", "air 4 galon,", "ke rumah,", "RT 03/RW 07;", "besok pagi:", "Rp 150.000,", "depan masjid,", "é", "🙏", "2.000 liter,",
	}), 0, 6).Draw(t, label), " ")
}

func TestAnyPhoneNumberIsFoundInAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := phones(t)
		number := written(t, digits)
		if rapid.Bool().Draw(t, "spelled") {
			number = spell(t, digits)
		}
		text := texts(t, "before") + ", " + number + " , " + texts(t, "after")
		found := Find(text)
		if len(found) != 1 || found[0].Kind != Phone || text[found[0].Start:found[0].End] != number {
			t.Fatalf("in %q found %+v, want %q", text, found, number)
		}
	})
}

func TestAnyIdentityNumberIsFoundInAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.IntRange(1, 31).Draw(t, "day") + rapid.SampledFrom([]int{0, 40}).Draw(t, "woman")
		digits := fmt.Sprintf("3174%02d%02d%02d%02d%04d", rapid.IntRange(1, 10).Draw(t, "district"), day,
			rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(0, 99).Draw(t, "year"), rapid.IntRange(1, 9999).Draw(t, "count"))
		text := texts(t, "before") + ", " + digits + " , " + texts(t, "after")
		found := Find(text)
		if len(found) != 1 || found[0].Kind != Identity || found[0].Digits != digits {
			t.Fatalf("in %q found %+v, want %q", text, found, digits)
		}
	})
}

func TestAQuantityWithItsUnitIsNeverANumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := fmt.Sprintf("%s%d%s %s", rapid.SampledFrom([]string{"", "Rp ", "butuh "}).Draw(t, "before"),
			rapid.IntRange(0, 99_999_999).Draw(t, "quantity"), rapid.SampledFrom([]string{"", ",5", ".000"}).Draw(t, "part"),
			rapid.SampledFrom([]string{"liter", "kg", "orang", "bungkus", "KK", "jam"}).Draw(t, "unit"))
		if found := Find(text); len(found) > 0 {
			t.Fatalf("in %q found %+v", text, found)
		}
	})
}

// holds checks what every answer has to be, whatever the text.
func holds(t interface{ Fatalf(string, ...any) }, text string) {
	end := 0
	found := Find(text)
	for _, n := range found {
		if n.Start < end || n.End <= n.Start || n.End > len(text) {
			t.Fatalf("in %q: %+v after %d", text, n, end)
		}
		if utf8.ValidString(text) && !utf8.ValidString(text[n.Start:n.End]) {
			t.Fatalf("in %q: %+v cuts a character", text, n)
		}
		if n.Kind != Phone && n.Kind != Identity || len(n.Digits) < minLocal {
			t.Fatalf("in %q: %+v", text, n)
		}
		end = n.End
	}
	rest, taken := Take(text, "[…]")
	if again := Find(rest); len(again) > 0 || len(taken) < len(found) {
		t.Fatalf("%q with its numbers taken out is %q and holds %+v", text, rest, again)
	}
}

func TestWhatIsLeftOfATextHoldsNoNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		holds(t, strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{
			"0", "8", "12", "345", "0812", "62", "+", "-", ".", " ", "(", ")", "nol", "delapan", "one", "WA", "NIK ", "Rp", "\n", "x", "é", "3174015502850003",
		})).Draw(t, "pieces"), ""))
	})
}

func FuzzFind(f *testing.F) {
	for _, c := range numbersInText {
		f.Add(c.text)
	}
	f.Add("\xff0812\x803456 7890")
	f.Fuzz(func(t *testing.T, text string) { holds(t, text) })
}
