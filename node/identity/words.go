package identity

import (
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// WordCount is how many words a household's key has on paper.
const WordCount = 12

// english is the English list of BIP-39: 2,048 words in order, of which no two
// begin with the same four letters.
//
//go:embed english.txt
var english string

var list = strings.Fields(english)

// What can be wrong with words as a whole.
var (
	// ErrWordCount: not as many words as there should be.
	ErrWordCount = errors.New("identity: another number of words")
	// ErrWordOrder: every word is one of the list but they do not belong
	// together: one was taken for another, or two changed places.
	ErrWordOrder = errors.New("identity: the words do not fit together")
	// ErrNoWords: this household's key was not made from words.
	ErrNoWords = errors.New("identity: the household key has no words")
)

// CountError says how many words there were. It is an ErrWordCount.
type CountError struct{ Got int }

func (e *CountError) Error() string { return fmt.Sprintf("%v: %d", ErrWordCount, e.Got) }

// Unwrap makes errors.Is(err, ErrWordCount) hold.
func (e *CountError) Unwrap() error { return ErrWordCount }

// WordError says which word is not one of the list, counted from 1, and which
// of the list come nearest.
type WordError struct {
	Number int
	Word   string
	Near   []string
}

func (e *WordError) Error() string {
	return fmt.Sprintf("identity: word %d, %q, is not in the list", e.Number, e.Word)
}

// Words returns the household key as 12 words for paper: BIP-39, 128 bits and
// a checksum of four.
func (i Identity) Words() ([]string, error) {
	if i.Entropy == nil {
		return nil, ErrNoWords
	}
	return wordsOf([entropySize]byte(i.Entropy)), nil
}

func wordsOf(entropy [entropySize]byte) []string {
	sum := sha256.Sum256(entropy[:])
	bits := new(big.Int).SetBytes(append(entropy[:], sum[0]))
	bits.Rsh(bits, 4) // of the checksum's byte its first half
	words := make([]string, WordCount)
	for n := WordCount - 1; n >= 0; n-- {
		words[n] = list[new(big.Int).And(bits, big.NewInt(2047)).Int64()]
		bits.Rsh(bits, 11)
	}
	return words
}

// ParseWords reads 12 words, whatever stands between them, in capitals or not;
// the first four letters of a word do. It returns the entropy of BIP-39.
func ParseWords(text string) ([entropySize]byte, error) {
	var entropy [entropySize]byte
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' })
	bits := new(big.Int)
	for n, word := range words {
		at := indexOf(word)
		if at < 0 {
			return entropy, &WordError{Number: n + 1, Word: word, Near: near(word)}
		}
		bits.Or(bits.Lsh(bits, 11), big.NewInt(int64(at)))
	}
	if len(words) != WordCount {
		return entropy, &CountError{len(words)}
	}
	check := byte(new(big.Int).And(bits, big.NewInt(15)).Int64())
	bits.Rsh(bits, 4).FillBytes(entropy[:])
	if sum := sha256.Sum256(entropy[:]); sum[0]>>4 != check {
		return entropy, ErrWordOrder
	}
	return entropy, nil
}

// indexOf returns where a word, or one that begins with these four letters,
// stands in the list; -1 for none.
func indexOf(word string) int {
	at, found := slices.BinarySearch(list, word)
	if found || len(word) == 4 && at < len(list) && strings.HasPrefix(list[at], word) {
		return at
	}
	return -1
}

// near returns up to three words that are one slip of the pen away, or else those
// that begin alike.
func near(word string) []string {
	var some []string
	for _, w := range list {
		if slips(w, word) <= 1 {
			some = append(some, w)
		}
	}
	for n := 3; n > 1 && len(some) == 0; n-- {
		for _, w := range list {
			if len(word) >= n && strings.HasPrefix(w, word[:n]) {
				some = append(some, w)
			}
		}
	}
	return some[:min(len(some), 3)]
}

// slips is how many letters have to be changed, added or left out to make one
// word of another.
func slips(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
