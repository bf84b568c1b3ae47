package record_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/cell"
	. "gotong/protocol/record"
)

var (
	phone  = cell.Header{Device: protocol.DeviceID{1}, Slot: 3, Stamp: 70}
	tablet = cell.Header{Device: protocol.DeviceID{2}, Slot: 9, Stamp: 80}
)

func bornIn(h cell.Header) protocol.Birth {
	return protocol.Birth{Device: h.Device, Slot: h.Slot, Stamp: h.Stamp}
}

// fields cuts messages, or fails.
func fields(t testing.TB, stamp crdt.Stamp, messages ...proto.Message) crdt.Fields {
	t.Helper()
	f, err := FieldsOf(stamp, messages...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// passed encodes a part for the cell with header h and decodes it again.
func passed(t testing.TB, h cell.Header, p Part) Part {
	t.Helper()
	body, err := p.Encode(h.Device, h.Slot, h.Stamp)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(h, body)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func same(a, b crdt.Fields) bool {
	return maps.EqualFunc(a, b, func(x, y crdt.Assertion) bool {
		return x.Stamp == y.Stamp && bytes.Equal(x.Value, y.Value)
	})
}

// drawFields draws fields with numbers known and unknown, some cleared, of a few
// stamps up to own.
func drawFields(t *rapid.T, own crdt.Stamp) crdt.Fields {
	f := make(crdt.Fields)
	for range rapid.IntRange(0, 8).Draw(t, "fields") {
		number := rapid.SampledFrom([]uint32{1, 2, 3, 7, 100, 104, 119, 5_000, uint32(protowire.MaxValidNumber)}).Draw(t, "number")
		a := crdt.Assertion{Stamp: own - crdt.Stamp(rapid.IntRange(0, 3).Draw(t, "age"))}
		if rapid.Bool().Draw(t, "set") {
			for range rapid.IntRange(1, 3).Draw(t, "pieces") {
				a.Value = protowire.AppendTag(a.Value, protowire.Number(number), protowire.BytesType)
				a.Value = protowire.AppendBytes(a.Value, rapid.SliceOfN(rapid.Byte(), 0, 5).Draw(t, "value"))
			}
		}
		f[number] = a
	}
	return f
}

func TestAPartIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Part{Birth: bornIn(phone), Kind: Kind(rapid.Int32Range(1, 1<<31-1).Draw(t, "kind")), Fields: drawFields(t, 70)}
		h := rapid.SampledFrom([]cell.Header{phone, tablet}).Draw(t, "cell")
		body, err := p.Encode(h.Device, h.Slot, h.Stamp)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(h, body)
		if err != nil || got.Birth != p.Birth || got.Kind != p.Kind || !same(got.Fields, p.Fields) {
			t.Fatalf("wrote %v, read %v, %v", p, got, err)
		}
		again, err := got.Encode(h.Device, h.Slot, h.Stamp)
		if err != nil || !bytes.Equal(again, body) {
			t.Fatalf("written again it is %x, was %x", again, body)
		}
	})
}

func TestARecordsFirstCellDoesNotRepeatItsBirth(t *testing.T) {
	p := Part{Birth: bornIn(phone), Kind: Kind_KIND_COMMENT, Fields: fields(t, 70, &Comment{Text: "hadir"})}
	body, err := p.Encode(phone.Device, phone.Slot, phone.Stamp)
	if err != nil {
		t.Fatal(err)
	}
	var b Body
	if err := proto.Unmarshal(body, &b); err != nil || b.Birth != nil || len(b.Assertions) != 1 || b.Assertions[0].Stamp != 0 {
		t.Errorf("body %v, %v", &b, err)
	}
	later := phone
	later.Stamp++
	if got := passed(t, later, p); got.Birth != p.Birth {
		t.Errorf("edited in its slot, the record is another: %v", got.Birth)
	}
	if got := passed(t, tablet, p); got.Birth != p.Birth || got.Birth.Record() != p.Birth.Record() {
		t.Errorf("carried by another device, the record is another: %v", got.Birth)
	}
}

