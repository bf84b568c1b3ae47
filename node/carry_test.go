package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gotong/node/api"
	"gotong/node/sneakernet"
	"gotong/protocol"
	"gotong/protocol/bundle"
	"gotong/protocol/record"
)

// visit is a stick that comes to a node: what is on it is taken in, and then
// the node's news go onto it.
func visit(t *testing.T, stick string, n *Node) (api.Carriage, sneakernet.Sent) {
	t.Helper()
	b := Backend{Node: n}
	s, err := sneakernet.Open(stick)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var here api.Carriage
	skipped, err := s.Import(func(_, _ int, _ int64, r io.Reader) error {
		counts, err := b.CarryIn(t.Context(), r, false)
		here = here.Add(counts)
		return err
	})
	if err != nil && !errors.Is(err, sneakernet.ErrNothing) || len(skipped) > 0 {
		t.Fatal(err, skipped)
	}
	if err := s.Prepare([]byte("page")); err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	if err := b.CarryOut(t.Context(), n.Neighbourhoods(), s.Salt(), &all); err != nil {
		t.Fatal(err)
	}
	there, err := s.Export(sneakernet.Place(n.Identity().DeviceID()), &all, false)
	if err != nil {
		t.Fatal(err)
	}
	return here, there
}

// apart returns a network on which nobody meets anybody.
func apart() *street { return &street{hoods: make(map[*Neighbourhood]struct{}), cut: true} }

