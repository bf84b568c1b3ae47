package record_test

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	. "gotong/protocol/record"
)

func alert() *Notice {
	return &Notice{Source: NoticeSource_NOTICE_SOURCE_CAP, Sender: "bmkg.go.id", Identifier: "CJB1", Sent: 1,
		Texts: []*NoticeText{{Language: "id", Event: "Banjir", Headline: "Air naik"}},
		Areas: []*AlertArea{{Description: "Kampung Melayu", Polygons: []*Outline{triangle()}}}, OriginalHash: make([]byte, 32)}
}

func triangle() *Outline {
	return &Outline{Corners: []int32{-6 * Degree, 106 * Degree, -6 * Degree, 107 * Degree, -7 * Degree, 106 * Degree, -6 * Degree, 106 * Degree}}
}

func manyCorners() *Outline {
	o := &Outline{Corners: make([]int32, 2*(MaxCorners+1))}
	return o
}

func word() *Moderation {
	return &Moderation{Target: BirthOf(protocol.Birth{Slot: 3, Stamp: 70}), Action: ModerationAction_MODERATION_ACTION_HIDE}
}

func pmi() *Organisation {
	return &Organisation{Name: "PMI", Services: []*Service{{Name: "Ambulans", Category: "med.emergency"}}}
}

func TestANoticeThatBreaksARuleIsNamed(t *testing.T) {
	for _, r := range []struct {
		field, why string
		spoil      func(*Notice)
	}{
		{"sender", "missing", func(m *Notice) { m.Sender = "" }},
		{"identifier", "missing", func(m *Notice) { m.Identifier = "" }},
		{"identifier", "too-long", func(m *Notice) { m.Identifier = letters(281) }},
		{"texts", "missing", func(m *Notice) { m.Texts = nil }},
		{"texts", "too-many", func(m *Notice) { m.Texts = append(m.Texts, m.Texts[0], m.Texts[0], m.Texts[0], m.Texts[0]) }},
		{"headline", "missing", func(m *Notice) { m.Texts[0] = &NoticeText{Description: "apa?"} }},
		{"headline", "too-long", func(m *Notice) { m.Texts[0].Headline = letters(161) }},
		{"description", "too-long", func(m *Notice) { m.Texts[0].Description = letters(1_001) }},
		{"instruction", "too-long", func(m *Notice) { m.Texts[0].Instruction = letters(1_001) }},
		{"references", "too-many", func(m *Notice) { m.References = make17() }},
		{"sent", "out-of-range", func(m *Notice) { m.Sent = -1 }},
		{"expires", "out-of-range", func(m *Notice) { m.Expires = 1 << 48 }},
		{"polygon", "out-of-range", func(m *Notice) { m.Areas[0].Polygons[0].Corners = []int32{1, 2, 3, 4} }},
		{"polygon", "out-of-range", func(m *Notice) { m.Areas[0].Polygons[0].Corners[0] = -5 * Degree }},
		{"polygon", "out-of-range", func(m *Notice) { m.Areas[0].Polygons[0].Corners[2] = 91 * Degree }},
		{"polygon", "out-of-range", func(m *Notice) { m.Areas[0].Polygons[0].Corners[3] = -181 * Degree }},
		{"corners", "too-many", func(m *Notice) { m.Areas[0].Polygons[0] = manyCorners() }},
		{"circle", "out-of-range", func(m *Notice) { m.Areas[0].Circles = []*Circle{{Radius: MaxRadius + 1}} }},
		{"geocode", "too-long", func(m *Notice) { m.Areas[0].Geocodes = []*Geocode{{Name: letters(81)}} }},
		{"original_hash", "out-of-range", func(m *Notice) { m.OriginalHash = []byte{1} }},
	} {
		m := alert()
		r.spoil(m)
		names(t, m, r.field, r.why)
	}
	if err := Check(alert()); err != nil {
		t.Errorf("a good one: %v", err)
	}
	if err := Check(&Notice{Texts: []*NoticeText{{Headline: "Rapat jam 7"}}}); err != nil {
		t.Errorf("one written here: %v", err)
	}
}

func make17() (all []*AlertKey) {
	for range MaxReferences + 1 {
		all = append(all, &AlertKey{Sender: "a", Identifier: "b"})
	}
	return all
}

func names(t *testing.T, m proto.Message, field, why string) {
	t.Helper()
	var invalid *Invalid
	if err := Check(m); !errors.As(err, &invalid) || invalid.Field != field || invalid.Why != why {
		t.Errorf("%T: want %s %s, got %v", m, field, why, err)
	}
}

func TestAWordOfStewardsAFlagAndAnOrganisationKeepTheirRules(t *testing.T) {
	for _, good := range []proto.Message{word(), pmi(), &Flag{Sealed: sealedTo(1, 2)}, &Acknowledgement{Notice: word().Target}} {
		if err := Check(good); err != nil {
			t.Errorf("%T: %v", good, err)
		}
	}
	names(t, &Moderation{Target: word().Target}, "action", "missing")
	names(t, &Moderation{Action: 1}, "target", "missing")
	names(t, &Moderation{Action: 1, Target: word().Target, Reason: letters(281)}, "reason", "too-long")
	names(t, &Acknowledgement{}, "notice", "missing")
	names(t, &Flag{Sealed: sealedTo(1, 1)}, "sealed", "repeated")
	names(t, &Flag{Sealed: sealedTo(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)}, "sealed", "too-many")
	names(t, &Organisation{}, "name", "missing")
	names(t, &Organisation{Name: "PMI", Services: []*Service{{}}}, "service", "missing")
	names(t, &Month{Year: 2026, Month: 13}, "month", "out-of-range")
	names(t, &Month{Year: 1970, Month: 1}, "month", "out-of-range")
	names(t, &Month{Year: 2026, Month: 1, Totals: []*Total{{Category: "water", Needed: -1}}}, "needed", "out-of-range")
	names(t, &Month{Year: 2026, Month: 1, Totals: make([]*Total, MaxTotals+1)}, "totals", "too-many")
	names(t, &Organisation{Name: "PMI", Services: make([]*Service, 0), Contact: letters(281)}, "contact", "too-long")
}
