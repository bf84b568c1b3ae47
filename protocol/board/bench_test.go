package board_test

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	. "gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// crowd makes boards of many records without keys: bodies are encoded and
// decoded as a node does, sealing is left out.
type crowd struct {
	roster *roll
	slots  map[protocol.DeviceID]uint32
	facts  []Fact
	bodies []opened
}

func (c *crowd) device(n int) protocol.DeviceID {
	var d protocol.DeviceID
	binary.BigEndian.PutUint32(d[:], uint32(n+1))
	c.roster.devices[d] = protocol.HouseholdID(d)
	return d
}

// write puts a record into the next slot of the n-th device.
func (c *crowd) write(n int, minute int64, m proto.Message) *record.Birth {
	d := c.device(n)
	h := cell.Header{Device: d, Slot: c.slots[d], Stamp: crdt.StampAt(start + minute*60_000)}
	c.slots[d]++
	common := &record.Common{Area: "31.74.01.1001/RW007/RT002", Language: "id", Origin: fmt.Sprintf("%06X", len(c.facts))}
	fields, err := record.FieldsOf(h.Stamp, m, common)
	if err != nil {
		panic(err)
	}
	birth := protocol.Birth{Device: h.Device, Slot: h.Slot, Stamp: h.Stamp}
	body, err := record.Part{Birth: birth, Kind: record.KindOf(m), Fields: fields}.Encode(h.Device, h.Slot, h.Stamp)
	if err != nil {
		panic(err)
	}
	var id protocol.ID
	binary.BigEndian.PutUint64(id[:], uint64(len(c.facts)+1))
	o := opened{h, id, body}
	c.bodies = append(c.bodies, o)
	c.facts = append(c.facts, o.fact())
	return record.BirthOf(birth)
}

func (c *crowd) ask(n int, minute int64, urgency record.Urgency, said record.Disposition) *record.Birth {
	return c.write(n, minute, &record.Request{
		Title: "Air minum untuk empat orang", Body: "Sumur terendam sejak kemarin, anak-anak haus.", Place: "dekat masjid",
		Lines:   []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 12_000, Unit: record.Unit_UNIT_L}},
		Urgency: urgency, People: 4, Disposition: said,
	})
}

// street is what a board of n records looks like after some months: one in
// five is a request, one in ten of these is open, the others were pledged,
// accepted, received and closed; everybody has a profile and comments.
func street(n int) *crowd {
	c := &crowd{roster: newRoll(), slots: make(map[protocol.DeviceID]uint32)}
	houses := max(10, n/100)
	for i := range houses {
		c.write(i, 0, &record.Household{Name: fmt.Sprintf("Keluarga %d", i), Languages: []string{"id"}})
	}
	for i := int64(0); len(c.facts) < n; i++ {
		who, helper := int(i)%houses, int(i+1)%houses
		open, said := i%10 == 0, record.Disposition_DISPOSITION_CLOSED
		if open {
			said = record.Disposition_DISPOSITION_UNKNOWN
		}
		amounts := []*record.Amount{{Line: 1, Quantity: 12_000}}
		r := c.ask(who, i%1_000, record.Urgency(1+i%4), said)
		p := c.write(helper, i%1_000+5, &record.Pledge{Target: r, Amounts: amounts, State: record.PledgeState_PLEDGE_STATE_OFFERED, PromisedAt: start + 3_000*60_000})
		c.write(helper, i%1_000+5, &record.Comment{Target: r, Text: "Saya berangkat jam tiga, tunggu di depan."})
		if !open {
			c.write(who, i%1_000+6, &record.Acceptance{Request: r, Pledge: p, Amounts: amounts})
			c.write(who, i%1_000+90, &record.Receipt{Request: r, Pledge: p, Amounts: amounts})
		}
	}
	return c
}

// flood is a board of n open requests and nothing else.
func flood(n int) *crowd {
	c := &crowd{roster: newRoll(), slots: make(map[protocol.DeviceID]uint32)}
	for i := range n {
		c.ask(i%max(1, n/200), int64(i)%1_000, record.Urgency(1+i%4), record.Disposition_DISPOSITION_UNKNOWN)
	}
	return c
}