// SecondDeviceEditsTitle: the phone asks, the tablet corrects the title, the
// phone meanwhile raises the quantity. All three end with both edits.
func TestSecondDeviceEditsTitle(t *testing.T) {
	asked := request()
	first := fields(t, 70, asked)

	titled := proto.Clone(asked).(*Request)
	titled.Title = "Air bersih"
	onTablet := Part{Birth: bornIn(phone), Kind: Kind_KIND_REQUEST, Fields: Edit(first, fields(t, 80, titled), 80)}
	if len(onTablet.Fields) != 1 {
		t.Fatalf("the tablet asserts %d fields, it set one", len(onTablet.Fields))
	}

	raised := proto.Clone(asked).(*Request)
	raised.Lines[0].Quantity = 20_000
	phoneNow := phone
	phoneNow.Stamp = 75
	onPhone := Part{Birth: bornIn(phone), Kind: Kind_KIND_REQUEST, Fields: maps.Clone(first)}
	onPhone.Fields.Join(Edit(first, fields(t, 75, raised), 75))

	for _, order := range [][]Part{{passed(t, phoneNow, onPhone), passed(t, tablet, onTablet)}, {passed(t, tablet, onTablet), passed(t, phoneNow, onPhone)}} {
		joined := make(crdt.Fields)
		for _, p := range order {
			joined.Join(p.Fields)
		}
		m, err := Content(Kind_KIND_REQUEST, joined)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.(*Request); got.Title != "Air bersih" || got.Lines[0].Quantity != 20_000 || got.Urgency != asked.Urgency {
			t.Errorf("the board says %v", got)
		}
	}
}

func TestAClearedFieldStaysCleared(t *testing.T) {
	was := fields(t, 70, request())
	without := request()
	without.Body, without.People = "", 0
	edit := Edit(was, fields(t, 80, without), 80)
	joined := maps.Clone(was)
	joined.Join(passed(t, tablet, Part{Birth: bornIn(phone), Kind: Kind_KIND_REQUEST, Fields: edit}).Fields)
	m, err := Content(Kind_KIND_REQUEST, joined)
	if err != nil || !proto.Equal(m, without) {
		t.Errorf("the board says %v, %v", m, err)
	}
	if again := Edit(joined, fields(t, 90, without), 90); len(again) != 0 {
		t.Errorf("nothing changed, and yet %v is asserted", again)
	}
}

