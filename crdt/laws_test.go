package crdt_test

import (
	"bytes"
	"cmp"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gotong/crdt"
)

// join is what the laws ask of a joined type: how to draw one, how to join two
// into a third, and when two are the same.
type join[T any] struct {
	draw *rapid.Generator[T]
	of   func(a, b T) T
	same func(a, b T) bool
}

func (j join[T]) check(t *testing.T) {
	t.Run("the order of two does not matter", rapid.MakeCheck(func(t *rapid.T) {
		a, b := j.draw.Draw(t, "a"), j.draw.Draw(t, "b")
		j.equal(t, j.of(a, b), j.of(b, a))
	}))
	t.Run("how three are grouped does not matter", rapid.MakeCheck(func(t *rapid.T) {
		a, b, c := j.draw.Draw(t, "a"), j.draw.Draw(t, "b"), j.draw.Draw(t, "c")
		j.equal(t, j.of(j.of(a, b), c), j.of(a, j.of(b, c)))
	}))
	t.Run("hearing a thing twice does not matter", rapid.MakeCheck(func(t *rapid.T) {
		a, b := j.draw.Draw(t, "a"), j.draw.Draw(t, "b")
		j.equal(t, j.of(a, a), a)
		j.equal(t, j.of(j.of(a, b), b), j.of(a, b))
	}))
}

func (j join[T]) equal(t *rapid.T, got, want T) {
	t.Helper()
	if !j.same(got, want) {
		t.Fatalf("parted: %v and %v", got, want)
	}
}

// Few keys, stamps and values, so that they collide.
var (
	stamps = rapid.Map(rapid.Uint64Range(1, 5), func(n uint64) crdt.Stamp { return crdt.Stamp(n) })
	keys   = rapid.Uint32Range(1, 4)
	values = rapid.SliceOfN(rapid.ByteRange('a', 'c'), 0, 2)
)

func TestFieldsJoinAlikeInAnyOrder(t *testing.T) {
	join[crdt.Fields]{draw: rapid.Custom(drawFields), of: joinFields, same: sameFields}.check(t)
}

func drawFields(t *rapid.T) crdt.Fields {
	f := make(crdt.Fields)
	for range rapid.IntRange(0, 6).Draw(t, "assertions") {
		f.Set(keys.Draw(t, "field"), crdt.Assertion{Stamp: stamps.Draw(t, "stamp"), Value: values.Draw(t, "value")})
	}
	return f
}

func joinFields(a, b crdt.Fields) crdt.Fields {
	joined := maps.Clone(a)
	joined.Join(b)
	return joined
}

func sameFields(a, b crdt.Fields) bool {
	return maps.EqualFunc(a, b, func(x, y crdt.Assertion) bool {
		return x.Stamp == y.Stamp && bytes.Equal(x.Value, y.Value)
	})
}

type versioned struct {
	stamp crdt.Stamp
	text  string
}

func newerVersion(a, b versioned) bool {
	return cmp.Or(cmp.Compare(a.stamp, b.stamp), cmp.Compare(a.text, b.text)) > 0
}

type register = *crdt.Newest[uint32, versioned]

func TestTheNewestPerKeyJoinsAlikeInAnyOrder(t *testing.T) {
	join[register]{draw: rapid.Custom(drawNewest), of: joinNewest, same: sameNewest}.check(t)
}

func drawNewest(t *rapid.T) register {
	n := crdt.NewNewest[uint32](newerVersion)
	for range rapid.IntRange(0, 6).Draw(t, "values") {
		n.Add(keys.Draw(t, "key"), versioned{stamps.Draw(t, "stamp"), string(values.Draw(t, "text"))})
	}
	return n
}

func joinNewest(a, b register) register {
	joined := crdt.NewNewest[uint32](newerVersion)
	joined.Join(a)
	joined.Join(b)
	return joined
}

func sameNewest(a, b register) bool { return maps.Equal(a.All(), b.All()) }

type set = *crdt.Set[string, uint32]

func TestAddRemoveSetsJoinAlikeInAnyOrder(t *testing.T) {
	join[set]{draw: rapid.Custom(drawSet), of: joinSets, same: sameSet}.check(t)
}

// drawSet does not keep tags unique, as a cloned device would not.
func drawSet(t *rapid.T) set {
	s := crdt.NewSet[string, uint32]()
	for range rapid.IntRange(0, 8).Draw(t, "steps") {
		e, tag := string(values.Draw(t, "element")), keys.Draw(t, "tag")
		switch rapid.IntRange(0, 3).Draw(t, "step") {
		case 0:
			s.Remove(e)
		case 1:
			s.RemoveTag(tag)
		default:
			s.Add(e, tag)
		}
	}
	return s
}

func joinSets(a, b set) set {
	joined := crdt.NewSet[string, uint32]()
	joined.Join(a)
	joined.Join(b)
	return joined
}

// sameSet compares all that is remembered, also what was removed: the element
// behind a removed tag may yet be added elsewhere.
func sameSet(a, b set) bool { return reflect.DeepEqual(a, b) }

func TestARemovalSparesAnAdditionItHasNotSeen(t *testing.T) {
	here, there := crdt.NewSet[string, int](), crdt.NewSet[string, int]()
	here.Add("pump", 1)
	there.Join(here)
	there.Add("pump", 2)
	if covered := here.Remove("pump"); !maps.Equal(covered, map[int]struct{}{1: {}}) {
		t.Fatalf("covered %v", covered)
	}
	if here.Has("pump") {
		t.Error("removed here, and still in")
	}
	here.Join(there)
	if !here.Has("pump") || len(here.Elements()) != 1 {
		t.Error("the addition made elsewhere meanwhile is lost")
	}
}

func TestARemovalThatArrivesFirstStillRemoves(t *testing.T) {
	s := crdt.NewSet[string, int]()
	s.RemoveTag(7)
	s.Add("pump", 7)
	if s.Has("pump") || len(s.Elements()) != 0 {
		t.Error("the removal was forgotten")
	}
}

func TestAddingTellsWhetherItReplaced(t *testing.T) {
	n := crdt.NewNewest[string](newerVersion)
	steps := []struct {
		v    versioned
		news bool
	}{{versioned{2, "b"}, true}, {versioned{1, "z"}, false}, {versioned{2, "b"}, false}, {versioned{2, "c"}, true}}
	for _, s := range steps {
		if got := n.Add("slot", s.v); got != s.news {
			t.Errorf("Add(%v) = %v", s.v, got)
		}
	}
	if v, ok := n.Get("slot"); !ok || v.text != "c" || n.Len() != 1 {
		t.Errorf("kept %v", v)
	}
}

func TestFieldsListTheirNumbersAndTheirLastStamp(t *testing.T) {
	f := crdt.Fields{9: {Stamp: 3}, 2: {Stamp: 8}, 100: {Stamp: 1}}
	if !slices.Equal(f.Numbers(), []uint32{2, 9, 100}) || f.Last() != 8 {
		t.Errorf("numbers %v, last %v", f.Numbers(), f.Last())
	}
	if (crdt.Fields{}).Last() != 0 {
		t.Error("no field, and yet a stamp")
	}
}