var sizes = []int{10_000, 100_000}

// bench runs a benchmark on streets of both sizes and on a flood.
func bench(b *testing.B, run func(b *testing.B, c *crowd)) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("street-%d", n), func(b *testing.B) { run(b, street(n)) })
	}
	b.Run("flood-10000", func(b *testing.B) { run(b, flood(10_000)) })
}

// BenchmarkApply folds everything, from encoded bodies, and says what the board
// takes in memory.
func BenchmarkApply(b *testing.B) {
	bench(b, func(b *testing.B, c *crowd) {
		bodies := c.bodies
		c.facts = nil
		b.ReportAllocs()
		before := heap()
		var board *Board
		for b.Loop() {
			board = New(c.roster)
			for _, s := range bodies {
				board.Apply(s.fact())
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(bodies)), "ns/fact")
		b.ReportMetric(float64(heap()-before)/float64(len(bodies)), "heapB/record")
		runtime.KeepAlive(board)
		runtime.KeepAlive(bodies)
	})
}

// opened is what a node holds after decrypting.
type opened struct {
	cell.Header
	id   protocol.ID
	body []byte
}

func (o opened) fact() Fact {
	f, err := FactOfBody(o.Header, o.id, o.body)
	if err != nil {
		panic(err)
	}
	return f
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkHash(b *testing.B) {
	bench(b, func(b *testing.B, c *crowd) {
		board := Fold(c.roster, c.facts)
		touch := c.facts[len(c.facts)-1]
		b.ReportAllocs()
		for b.Loop() {
			board.Remove(touch.Place)
			board.Apply(touch)
			board.Hash()
		}
	})
}

// BenchmarkOpen lists every open request of a board in which something has
// just changed.
func BenchmarkOpen(b *testing.B) {
	bench(b, func(b *testing.B, c *crowd) {
		board := Fold(c.roster, c.facts)
		touch := c.facts[len(c.facts)-1]
		listed := 0
		for range board.At(start).Open(record.Kind_KIND_REQUEST) {
			break // what was folded is settled once
		}
		b.ReportAllocs()
		for b.Loop() {
			board.Remove(touch.Place)
			board.Apply(touch)
			listed = 0
			for i := range board.At(start + 2_000*60_000).Open(record.Kind_KIND_REQUEST) {
				if i.Request().Title == "" {
					b.Fatal("no title")
				}
				listed++
			}
		}
		b.ReportMetric(float64(listed), "items")
	})
}

// BenchmarkOpenPage lists the first fifty.
func BenchmarkOpenPage(b *testing.B) {
	bench(b, func(b *testing.B, c *crowd) {
		board := Fold(c.roster, c.facts)
		touch := c.facts[len(c.facts)-1]
		for range board.At(start).Open(record.Kind_KIND_REQUEST) {
			break
		}
		b.ReportAllocs()
		for b.Loop() {
			board.Remove(touch.Place)
			board.Apply(touch)
			listed := 0
			for range board.At(start + 2_000*60_000).Open(record.Kind_KIND_REQUEST) {
				if listed++; listed == 50 {
					break
				}
			}
		}
	})
}

func BenchmarkItems(b *testing.B) {
	bench(b, func(b *testing.B, c *crowd) {
		board := Fold(c.roster, c.facts)
		b.ReportAllocs()
		for b.Loop() {
			board.At(start + 2_000*60_000).Items(record.Kind_KIND_REQUEST)
		}
	})
}

// BenchmarkAlike looks for what is like one request, as after every one that is
// written.
func BenchmarkAlike(b *testing.B) {
	bench(b, func(b *testing.B, c *crowd) {
		board := Fold(c.roster, c.facts)
		v := board.At(start + 1_000*60_000)
		var last Item
		for last = range v.Open(record.Kind_KIND_REQUEST) {
			break
		}
		found := 0
		for b.Loop() {
			found = 0
			for range v.Alike(last) {
				if found++; found == 10 {
					break
				}
			}
		}
		b.ReportMetric(float64(found), "items")
	})
}