// founded returns a node that founded a neighbourhood, and nodes that hold an
// invitation to it and have met nobody.
func founded(t *testing.T, s *street, names ...string) ([]*Node, protocol.NeighbourhoodID) {
	t.Helper()
	all := []*Node{newTestNode(t, s)}
	id, err := all[0].Create(t.Context(), "RT 03", names[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names[1:] {
		text, err := all[0].Invite(t.Context(), id, 1)
		if err != nil {
			t.Fatal(err)
		}
		n := newTestNode(t, s)
		if _, err := n.Join(t.Context(), text, name); err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	return all, id
}

func hoodsOf(t *testing.T, nodes []*Node, id protocol.NeighbourhoodID) []*Neighbourhood {
	var all []*Neighbourhood
	for _, n := range nodes {
		h, ok := n.Neighbourhood(id)
		if !ok {
			t.Fatal("a node without the neighbourhood")
		}
		all = append(all, h)
	}
	return all
}

func TestThreeNodesThatNeverConnectBecomeEqualByAStickGoingRound(t *testing.T) {
	nodes, id := founded(t, apart(), "Bu Sari", "Pak Budi", "Bu Ani")
	hoods, stick := hoodsOf(t, nodes, id), t.TempDir()
	round := func() (here api.Carriage, there sneakernet.Sent) {
		for _, n := range nodes {
			in, out := visit(t, stick, n)
			here, there.New = here.Add(in), there.New+out.New
		}
		return here, there
	}
	round() // the newcomers get the roster, the founder their names
	round()
	for i, h := range hoods {
		for n := range 20 {
			asks(t, h, fmt.Sprintf("request %d of house %d", n, i))
		}
	}
	round()
	round()
	sameBoards(t, hoods)
	if got, want := hoods[1].index.len(), 3*20; got < want {
		t.Errorf("%d cells, want at least %d", got, want)
	}
	here, there := round()
	if here.New != 0 || here.Bad != 0 || here.Unknown != 0 || here.Damaged || there.New != 0 {
		t.Errorf("a round without news brought %+v here and %d there", here, there.New)
	}
}

func TestTheSecondExportCarriesTheNewsAlone(t *testing.T) {
	nodes, id := founded(t, apart(), "Bu Sari", "Pak Budi")
	hoods, stick := hoodsOf(t, nodes, id), t.TempDir()
	visit(t, stick, nodes[0])
	visit(t, stick, nodes[1])
	for n := range 240 {
		asks(t, hoods[0], fmt.Sprintf("request %d", n))
	}
	_, first := visit(t, stick, nodes[0])
	here, _ := visit(t, stick, nodes[1])
	for n := range 3 {
		asks(t, hoods[0], fmt.Sprintf("late request %d", n))
	}
	_, second := visit(t, stick, nodes[0])
	if first.New < 240 || second.New != 3 || second.Bytes*5 > first.Bytes {
		t.Errorf("first %+v, second %+v", first, second)
	}
	if here.New < 240 {
		t.Errorf("Pak Budi got %+v", here)
	}
	cells := 0
	for _, cell := range hoods[0].index.byUrgency() {
		raw, _ := hoods[0].Raw(cell)
		cells += len(raw)
	}
	t.Logf("cells of %d bytes; first export %+v, second %+v", cells, first, second)
	visit(t, stick, nodes[1])
	sameBoards(t, hoods)
}

func TestSeveralNeighbourhoodsTravelOnOneStick(t *testing.T) {
	nodes, first := founded(t, apart(), "Bu Sari", "Pak Budi")
	second, err := nodes[0].Create(t.Context(), "Posko", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	other, _ := nodes[0].Neighbourhood(second)
	asks(t, other, "not for Pak Budi")
	stick := t.TempDir()
	visit(t, stick, nodes[0])
	here, _ := visit(t, stick, nodes[1])
	if here.New == 0 || here.Elsewhere == 0 || here.Bad+here.Unknown > 0 {
		t.Errorf("Pak Budi took in %+v", here)
	}
	visit(t, stick, nodes[0])
	sameBoards(t, hoodsOf(t, nodes, first))
	secret := []string{first.String(), second.String(), "RT 03", "Posko", "Bu Sari"}
	for _, name := range files(t, filepath.Join(stick, "gotong")) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range append(secret, string(first[:]), string(second[:])) {
			if bytes.Contains(text, []byte(word)) || bytes.Contains([]byte(name), []byte(word)) {
				t.Errorf("%s shows %q", filepath.Base(name), word)
			}
		}
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(all) == 0 {
		t.Fatal(dir, "is empty", err)
	}
	return all
}

// carried returns what a node has, as a bundle.
func carried(t *testing.T, n *Node) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := (Backend{Node: n}).CarryOut(t.Context(), n.Neighbourhoods(), [16]byte{1}, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func takesIn(t *testing.T, n *Node, text []byte, dry bool) api.Carriage {
	t.Helper()
	counts, err := (Backend{Node: n}).CarryIn(t.Context(), bytes.NewReader(text), dry)
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func TestAPoisonedItemSkipsOnlyItself(t *testing.T) {
	nodes, id := founded(t, apart(), "Bu Sari", "Pak Budi")
	for n := range 10 {
		asks(t, hoodsOf(t, nodes, id)[0], fmt.Sprintf("request %d", n))
	}
	whole := takesIn(t, newcomer(t, nodes[0], id), carried(t, nodes[0]), false)
	text, items := poisoned(t, carried(t, nodes[0]))
	got := takesIn(t, nodes[1], text, false)
	if got.Bad != 1 || got.New != whole.New-1 {
		t.Errorf("of %d items: %+v, whole %+v", items, got, whole)
	}
}

// newcomer is one more node with an invitation.
func newcomer(t *testing.T, founder *Node, id protocol.NeighbourhoodID) *Node {
	t.Helper()
	text, err := founder.Invite(t.Context(), id, 1)
	if err != nil {
		t.Fatal(err)
	}
	n := newTestNode(t, apart())
	if _, err := n.Join(t.Context(), text, "Bu Ani"); err != nil {
		t.Fatal(err)
	}
	return n
}

// poisoned flips a bit in the first cell of a bundle and writes the bundle anew:
// framing and checksum are right.
func poisoned(t *testing.T, text []byte) ([]byte, int) {
	t.Helper()
	r, err := bundle.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var tag bundle.Tag
	var items [][]byte
	for {
		in, raw, err := r.Next()
		if err != nil {
			break
		}
		tag, items = in, append(items, raw)
	}
	first := slices.IndexFunc(items, func(raw []byte) bool { return !isOp(raw) })
	items[first][100] ^= 1
	var out bytes.Buffer
	w := bundle.NewWriter(&out, r.Salt())
	if err := w.Section(tag); err != nil {
		t.Fatal(err)
	}
	for _, raw := range items {
		if err := w.Item(raw); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), len(items)
}

func TestADryRunTellsWhatWouldComeAndTakesNothingIn(t *testing.T) {
	nodes, id := founded(t, apart(), "Bu Sari", "Pak Budi")
	asks(t, hoodsOf(t, nodes, id)[0], "water")
	text := carried(t, nodes[0])
	told := takesIn(t, nodes[1], text, true)
	if again := takesIn(t, nodes[1], text, true); again != told || told.New == 0 {
		t.Errorf("told %+v, then %+v", told, again)
	}
	if did := takesIn(t, nodes[1], text, false); did != told {
		t.Errorf("told %+v, did %+v", told, did)
	}
	if after := takesIn(t, nodes[1], text, false); after.New != 0 || after.Known != told.New {
		t.Errorf("a second time %+v", after)
	}
}

func TestABundleCutShortBringsWhatIsWholeAndNeverHarm(t *testing.T) {
	nodes, id := founded(t, apart(), "Bu Sari", "Pak Budi")
	for n := range 5 {
		asks(t, hoodsOf(t, nodes, id)[0], fmt.Sprintf("request %d", n))
	}
	text, last := carried(t, nodes[0]), 0
	for at := bundle.HeaderSize; at < len(text); at += 97 {
		got := takesIn(t, nodes[1], text[:at], false)
		if !got.Damaged || got.Bad != 0 || got.New+got.Known < last {
			t.Fatalf("cut at %d: %+v after %d items", at, got, last)
		}
		last = got.New + got.Known
	}
	if rest := takesIn(t, nodes[1], text, false); rest.Damaged {
		t.Errorf("the whole bundle: %+v", rest)
	}
	visitBoth(t, nodes)
	sameBoards(t, hoodsOf(t, nodes, id))
}

func visitBoth(t *testing.T, nodes []*Node) {
	stick := t.TempDir()
	for _, n := range []*Node{nodes[1], nodes[0], nodes[1]} {
		visit(t, stick, n)
	}
}

func TestWhatIsNoBundleIsSaidSo(t *testing.T) {
	n := newTestNode(t, apart())
	for text, want := range map[string]error{"garbage": api.ErrBundle, "": api.ErrBundle, "GOTONG\n\x02 from later on": api.ErrBundleVersion} {
		if _, err := (Backend{Node: n}).CarryIn(context.Background(), bytes.NewReader([]byte(text)), false); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if counts := takesIn(t, n, carried(t, n), false); counts != (api.Carriage{}) {
		t.Errorf("an empty bundle: %+v", counts)
	}
}

// TestTheMostUrgentComesFirst: who breaks a copy off has the alerts by then.
func TestTheMostUrgentComesFirst(t *testing.T) {
	nodes, id := founded(t, apart(), "Bu Sari")
	h := hoodsOf(t, nodes, id)[0]
	asks(t, h, "can wait")
	if _, err := h.Write(t.Context(), &record.Request{Title: "trapped", Urgency: record.Urgency_URGENCY_CRITICAL,
		Lines: []*record.Line{{Line: 1, Category: "rescue.trapped", Quantity: 1000, Unit: record.Unit_UNIT_ORANG}}}, nil); err != nil {
		t.Fatal(err)
	}
	asks(t, h, "can wait too")
	last, seen := h.Class(h.index.byUrgency()[0]), 0
	for _, cell := range h.index.byUrgency() {
		if h.Class(cell) < last {
			t.Errorf("class %d after %d", h.Class(cell), last)
		}
		if h.Class(cell) != last {
			seen++
		}
		last = h.Class(cell)
	}
	if seen == 0 {
		t.Error("all of one class: the story tells nothing")
	}
}
