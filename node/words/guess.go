package words

import (
	"slices"
	"strings"
	"sync"
	"unicode"
)

// guessed are the kinds of things that a text may be taken to be about. Water,
// food and shelter are told from their words well enough; what is medical or a
// rescue is not, and is left for a person to say (domain: Keyword suggestion).
var guessed = []string{
	"water.drinking", "water.clean", "food.rice", "food.ready", "food.staples", "food.infant",
	"shelter.tent", "shelter.bedding", "shelter.place",
}

// Guessed returns the categories that [Guess] knows.
func Guessed() []string { return slices.Clone(guessed) }

// keyword is a phrase that speaks for a category, in words as wordsOf gives.
type keyword struct {
	category string
	phrase   []string
}

// keywords are those of all languages, the longest phrases first: "air minum"
// says more than "air".
var keywords = sync.OnceValue(func() []keyword {
	var all []keyword
	for _, category := range guessed {
		for _, t := range tongues() {
			for list := range strings.SplitSeq(t.Say("keywords."+category, nil), ",") {
				if phrase := wordsOf(list); len(phrase) > 0 {
					all = append(all, keyword{category, phrase})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b keyword) int { return len(b.phrase) - len(a.phrase) })
	return all
})

// Guess returns the categories that a text, in any of the languages, may be
// about, in the order in which it names them; mostly none or one. It is a
// suggestion: a person chooses.
func Guess(text string) []string {
	rest := wordsOf(text)
	var found []string
	for len(rest) > 0 {
		k, ok := keywordAt(rest)
		if !ok {
			rest = rest[1:]
			continue
		}
		if !slices.Contains(found, k.category) {
			found = append(found, k.category)
		}
		rest = rest[len(k.phrase):]
	}
	return found
}

// keywordAt returns the longest phrase that words begin with.
func keywordAt(words []string) (keyword, bool) {
	for _, k := range keywords() {
		if len(words) >= len(k.phrase) && slices.Equal(words[:len(k.phrase)], k.phrase) {
			return k, true
		}
	}
	return keyword{}, false
}

// wordsOf returns the words of a text in small letters, an English plural as
// its singular.
func wordsOf(text string) []string {
	all := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	for i, w := range all {
		if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
			all[i] = strings.TrimSuffix(w, "s")
		}
	}
	return all
}
