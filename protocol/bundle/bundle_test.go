package bundle

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"gotong/protocol"
)

// section is what a bundle holds of one neighbourhood.
type section struct {
	tag   Tag
	items [][]byte
}

func written(t testing.TB, s Salt, sections ...section) []byte {
	var out bytes.Buffer
	w := NewWriter(&out, s)
	for _, in := range sections {
		if err := w.Section(in.tag); err != nil {
			t.Fatal(err)
		}
		for _, raw := range in.items {
			if err := w.Item(raw); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// all reads items until the error that ends them.
func all(r io.Reader) (items [][]byte, tags []Tag, err error) {
	b, err := NewReader(r)
	if err != nil {
		return nil, nil, err
	}
	for {
		tag, raw, err := b.Next()
		if err != nil {
			return items, tags, err
		}
		items, tags = append(items, raw), append(tags, tag)
	}
}

func item(fill byte, n int) []byte { return bytes.Repeat([]byte{fill}, n) }

// example is the bundle of SPEC.md, 5.
func example(t testing.TB) []byte {
	var salt Salt
	for i := range salt {
		salt[i] = byte(i)
	}
	n := protocol.NeighbourhoodID(item(0xaa, 16))
	return written(t, salt, section{TagOf(salt, n), [][]byte{item(0x81, 65), item(0x01, 140)}})
}

func TestTheExampleOfTheSpecificationIsWhatIsWritten(t *testing.T) {
	text, err := os.ReadFile("testdata/example.hex")
	if err != nil {
		t.Fatal(err)
	}
	want, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil {
		t.Fatal(err)
	}
	if got := example(t); !bytes.Equal(got, want) {
		t.Errorf("the layout has changed:\n got %x\nwant %x", got, want)
	}
	items, _, err := all(bytes.NewReader(want))
	if len(items) != 2 || err != io.EOF {
		t.Errorf("%d items, then %v", len(items), err)
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sections []section
		var want [][]byte
		for range rapid.IntRange(0, 4).Draw(t, "sections") {
			s := section{tag: Tag(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "tag"))}
			for range rapid.IntRange(0, 5).Draw(t, "items") {
				raw := item(rapid.Byte().Draw(t, "fill"), rapid.IntRange(protocol.MinItem, protocol.MaxItem).Draw(t, "size"))
				s.items = append(s.items, raw)
			}
			sections, want = append(sections, s), append(want, s.items...)
		}
		var out bytes.Buffer
		w := NewWriter(&out, Salt{7})
		for _, s := range sections {
			w.Section(s.tag)
			for _, raw := range s.items {
				w.Item(raw)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, _, err := all(iotest.HalfReader(&out))
		if err != io.EOF || len(got) != len(want) {
			t.Fatalf("%d items of %d, then %v", len(got), len(want), err)
		}
		for i := range got {
			if !bytes.Equal(got[i], want[i]) {
				t.Fatalf("item %d differs", i)
			}
		}
	})
}

func TestABundleCutAnywhereYieldsWhatIsWholeAndSaysSo(t *testing.T) {
	whole := example(t)
	firstItem, secondItem := HeaderSize+18+66, HeaderSize+18+66+142
	for at := range whole {
		items, _, err := all(bytes.NewReader(whole[:at]))
		want := 0
		if at >= firstItem {
			want++
		}
		if at >= secondItem {
			want++
		}
		if len(items) != want || !errors.Is(err, ErrDamaged) && !(at <= len(magic) && errors.Is(err, ErrNotBundle)) {
			t.Errorf("cut at %d of %d: %d items, then %v", at, len(whole), len(items), err)
		}
	}
}

// TestEveryFlippedBitShows: either an item is another one, which the door
// notices, and the checksum tells; or the reading ends there.
func TestEveryFlippedBitShows(t *testing.T) {
	whole := example(t)
	for at := range whole {
		for bit := range 8 {
			altered := bytes.Clone(whole)
			altered[at] ^= 1 << bit
			if _, _, err := all(bytes.NewReader(altered)); err == io.EOF {
				t.Fatalf("bit %d of byte %d went unnoticed", bit, at)
			}
		}
	}
}

func TestAReaderWaitsForNoByteBeyondTheBundle(t *testing.T) {
	in, out := io.Pipe()
	go out.Write(example(t)) // and the pipe stays open, as a serial line does
	items, _, err := all(in)
	if len(items) != 2 || err != io.EOF {
		t.Errorf("%d items, then %v", len(items), err)
	}
}

func TestAnErrorOfReadingIsNoDamage(t *testing.T) {
	broken := errors.New("the stick was pulled")
	_, _, err := all(io.MultiReader(bytes.NewReader(example(t)[:100]), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || errors.Is(err, ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

func TestANewerLayoutIsToldFromGarbage(t *testing.T) {
	newer := example(t)
	newer[len(magic)] = 2
	for text, want := range map[string]error{
		string(newer): ErrVersion, "": ErrNotBundle, "PK\x03\x04 something else altogether": ErrNotBundle, magic: ErrNotBundle,
		string(make([]byte, 1000)): ErrNotBundle,
	} {
		if _, err := NewReader(strings.NewReader(text)); !errors.Is(err, want) {
			t.Errorf("%.12q: %v, want %v", text, err, want)
		}
	}
}

func TestNothingButItemsInSectionsIsWritten(t *testing.T) {
	for _, raw := range [][]byte{nil, item(1, protocol.MinItem-1), item(1, protocol.MaxItem+1)} {
		w := NewWriter(io.Discard, Salt{})
		if err := errors.Join(w.Section(Tag{}), w.Item(raw)); !errors.Is(err, ErrItem) {
			t.Errorf("%d bytes: %v", len(raw), err)
		}
		if err := w.Close(); !errors.Is(err, ErrItem) {
			t.Errorf("closed as whole after an error: %v", err)
		}
	}
	if err := NewWriter(io.Discard, Salt{}).Item(item(1, 100)); !errors.Is(err, ErrItem) {
		t.Errorf("outside a section: %v", err)
	}
	w := NewWriter(io.Discard, Salt{})
	for range MaxSections {
		w.Section(Tag{})
	}
	if err := w.Section(Tag{}); !errors.Is(err, ErrSections) {
		t.Errorf("one section too many: %v", err)
	}
}

func TestATagTellsNobodyElseWhichNeighbourhoodItIs(t *testing.T) {
	n := protocol.NeighbourhoodID{1}
	if TagOf(Salt{1}, n) == TagOf(Salt{2}, n) || TagOf(Salt{1}, n) == TagOf(Salt{1}, protocol.NeighbourhoodID{2}) {
		t.Error("tags that should differ do not")
	}
	if bytes.Contains(example(t), item(0xaa, 8)) {
		t.Error("the neighbourhood's id is in the bundle")
	}
}

func FuzzReader(f *testing.F) {
	f.Add(example(f))
	f.Add(written(f, Salt{}))
	f.Add(written(f, Salt{}, section{tag: Tag{1}}, section{Tag{2}, [][]byte{item(1, 8192)}}))
	f.Fuzz(func(t *testing.T, text []byte) {
		items, tags, err := all(bytes.NewReader(text))
		if err == nil {
			t.Fatal("no end")
		}
		total := 0
		for _, raw := range items {
			if len(raw) < protocol.MinItem || len(raw) > protocol.MaxItem {
				t.Fatalf("an item of %d bytes", len(raw))
			}
			total += len(raw)
		}
		if total > len(text) {
			t.Fatal("more came out than went in")
		}
		if err == io.EOF {
			whole(t, text, items, tags)
		}
	})
}

// whole: what reads as whole is, byte for byte, what a Writer makes of it, but
// for sections without items, which a Reader does not name.
func whole(t *testing.T, text []byte, items [][]byte, tags []Tag) {
	var sections []section
	for i, raw := range items {
		if i == 0 || tags[i] != tags[i-1] {
			sections = append(sections, section{tag: tags[i]})
		}
		last := &sections[len(sections)-1]
		last.items = append(last.items, raw)
	}
	again := written(t, Salt(text[len(magic)+1:]), sections...)
	if len(again) > len(text) {
		t.Fatalf("%d bytes made of %d", len(again), len(text))
	}
}
