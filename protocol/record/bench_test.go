package record_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// request is one as people write it.
func request() *record.Request {
	return &record.Request{
		Title: "Air minum untuk empat orang", Body: "Sumur terendam sejak kemarin, anak-anak haus.",
		Lines:   []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 12_000, Unit: record.Unit_UNIT_L}},
		Urgency: record.Urgency_URGENCY_HIGH, People: 4, Place: "dekat masjid",
	}
}

func encoded(t testing.TB, m proto.Message) (cell.Header, []byte) {
	t.Helper()
	h := cell.Header{Device: protocol.DeviceID{1}, Slot: 3, Stamp: 77}
	fields, err := record.FieldsOf(h.Stamp, m, &record.Common{Area: "31.74.01.1001/RW007/RT002", Language: "id", Origin: "7RZC4V0W3M"})
	if err != nil {
		t.Fatal(err)
	}
	p := record.Part{Birth: protocol.Birth{Device: h.Device, Slot: h.Slot, Stamp: h.Stamp}, Kind: record.KindOf(m), Fields: fields}
	body, err := p.Encode(h.Device, h.Slot, h.Stamp)
	if err != nil {
		t.Fatal(err)
	}
	return h, body
}

func BenchmarkDecode(b *testing.B) {
	h, body := encoded(b, request())
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := record.Decode(h, body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkContent(b *testing.B) {
	h, body := encoded(b, request())
	p, err := record.Decode(h, body)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := record.Content(p.Kind, p.Fields); err != nil {
			b.Fatal(err)
		}
		if _, err := record.CommonOf(p.Fields); err != nil {
			b.Fatal(err)
		}
	}
}
