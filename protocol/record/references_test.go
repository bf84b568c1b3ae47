package record_test

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	. "gotong/protocol/record"
)

func TestARecordIsAboutWhatItsFirstReferenceNames(t *testing.T) {
	about := bornIn(phone)
	ref, other := BirthOf(about), BirthOf(bornIn(tablet))
	amounts := []*Amount{{Line: 1}}
	for _, m := range []proto.Message{
		&Pledge{Target: ref, Amounts: amounts}, &Acceptance{Request: ref, Pledge: other, Amounts: amounts},
		&Receipt{Request: ref, Pledge: other, Amounts: amounts}, &Comment{Target: ref, Text: "hadir", ReplyTo: other},
		&Contact{Target: ref, Household: make([]byte, 16)},
	} {
		if got, ok := SubjectOf(KindOf(m), fields(t, 1, m)); !ok || got != about {
			t.Errorf("%T is about %v, %v", m, got, ok)
		}
	}
	for kind, m := range map[Kind]proto.Message{
		Kind_KIND_REQUEST: request(), Kind_KIND_HOUSEHOLD: &Household{Name: "Sari"}, 4_711: &Pledge{Target: ref},
		Kind_KIND_PLEDGE: &Pledge{}, Kind_KIND_COMMENT: &Comment{Target: &Birth{Device: []byte{1}}},
	} {
		if got, ok := SubjectOf(kind, fields(t, 1, m)); ok {
			t.Errorf("%v is about %v", kind, got)
		}
	}
	pieces := fields(t, 1, &Pledge{Target: &Birth{Device: ref.Device}})
	rest := fields(t, 1, &Pledge{Target: &Birth{Slot: ref.Slot, Stamp: ref.Stamp}})
	pieces[1] = crdt.Assertion{Stamp: 1, Value: append(pieces[1].Value, rest[1].Value...)}
	if got, ok := SubjectOf(Kind_KIND_PLEDGE, pieces); !ok || got != about {
		t.Errorf("named in two pieces: %v, %v", got, ok)
	}
}

func TestTheOriginIsFoundWithoutReadingTheRest(t *testing.T) {
	f := fields(t, 1, &Comment{Text: "hadir"}, &Common{Origin: "7RZC"})
	f[1] = crdt.Assertion{Stamp: 1, Value: []byte("\x0a\x01\xff")}
	if got := OriginOf(f); got != "7RZC" {
		t.Errorf("origin %q", got)
	}
	if got := OriginOf(crdt.Fields{104: {Stamp: 2}}); got != "" {
		t.Errorf("a cleared origin is %q", got)
	}
}

func TestReadJudgesContentAndCommonFieldsTogether(t *testing.T) {
	newer := crdt.Assertion{Stamp: 1, Value: protowire.AppendVarint(protowire.AppendTag(nil, 500, protowire.VarintType), 1)}
	f := fields(t, 1, request(), &Common{Area: "RT002"})
	f[500] = newer
	m, c, err := Read(Kind_KIND_REQUEST, f)
	if err != nil || c.Area != "RT002" || m.(*Request).Title != request().Title {
		t.Errorf("read %v, %v, %v", m, c, err)
	}
	if unknown := m.ProtoReflect().GetUnknown(); string(unknown) != string(newer.Value) {
		t.Errorf("beside its own fields the content has %x", unknown)
	}
	for what, spoil := range map[string]crdt.Fields{
		"no title":       {1: {Stamp: 2}},
		"a broken area":  {100: {Stamp: 2, Value: []byte("\xa2\x06\x01\xff")}},
		"a broken title": {1: {Stamp: 2, Value: []byte("\x0a\x01\xff")}},
		"a late end":     {103: {Stamp: 2, Value: protowire.AppendVarint(protowire.AppendTag(nil, 103, protowire.VarintType), 1<<48)}},
	} {
		joined := fields(t, 1, request(), &Common{Area: "RT002"})
		joined.Join(spoil)
		if m, c, err := Read(Kind_KIND_REQUEST, joined); err == nil || m != nil || c != nil {
			t.Errorf("%s: read %v, %v, %v", what, m, c, err)
		}
	}
	if _, _, err := Read(4_711, f); !errors.Is(err, ErrUnknownKind) {
		t.Errorf("an unknown kind: %v", err)
	}
}
