package board

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"

	"gotong/protocol/record"
)

// Found is a record in which words were found.
type Found struct {
	*Record
	Words int // how many of the words that were looked for
	Score int
}

// searched are the kinds that hold what people look for.
var searched = []record.Kind{
	record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER, record.Kind_KIND_GUIDE, record.Kind_KIND_NOTICE, record.Kind_KIND_EVENT,
	record.Kind_KIND_RESOURCE, record.Kind_KIND_PROJECT, record.Kind_KIND_MEMBER, record.Kind_KIND_ORGANISATION,
}

// Search returns up to limit records in which the words of a text are found, in
// Indonesian or English: those with most of the words first, then where they
// stand in the title or fit exactly, then by id.
func (v View) Search(text string, limit int) []Found {
	wanted := tokens(text)
	var found []Found
	for _, e := range v.board.entries {
		if len(wanted) == 0 || !slices.Contains(searched, e.kind) {
			continue
		}
		r := v.board.read(e)
		if r.Content == nil {
			continue
		}
		if f := match(r, wanted); f.Words > 0 {
			found = append(found, f)
		}
	}
	slices.SortFunc(found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(b.Words, a.Words), cmp.Compare(b.Score, a.Score), compareIDs(a.ID, b.ID))
	})
	return found[:min(limit, len(found))]
}

// match says how well a record fits.
func match(r *Record, wanted []string) Found {
	f := Found{Record: r}
	said := texts(r.Content.ProtoReflect(), 0)
	for _, want := range wanted {
		best := 0
		for _, s := range said {
			for _, word := range tokens(s.text) {
				best = max(best, s.weight*fit(want, word))
			}
		}
		if best > 0 {
			f.Words++
			f.Score += best
		}
	}
	return f
}

// fit is 3 for the same word, 2 for its beginning, 1 for a part of it, as
// "banjir" is of "kebanjiran".
func fit(want, word string) int {
	switch {
	case want == word:
		return 3
	case len(want) >= 3 && strings.HasPrefix(word, want):
		return 2
	case len(want) >= 4 && strings.Contains(word, want):
		return 1
	}
	return 0
}

// passage is a text of a record and how much it tells what that is about.
type passage struct {
	text   string
	weight int
}

// deepest bounds how far into a record's messages one looks.
const deepest = 3

// texts returns all that a message says in words.
func texts(m protoreflect.Message, depth int) []passage {
	var all []passage
	m.Range(func(f protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		each := func(value protoreflect.Value) {
			switch {
			case f.Kind() == protoreflect.StringKind:
				all = append(all, passage{value.String(), weightOf(string(f.Name()))})
			case f.Kind() == protoreflect.MessageKind && depth < deepest:
				all = append(all, texts(value.Message(), depth+1)...)
			}
		}
		switch {
		case f.IsMap():
		case f.IsList():
			for i := range value.List().Len() {
				each(value.List().Get(i))
			}
		default:
			each(value)
		}
		return true
	})
	return all
}

func weightOf(field string) int {
	switch field {
	case "title", "name", "headline":
		return 4
	case "category", "skill", "topic", "item":
		return 2
	}
	return 1
}

// folded are letters that people leave the marks off.
var folded = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ä", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "ï", "i",
	"ó", "o", "ô", "o", "ö", "o", "ú", "u", "ü", "u", "ç", "c", "ñ", "n")

// endings are what both languages put after a word that means the same without.
var endings = []string{"nya", "lah", "kah", "pun", "ies", "es", "s"}

// tokens cuts a text into words: small letters, without marks and endings, one
// name for a thing in both languages.
func tokens(text string) []string {
	words := strings.FieldsFunc(folded.Replace(strings.ToLower(text)), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	for i, w := range words {
		words[i] = stem(w)
	}
	return words
}

func stem(word string) string {
	for _, end := range endings {
		if rest, ok := strings.CutSuffix(word, end); ok && len(rest) >= 3 {
			word = rest
			break
		}
	}
	if same, ok := names[word]; ok {
		return same
	}
	return word
}

// names are the Indonesian words for what the codes of categories and skills,
// and neighbours who write English, call so.
var names = map[string]string{
	"water": "air", "drinking": "minum", "clean": "bersih", "rice": "bera", "beras": "bera", "food": "makan", "makanan": "makan", "meal": "makan",
	"tent": "tenda", "blanket": "selimut", "clothe": "pakaian", "baju": "pakaian", "medicine": "obat", "doctor": "dokter", "nurse": "perawat",
	"boat": "perahu", "pump": "pompa", "fuel": "bensin", "bbm": "bensin", "electricity": "listrik", "power": "listrik", "flood": "banjir",
	"tool": "alat", "school": "sekolah", "child": "anak", "training": "latihan", "pelatihan": "latihan", "fire": "api", "kebakaran": "api",
	"earthquake": "gempa", "roof": "atap", "house": "rumah", "toilet": "jamban", "help": "bantu", "bantuan": "bantu",
}
