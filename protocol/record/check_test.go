package record_test

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	. "gotong/protocol/record"
)

// good returns a message of each kind that breaks no rule.
func good() map[string]proto.Message {
	ref := BirthOf(protocol.Birth{Device: protocol.DeviceID{1}, Slot: 3, Stamp: 70})
	amounts := []*Amount{{Line: 1, Quantity: 2_000}}
	return map[string]proto.Message{
		"common":        &Common{Area: "31.74.01.1001/RW007/RT002", Language: "id", Origin: "7RZC4V0W3M", Expires: 1},
		"neighbourhood": &Neighbourhood{Name: "RT 02"},
		"household":     &Household{Name: "Keluarga Sari", Languages: []string{"id", "jv"}},
		"request":       request(),
		"offer":         &Offer{Title: "Perahu", Lines: []*Line{{Line: 1, Category: "move.boat", Quantity: 1_000}}},
		"pledge":        &Pledge{Target: ref, Amounts: amounts, PromisedAt: 1},
		"acceptance":    &Acceptance{Request: ref, Pledge: ref, Amounts: amounts},
		"receipt":       &Receipt{Request: ref, Amounts: amounts, At: 1},
		"comment":       &Comment{Target: ref, Text: "hadir"},
		"seen":          &Seen{Items: []*Birth{ref}},
		"triage":        &Triage{Target: ref, Urgency: 99, Verified: 99, Supersedes: []*Judged{{Triage: ref, Stamp: 7}}},
		"link":          &Link{From: ref, To: BirthOf(protocol.Birth{Device: protocol.DeviceID{2}}), Relation: 99},
		"contact":       &Contact{Target: ref, Household: make([]byte, 16), Set: 7, Sealed: sealedTo(1, 2)},
	}
}

