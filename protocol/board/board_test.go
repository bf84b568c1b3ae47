package board_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"gotong/protocol"
	. "gotong/protocol/board"
	"gotong/protocol/record"
)

// must tells a story without a file.
func must(t *testing.T, lines ...string) *story {
	t.Helper()
	s := newStory()
	for _, line := range lines {
		if _, err := s.hear(t, line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return s
}

func (s *story) id(name string) protocol.RecordID { return s.names[name].birth.Record() }

// write lets a device write any message.
func (s *story) write(t *testing.T, who, name string, m proto.Message, common *record.Common) protocol.RecordID {
	t.Helper()
	if err := s.begin(s.devices[who], name, "", nil, m, common); err != nil {
		t.Fatal(err)
	}
	return s.id(name)
}

func lower(ids ...protocol.RecordID) protocol.RecordID {
	return slices.MinFunc(ids, func(a, b protocol.RecordID) int { return strings.Compare(string(a[:]), string(b[:])) })
}

func TestOnlyStewardsNameTheNeighbourhood(t *testing.T) {
	s := must(t, "households sari", "device posko", "device rt")
	s.write(t, "sari", "n1", &record.Neighbourhood{Name: "Punya Sari"}, new(record.Common))
	if got := s.board.At(s.now).Neighbourhood(); got != "" {
		t.Errorf("a member named it %q", got)
	}
	names := map[protocol.RecordID]string{
		s.write(t, "posko", "n2", &record.Neighbourhood{Name: "RT 2"}, new(record.Common)): "RT 2",
		s.write(t, "rt", "n3", &record.Neighbourhood{Name: "RT 02"}, new(record.Common)):   "RT 02",
	}
	for _, line := range []string{"steward posko", "steward rt"} {
		if _, err := s.hear(t, line); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := s.board.At(s.now).Neighbourhood(), names[lower(s.id("n2"), s.id("n3"))]; got != want {
		t.Errorf("two stewards named it, it is called %q, want %q", got, want)
	}
}

// Two devices made a profile each while apart, and two records of one origin:
// of both pairs the one with the lower id is shown, whichever came first.
func TestOfTwoThatAreOneTheLowerIdIsShown(t *testing.T) {
	s := must(t, "households sari", "device sari/tablet", "apart", `sari is called "Sari"`, `sari/tablet is called "Bu Sari"`)
	origin := &record.Common{Origin: "form 7"}
	s.write(t, "sari", "k1", &record.Comment{Target: s.ref("the profile of sari"), Text: "satu"}, origin)
	s.write(t, "sari/tablet", "k2", &record.Comment{Target: s.ref("the profile of sari"), Text: "dua"}, origin)
	home := householdID("sari")
	for _, facts := range [][]Fact{s.history, backward(s.history)} {
		v := Fold(s.roster, facts).At(s.now)
		profile, ok := v.Profile(home)
		if !ok || profile.ID != lower(s.id("the profile of sari"), s.id("the profile of sari/tablet")) {
			t.Errorf("the profile is %v, %v", profile, ok)
		}
		if id, ok := v.Origin(home, "form 7"); !ok || id != lower(s.id("k1"), s.id("k2")) {
			t.Errorf("the record of that origin is %v, %v", id, ok)
		}
	}
	for _, from := range []string{"", "form 8"} {
		if id, ok := s.board.At(s.now).Origin(home, from); ok {
			t.Errorf("origin %q is %v", from, id)
		}
	}
	if id, ok := s.board.At(s.now).Origin(householdID("budi"), "form 7"); ok {
		t.Errorf("another household's form is %v", id)
	}
}

func TestOfTwoKindsARecordHasTheLower(t *testing.T) {
	s := must(t, "households sari", "device sari/tablet", `sari asks r1 "Air minum" water.drinking 4 L`)
	tablet := s.devices["sari/tablet"]
	stamp := tablet.clock.Next(s.now)
	other := part{s.names["r1"].birth, record.Kind_KIND_OFFER, nil}
	other.fields, _ = record.FieldsOf(stamp, &record.Offer{Title: "Air"})
	if err := tablet.say(0, stamp, other); err != nil {
		t.Fatal(err)
	}
	for _, facts := range [][]Fact{s.history, backward(s.history)} {
		if r, ok := Fold(s.roster, facts).Record(s.id("r1")); !ok || r.Kind != record.Kind_KIND_REQUEST {
			t.Errorf("it is %v", r)
		}
	}
}

func TestAReferenceIsHereOrEndedOrMissing(t *testing.T) {
	s := must(t, "households sari", `sari asks r1 "Air" water.drinking 4 L`, `sari asks r2 instead of r1 "Beras" food.rice 1 KG`)
	r2 := s.names["r2"].birth
	future, elsewhere, stranger := r2, r2, r2
	future.Stamp++
	elsewhere.Slot++
	stranger.Device = protocol.DeviceID{9}
	for want, births := range map[Reference][]protocol.Birth{Here: {r2}, Ended: {s.names["r1"].birth}, Missing: {future, elsewhere, stranger}} {
		for _, birth := range births {
			if r, got := s.board.At(s.now).Reference(birth); got != want || (r != nil) != (want == Here) {
				t.Errorf("%v is %d, want %d", birth, got, want)
			}
		}
	}
}

func TestARecordIsFoundByTheBeginningOfItsId(t *testing.T) {
	s := must(t, "households sari", `sari asks r1 "Air" water.drinking 4 L`, `sari asks r2 "Beras" food.rice 1 KG`)
	v := s.board.At(s.now)
	whole := s.id("r1").String()
	for _, prefix := range []string{whole, whole[:5], strings.ToLower(whole), strings.NewReplacer("0", "o", "1", "l").Replace(whole)} {
		if got := v.Find(prefix); !slices.Equal(got, []protocol.RecordID{s.id("r1")}) {
			t.Errorf("%s finds %v", prefix, got)
		}
	}
	if got := v.Find(""); len(got) != 2 || lower(got...) != got[0] {
		t.Errorf("everything is %v", got)
	}
	if got := v.Find(whole + "0"); len(got) != 0 {
		t.Errorf("nothing is %v", got)
	}
}

// A device looks for slots to use anew among what is over.
func TestWhatIsOverFreesItsSlot(t *testing.T) {
	s := must(t, "households sari budi", `sari asks r1 "Air" water.drinking 4 L high`, "budi pledges p1 r1 4", "sari accepts p1",
		`budi comments k1 r1 "Siap"`, `sari asks r2 "Beras" food.rice 1 KG high`, "budi pledges p2 r2 1", `sari is called "Sari"`)
	over := func() (names []string) {
		for name, thing := range s.names {
			if s.board.At(s.now).Over(thing.birth.Record()) {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names
	}
	if got := over(); got != nil {
		t.Errorf("over already: %v", got)
	}
	steps := []struct {
		line string
		want []string
	}{
		{"budi says p2 withdrawn", []string{"p2"}},
		{"sari receives p1 4", []string{"k1", "p1", "p2", "r1", "sari's receipt of p1", "sari's yes to p1"}},
		{"at +8d", []string{"k1", "p1", "p2", "r1", "r2", "sari's receipt of p1", "sari's yes to p1"}},
	}
	for _, step := range steps {
		if _, err := s.hear(t, step.line); err != nil {
			t.Fatal(err)
		}
		if got := over(); !slices.Equal(got, step.want) {
			t.Errorf("after %q over is %v, want %v", step.line, got, step.want)
		}
	}
	if !s.board.At(s.now).Over(protocol.RecordID{1}) {
		t.Error("what is not there is not over")
	}
}

func TestADevicesPartIsWhatItSaidItself(t *testing.T) {
	s := must(t, "households sari", "device sari/tablet", `sari asks r1 "Air" water.drinking 4 L`, `sari/tablet edits r1 title "Air minum"`)
	phone, tablet := s.devices["sari"], s.devices["sari/tablet"]
	own, ok := s.board.Part(s.id("r1"), tablet.id())
	if !ok || len(own.Part.Fields) != 1 || own.Device != tablet.id() || own.Part.Birth != s.names["r1"].birth {
		t.Errorf("the tablet says %v, %v", own, ok)
	}
	if facts := s.board.Facts(phone.id()); len(facts) != 1 || facts[0].Slot != 0 || s.board.Facts(protocol.DeviceID{9}) != nil {
		t.Errorf("the phone says %v", facts)
	}
	if _, ok := s.board.Part(protocol.RecordID{1}, tablet.id()); ok {
		t.Error("it says something of a record that is not there")
	}
}

func TestAnothersClaimChangesNothingAndTellsNothing(t *testing.T) {
	s := must(t, "households sari mallory", `sari asks r1 "Air" water.drinking 4 L`)
	before := s.board.Hash()
	if _, err := s.hear(t, `mallory forges r1 title "Uang"`); err != nil {
		t.Fatal(err)
	}
	forged := s.history[len(s.history)-1]
	if changes := Fold(s.roster, s.history[:1]).Apply(forged); changes != nil {
		t.Errorf("it told %v", changes)
	}
	if s.board.Hash() != before {
		t.Error("it changed the hash")
	}
}

func TestTheHashSeesEveryFactAndNoClock(t *testing.T) {
	lines := []string{"households sari budi", `sari asks r1 "Air" water.drinking 4 L high`, "budi pledges p1 r1 4 by +1h",
		"sari accepts p1", "sari receives p1 1", "sari writes n1 kind 4711", `budi comments k1 r1 "Siap"`}
	s := must(t, lines...)
	hash := s.board.Hash()
	for i := range s.history {
		if Fold(s.roster, slices.Delete(slices.Clone(s.history), i, i+1)).Hash() == hash {
			t.Errorf("without %q the hash is the same", lines[i+1])
		}
	}
	for _, now := range []int64{0, start, start + 400*86_400_000} {
		for range s.board.At(now).Open(record.Kind_KIND_REQUEST) {
		}
		s.board.At(now).Items(record.Kind_KIND_REQUEST)
		if s.board.Hash() != hash {
			t.Errorf("looking at %d changed the hash", now)
		}
	}
	if New(s.roster).Hash() == hash || New(s.roster).Hash() != Fold(s.roster, nil).Hash() {
		t.Error("the hash of nothing")
	}
}

func TestWhatIsKeptDecodedStaysBounded(t *testing.T) {
	c := flood(2_000)
	b := Fold(c.roster, c.facts)
	for round := range 3 {
		for range b.At(start).Open(record.Kind_KIND_REQUEST) {
		}
		if counted, kept := b.KeptDecoded(); counted != kept || kept == 0 || kept > 2_000/64 {
			t.Fatalf("round %d: %d kept, counted %d", round, kept, counted)
		}
		for _, f := range c.facts[:20+1_000*round] {
			b.Remove(f.Place)
			b.Apply(f)
		}
	}
}

func TestOnlyRequestsAndOffersAreListed(t *testing.T) {
	s := must(t, "households sari", `sari asks r1 "Air" water.drinking 4 L`, `sari is called "Sari"`, "sari writes n1 kind 259")
	for _, kind := range []record.Kind{record.Kind_KIND_HOUSEHOLD, 259, 256 + record.Kind_KIND_REQUEST} {
		for i := range s.board.At(s.now).Open(kind) {
			t.Errorf("of kind %d, %v is open", kind, i.ID)
		}
		if items := s.board.At(s.now).Items(kind); len(items) > 0 {
			t.Errorf("of kind %d there are %v", kind, items)
		}
	}
}

func TestARequestIsOpenAgainWhenItsReceiptIsTakenAway(t *testing.T) {
	s := must(t, "households sari budi", `sari asks r1 "Air" water.drinking 4 L`, "budi pledges p1 r1 4", "sari receives p1 4")
	receipt := s.history[len(s.history)-1]
	open := func() (n int) {
		for range s.board.At(s.now).Open(record.Kind_KIND_REQUEST) {
			n++
		}
		return n
	}
	if open() != 0 {
		t.Error("what was met is open")
	}
	if changes := s.board.Remove(receipt.Place); len(changes) != 1 || !changes[0].Gone || open() != 1 {
		t.Errorf("after %v there are %d open", changes, open())
	}
	if s.board.Apply(receipt); open() != 0 {
		t.Error("met again, it is open")
	}
}

func TestNothingIsLeftOfABoardWhoseFactsAreGone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(someFacts, 0, 20).Draw(t, "facts")
		b := Fold(someRosters.Draw(t, "roster"), facts)
		for _, f := range facts {
			b.Remove(f.Place)
		}
		if b.Len() != 0 || b.Known() != 0 || len(b.At(0).Counts()) != 0 || b.Hash() != New(nobody).Hash() {
			t.Fatalf("%d facts, %d records, %v", b.Len(), b.Known(), b.At(0).Counts())
		}
	})
}

// nobody is a roster without households.
var nobody = &roll{}

func backward(facts []Fact) []Fact {
	turned := slices.Clone(facts)
	slices.Reverse(turned)
	return turned
}