// UnknownKindCarried: what a newer version writes passes through this one,
// kinds and fields alike, and an edit made here does not lose it.
func TestUnknownKindCarried(t *testing.T) {
	newer := protowire.AppendVarint(protowire.AppendTag(nil, 77, protowire.VarintType), 5)
	newerCommon := protowire.AppendVarint(protowire.AppendTag(nil, 119, protowire.VarintType), 6)
	f := fields(t, 70, request(), &Common{Area: "RT002"})
	f[77], f[119] = crdt.Assertion{Stamp: 70, Value: newer}, crdt.Assertion{Stamp: 70, Value: newerCommon}

	unknown := passed(t, phone, Part{Birth: bornIn(phone), Kind: 4_711, Fields: f})
	if unknown.Kind != 4_711 || !same(unknown.Fields, f) {
		t.Errorf("an unknown kind arrives as %v", unknown)
	}
	if _, err := Content(unknown.Kind, unknown.Fields); !errors.Is(err, ErrUnknownKind) {
		t.Errorf("reading it: %v", err)
	}
	if c, err := CommonOf(unknown.Fields); err != nil || c.Area != "RT002" {
		t.Errorf("its common fields: %v, %v", c, err)
	}

	m, err := Content(Kind_KIND_REQUEST, f)
	if err != nil {
		t.Fatal(err)
	}
	m.(*Request).Title = "Beras"
	common, err := CommonOf(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, messages := range [][]proto.Message{{m}, {m, common}} {
		if edit := Edit(f, fields(t, 80, messages...), 80); len(edit) != 1 || edit[1].Value == nil {
			t.Errorf("editing the title asserts %v", edit)
		}
	}
}

func TestCommonFieldsCanBeChangedAndClearedBesideOldContent(t *testing.T) {
	was := fields(t, 70, request(), &Common{Area: "RT002", Origin: "zzz", Expires: 900})
	m, err := Content(Kind_KIND_REQUEST, was)
	if err != nil {
		t.Fatal(err)
	}
	now := maps.Clone(was)
	now.Join(Edit(was, fields(t, 80, m, &Common{Area: "RT001", Origin: "zzz"}), 80))
	if c, err := CommonOf(now); err != nil || !proto.Equal(c, &Common{Area: "RT001", Origin: "zzz"}) {
		t.Errorf("the common fields are %v, %v", c, err)
	}
}

func TestContentOfOneStampIsReadAsOne(t *testing.T) {
	line := func(n uint32) []byte {
		content, err := proto.Marshal(&Request{Lines: []*Line{{Line: n, Category: "other"}}})
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	b := &Body{Kind: Kind_KIND_REQUEST, Assertions: []*Assertion{
		{Content: line(1)}, {Stamp: 70, Content: line(2), Cleared: []uint32{3}}, {Stamp: 60, Content: line(3)},
	}}
	body, err := proto.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Decode(phone, body)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Content(p.Kind, p.Fields)
	if got := m.(*Request).Lines; err != nil || len(got) != 2 || got[0].Line != 1 || got[1].Line != 2 {
		t.Errorf("lines %v, %v", got, err)
	}
}

func TestWhatIsNoBodyIsRefused(t *testing.T) {
	comment, err := proto.Marshal(&Comment{Text: "hadir"})
	if err != nil {
		t.Fatal(err)
	}
	good := []*Assertion{{Content: comment}}
	bodies := map[string]*Body{
		"no kind":                      {Assertions: good},
		"a kind below zero":            {Kind: -1, Assertions: good},
		"an empty birth":               {Kind: 8, Birth: &Birth{}},
		"a birth of 15 bytes":          {Kind: 8, Birth: &Birth{Device: make([]byte, 15)}},
		"a birth in no slot":           {Kind: 8, Birth: &Birth{Device: make([]byte, 16), Slot: protocol.MaxSlots}},
		"a field newer than its cell":  {Kind: 8, Assertions: []*Assertion{{Stamp: 71, Content: comment}}},
		"content cut short":            {Kind: 8, Assertions: []*Assertion{{Content: comment[:3]}}},
		"field 0":                      {Kind: 8, Assertions: []*Assertion{{Content: []byte{0, 0}}}},
		"field 0 cleared":              {Kind: 8, Assertions: []*Assertion{{Cleared: []uint32{0}}}},
		"a field beyond all, cleared":  {Kind: 8, Assertions: []*Assertion{{Cleared: []uint32{1 << 29}}}},
		"a field beyond all, set":      {Kind: 8, Assertions: []*Assertion{{Content: append(protowire.AppendVarint(nil, 1<<32), 0)}}},
		"the end of a group at no one": {Kind: 8, Assertions: []*Assertion{{Content: []byte{0x0c}}}},
	}
	for what, b := range bodies {
		body, err := proto.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := Decode(phone, body); !errors.Is(err, ErrBody) {
			t.Errorf("%s: read as %v, %v", what, p, err)
		}
	}
	if _, err := Decode(phone, []byte("\xff\xff")); !errors.Is(err, ErrBody) {
		t.Errorf("noise: %v", err)
	}
	for what, body := range map[string]string{"a title of no text": "\x0a\x02\xff\xfe", "a line cut short": "\x1a\x02\x08"} {
		f := crdt.Fields{1: {Stamp: 1, Value: []byte(body)}}
		if m, err := Content(Kind_KIND_REQUEST, f); !errors.Is(err, ErrBody) {
			t.Errorf("%s: read as %v, %v", what, m, err)
		}
	}
	if c, err := CommonOf(crdt.Fields{100: {Stamp: 1, Value: []byte("\xa2\x06\x01\xff")}}); !errors.Is(err, ErrBody) {
		t.Errorf("an area of no text: read as %v, %v", c, err)
	}
}

func TestEveryKindHasItsMessage(t *testing.T) {
	for number, name := range Kind_name {
		kind := Kind(number)
		m, err := Content(kind, nil)
		if kind == Kind_KIND_UNKNOWN {
			if !errors.Is(err, ErrUnknownKind) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || KindOf(m) != kind {
			t.Errorf("%s: message %T, %v", name, m, err)
		}
	}
	if KindOf(&Body{}) != Kind_KIND_UNKNOWN {
		t.Error("a body is of a kind")
	}
}

func TestNoKindUsesTheNumbersOfTheCommonFields(t *testing.T) {
	for number := range Kind_name {
		m, err := Content(Kind(number), nil)
		if err != nil {
			continue
		}
		fields := m.ProtoReflect().Descriptor().Fields()
		for i := range fields.Len() {
			if n := fields.Get(i).Number(); n >= 100 && n <= 119 {
				t.Errorf("%T has field %d", m, n)
			}
		}
	}
	common := (&Common{}).ProtoReflect().Descriptor().Fields()
	for i := range common.Len() {
		if n := common.Get(i).Number(); n < 100 || n > 119 {
			t.Errorf("Common has field %d", n)
		}
	}
}

// byMessage is Decode by the rules of SPEC.md on unmarshalled messages, to hold
// Decode against.
func byMessage(h cell.Header, body []byte) (Part, error) {
	var b Body
	if err := proto.Unmarshal(body, &b); err != nil {
		return Part{}, err
	}
	p := Part{Birth: bornIn(h), Kind: b.Kind, Fields: make(crdt.Fields)}
	if b.Birth != nil {
		place, ok := b.Birth.Place()
		if !ok {
			return Part{}, errors.New("birth")
		}
		p.Birth = place
	}
	if b.Kind <= 0 {
		return Part{}, errors.New("kind")
	}
	byStamp := make(map[crdt.Stamp]map[uint32][]byte)
	for _, a := range b.Assertions {
		stamp := crdt.Stamp(a.Stamp)
		if stamp == 0 {
			stamp = h.Stamp
		}
		if stamp > h.Stamp {
			return Part{}, errors.New("stamp")
		}
		if byStamp[stamp] == nil {
			byStamp[stamp] = make(map[uint32][]byte)
		}
		for _, n := range a.Cleared {
			if n < 1 || n > uint32(protowire.MaxValidNumber) {
				return Part{}, errors.New("cleared")
			}
			byStamp[stamp][n] = byStamp[stamp][n][:len(byStamp[stamp][n]):len(byStamp[stamp][n])]
		}
		for rest := a.Content; len(rest) > 0; {
			number, _, n := protowire.ConsumeField(rest)
			if n < 0 || number > protowire.MaxValidNumber {
				return Part{}, errors.New("content")
			}
			byStamp[stamp][uint32(number)] = slices.Concat(byStamp[stamp][uint32(number)], rest[:n])
			rest = rest[n:]
		}
	}
	for stamp, values := range byStamp {
		for n, v := range values {
			p.Fields.Set(n, crdt.Assertion{Stamp: stamp, Value: v})
		}
	}
	return p, nil
}

// FuzzDecode: whatever a member seals, Decode does not panic, reads it as the
// specification says, and what it read it can write.
func FuzzDecode(f *testing.F) {
	for _, m := range []proto.Message{request(), &Comment{Text: "hadir"}, &Household{Name: "Sari"}} {
		_, body := encoded(f, m)
		f.Add(body)
	}
	edited, err := Part{Birth: bornIn(tablet), Kind: 3, Fields: crdt.Fields{1: {Stamp: 3}, 9: {Stamp: 5, Value: []byte("\x48\x01")}}}.Encode(phone.Device, 1, 77)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(edited)
	f.Add([]byte("\x0a\x12\x0a\x10aaaaaaaaaaaaaaaa\x0a\x02\x10\x05\x10\x03"))
	f.Add([]byte("\x0a\x00\x0a\x12\x0a\x10aaaaaaaaaaaaaaaa\x10\x03\x1a\x04\x18\x01\x18\x02"))
	f.Fuzz(func(t *testing.T, body []byte) {
		kept := bytes.Clone(body)
		p, err := Decode(phone, body)
		want, wantErr := byMessage(phone, body)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, by the message %v", err, wantErr)
		}
		if !bytes.Equal(kept, body) {
			t.Fatal("Decode changed the body")
		}
		if err != nil {
			return
		}
		if p.Birth != want.Birth || p.Kind != want.Kind || !same(p.Fields, want.Fields) {
			t.Fatalf("read %v, by the message %v", p, want)
		}
		if got := passed(t, phone, p); !same(got.Fields, p.Fields) || got.Birth != p.Birth || got.Kind != p.Kind {
			t.Fatalf("written and read again: %v", fmt.Sprint(got))
		}
		if m, err := Content(p.Kind, p.Fields); err == nil {
			_ = Check(m) // must not panic
		}
	})
}