func TestWhatBreaksNoRulePasses(t *testing.T) {
	for what, m := range good() {
		if err := Check(m); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	newer := request()
	newer.Urgency, newer.Lines[0].Unit, newer.Lines[0].Category = 99, 99, "drone.delivery"
	if err := Check(newer); err != nil {
		t.Errorf("of a newer version: %v", err)
	}
	taken := request()
	taken.Lines[0].Quantity = 0
	if err := Check(taken); err != nil {
		t.Errorf("a line taken back: %v", err)
	}
	if err := Check(&Body{}); !errors.Is(err, ErrUnknownKind) {
		t.Errorf("a message of no kind: %v", err)
	}
}

func letters(n int) string { return strings.Repeat("ü", n) } // two bytes each: limits count characters

func TestLimitsCountCharacters(t *testing.T) {
	r := request()
	r.Title, r.Body, r.Place = letters(protocol.MaxTitle), letters(protocol.MaxText), letters(protocol.MaxNote)
	if err := Check(r); err != nil {
		t.Errorf("at the limits: %v", err)
	}
}

// Every rule is broken once, in a message that is otherwise good.
func TestEveryBrokenRuleIsNamed(t *testing.T) {
	rules := []struct {
		kind, field, why string
		spoil            func(m proto.Message)
	}{
		{"common", "area", "too-long", func(m proto.Message) { m.(*Common).Area = letters(81) }},
		{"common", "language", "too-long", func(m proto.Message) { m.(*Common).Language = letters(81) }},
		{"common", "origin", "too-long", func(m proto.Message) { m.(*Common).Origin = letters(81) }},
		{"common", "expires", "out-of-range", func(m proto.Message) { m.(*Common).Expires = 1 << 48 }},
		{"neighbourhood", "name", "missing", func(m proto.Message) { m.(*Neighbourhood).Name = "" }},
		{"neighbourhood", "name", "too-long", func(m proto.Message) { m.(*Neighbourhood).Name = letters(81) }},
		{"household", "name", "missing", func(m proto.Message) { m.(*Household).Name = "" }},
		{"household", "name", "too-long", func(m proto.Message) { m.(*Household).Name = letters(81) }},
		{"household", "languages", "too-many", func(m proto.Message) { m.(*Household).Languages = make([]string, 17) }},
		{"household", "languages", "too-long", func(m proto.Message) { m.(*Household).Languages[1] = letters(81) }},
		{"request", "title", "missing", func(m proto.Message) { m.(*Request).Title = "" }},
		{"request", "title", "too-long", func(m proto.Message) { m.(*Request).Title = letters(81) }},
		{"request", "body", "too-long", func(m proto.Message) { m.(*Request).Body = letters(1_001) }},
		{"request", "place", "too-long", func(m proto.Message) { m.(*Request).Place = letters(281) }},
		{"request", "lines", "missing", func(m proto.Message) { m.(*Request).Lines = nil }},
		{"request", "lines", "too-many", func(m proto.Message) { m.(*Request).Lines = numberedLines(33) }},
		{"request", "lines", "repeated", func(m proto.Message) { m.(*Request).Lines = append(numberedLines(2), numberedLines(1)...) }},
		{"request", "lines", "out-of-range", func(m proto.Message) { m.(*Request).Lines[0].Line = 0 }},
		{"request", "category", "missing", func(m proto.Message) { m.(*Request).Lines[0].Category = "" }},
		{"request", "category", "too-long", func(m proto.Message) { m.(*Request).Lines[0].Category = letters(81) }},
		{"request", "item", "too-long", func(m proto.Message) { m.(*Request).Lines[0].Item = letters(281) }},
		{"request", "quantity", "out-of-range", func(m proto.Message) { m.(*Request).Lines[0].Quantity = -1 }},
		{"request", "quantity", "out-of-range", func(m proto.Message) { m.(*Request).Lines[0].Quantity = MaxQuantity + 1 }},
		{"request", "min_useful", "out-of-range", func(m proto.Message) { m.(*Request).Lines[0].MinUseful = -1 }},
		{"request", "units_per_pack", "out-of-range", func(m proto.Message) { m.(*Request).Lines[0].UnitsPerPack = -1 }},
		{"request", "perishable_by", "out-of-range", func(m proto.Message) { m.(*Request).Lines[0].PerishableBy = -1 }},
		{"request", "needed_from", "out-of-range", func(m proto.Message) { m.(*Request).NeededFrom = -1 }},
		{"request", "needed_by", "out-of-range", func(m proto.Message) { m.(*Request).NeededBy = 1 << 48 }},
		{"request", "confirmed_at", "out-of-range", func(m proto.Message) { m.(*Request).ConfirmedAt = 1<<63 - 1 }},
		{"offer", "title", "missing", func(m proto.Message) { m.(*Offer).Title = "" }},
		{"offer", "title", "too-long", func(m proto.Message) { m.(*Offer).Title = letters(81) }},
		{"offer", "body", "too-long", func(m proto.Message) { m.(*Offer).Body = letters(1_001) }},
		{"offer", "place", "too-long", func(m proto.Message) { m.(*Offer).Place = letters(281) }},
		{"offer", "lines", "missing", func(m proto.Message) { m.(*Offer).Lines = nil }},
		{"offer", "available_from", "out-of-range", func(m proto.Message) { m.(*Offer).AvailableFrom = -1 }},
		{"offer", "available_to", "out-of-range", func(m proto.Message) { m.(*Offer).AvailableTo = 1 << 48 }},
		{"pledge", "target", "missing", func(m proto.Message) { m.(*Pledge).Target = nil }},
		{"pledge", "target", "missing", func(m proto.Message) { m.(*Pledge).Target.Device = []byte{1} }},
		{"pledge", "target", "missing", func(m proto.Message) { m.(*Pledge).Target.Slot = protocol.MaxSlots }},
		{"pledge", "amounts", "missing", func(m proto.Message) { m.(*Pledge).Amounts = nil }},
		{"pledge", "amounts", "repeated", func(m proto.Message) { m.(*Pledge).Amounts = []*Amount{{Line: 1}, {Line: 1}} }},
		{"pledge", "amounts", "too-many", func(m proto.Message) { m.(*Pledge).Amounts = numberedAmounts(33) }},
		{"pledge", "amounts", "out-of-range", func(m proto.Message) { m.(*Pledge).Amounts[0].Line = 0 }},
		{"pledge", "quantity", "out-of-range", func(m proto.Message) { m.(*Pledge).Amounts[0].Quantity = -1 }},
		{"pledge", "note", "too-long", func(m proto.Message) { m.(*Pledge).Note = letters(281) }},
		{"pledge", "promised_at", "out-of-range", func(m proto.Message) { m.(*Pledge).PromisedAt = -1 }},
		{"pledge", "renewed_at", "out-of-range", func(m proto.Message) { m.(*Pledge).RenewedAt = 1<<63 - 1 }},
		{"acceptance", "request", "missing", func(m proto.Message) { m.(*Acceptance).Request = nil }},
		{"acceptance", "pledge", "missing", func(m proto.Message) { m.(*Acceptance).Pledge = nil }},
		{"acceptance", "amounts", "missing", func(m proto.Message) { m.(*Acceptance).Amounts = nil }},
		{"receipt", "request", "missing", func(m proto.Message) { m.(*Receipt).Request = nil }},
		{"receipt", "pledge", "missing", func(m proto.Message) { m.(*Receipt).Pledge = &Birth{} }},
		{"receipt", "amounts", "missing", func(m proto.Message) { m.(*Receipt).Amounts = nil }},
		{"receipt", "note", "too-long", func(m proto.Message) { m.(*Receipt).Note = letters(281) }},
		{"receipt", "at", "out-of-range", func(m proto.Message) { m.(*Receipt).At = -1 }},
		{"request", "delivery_key", "out-of-range", func(m proto.Message) { m.(*Request).DeliveryKey = []byte{1} }},
		{"receipt", "code_proof", "out-of-range", func(m proto.Message) { m.(*Receipt).CodeProof = make([]byte, 63) }},
		{"common", "consent", "missing", func(m proto.Message) { m.(*Common).OnBehalf = &OnBehalf{Relative: Relative_RELATIVE_FAMILY} }},
		{"seen", "items", "missing", func(m proto.Message) { m.(*Seen).Items[0].Device = nil }},
		{"seen", "items", "too-many", func(m proto.Message) {
			for len(m.(*Seen).Items) <= MaxSeen {
				m.(*Seen).Items = append(m.(*Seen).Items, m.(*Seen).Items[0])
			}
		}},
		{"triage", "target", "missing", func(m proto.Message) { m.(*Triage).Target = nil }},
		{"triage", "supersedes", "missing", func(m proto.Message) { m.(*Triage).Supersedes[0].Triage = nil }},
		{"triage", "supersedes", "too-many", func(m proto.Message) {
			for len(m.(*Triage).Supersedes) < 17 {
				m.(*Triage).Supersedes = append(m.(*Triage).Supersedes, m.(*Triage).Supersedes[0])
			}
		}},
		{"link", "from", "missing", func(m proto.Message) { m.(*Link).From = nil }},
		{"link", "to", "missing", func(m proto.Message) { m.(*Link).To = &Birth{} }},
		{"link", "to", "repeated", func(m proto.Message) { m.(*Link).To = m.(*Link).From }},
		{"link", "relation", "missing", func(m proto.Message) { m.(*Link).Relation = 0 }},
		{"comment", "target", "missing", func(m proto.Message) { m.(*Comment).Target = nil }},
		{"comment", "reply_to", "missing", func(m proto.Message) { m.(*Comment).ReplyTo = &Birth{} }},
		{"comment", "text", "missing", func(m proto.Message) { m.(*Comment).Text = "" }},
		{"contact", "target", "missing", func(m proto.Message) { m.(*Contact).Target = nil }},
		{"contact", "household", "missing", func(m proto.Message) { m.(*Contact).Household = nil }},
		{"contact", "sealed", "missing", func(m proto.Message) { m.(*Contact).Sealed[1].Device = []byte{1} }},
		{"contact", "sealed", "repeated", func(m proto.Message) { m.(*Contact).Sealed = sealedTo(1, 2, 1) }},
		{"contact", "sealed", "too-many", func(m proto.Message) { m.(*Contact).Sealed = sealedTo(1, 2, 3, 4, 5, 6, 7, 8, 9) }},
		{"contact", "sealed", "out-of-range", func(m proto.Message) { m.(*Contact).Sealed[0].Sealed = []byte("0812") }},
		{"comment", "text", "too-long", func(m proto.Message) { m.(*Comment).Text = letters(1_001) }},
	}
	for _, r := range rules {
		m := good()[r.kind]
		r.spoil(m)
		var invalid *Invalid
		if err := Check(m); !errors.As(err, &invalid) || invalid.Field != r.field || invalid.Why != r.why {
			t.Errorf("%s: want %s %s, got %v", r.kind, r.field, r.why, err)
		}
	}
}

func sealedTo(devices ...byte) (all []*Sealed) {
	for _, d := range devices {
		all = append(all, &Sealed{Device: append(make([]byte, 15), d), Sealed: make([]byte, SealedSize)})
	}
	return all
}

func numberedLines(n uint32) (all []*Line) {
	for i := range n {
		all = append(all, &Line{Line: i + 1, Category: "other"})
	}
	return all
}

func numberedAmounts(n uint32) (all []*Amount) {
	for i := range n {
		all = append(all, &Amount{Line: i + 1})
	}
	return all
}

func TestCommonFieldsBeyondTheirLimitsAreNotCut(t *testing.T) {
	var invalid *Invalid
	if _, err := FieldsOf(1, request(), &Common{Area: letters(81)}); !errors.As(err, &invalid) || invalid.Field != "area" {
		t.Errorf("got %v", err)
	}
	bad := request()
	bad.Title = "\xff"
	if _, err := FieldsOf(1, bad); err == nil {
		t.Error("a title that is no text was cut")
	}
}
