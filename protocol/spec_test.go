package protocol_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

var update = flag.Bool("update", false, "write the example of SPEC.md anew")

// line is one value of the example.
type line struct {
	name  string
	value []byte
	about string
}

// example computes the example of SPEC.md.
func example(t *testing.T) []line {
	t.Helper()
	n := protocol.NeighbourhoodID(ascending(0x01, 16))
	seed, secret, nonce := ascending(0x41, 32), ascending(0x81, 32), ascending(0xc1, 24)
	device := ed25519.NewKeyFromSeed(seed)
	public := device.Public().(ed25519.PublicKey)
	id := protocol.DeviceOf(public)

	birth := protocol.Birth{Device: id, Slot: 7, Stamp: crdt.StampAt(1_795_507_200_000) + 3}
	fields, err := record.FieldsOf(birth.Stamp, &record.Request{Title: "Air minum", Urgency: record.Urgency_URGENCY_HIGH,
		Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 4_000, Unit: record.Unit_UNIT_L}}})
	if err != nil {
		t.Fatal(err)
	}
	body, err := record.Part{Birth: birth, Kind: record.Kind_KIND_REQUEST, Fields: fields}.Encode(id, birth.Slot, birth.Stamp)
	if err != nil {
		t.Fatal(err)
	}
	key := cell.NewKey(n, [32]byte(secret))
	c, err := cell.Seal(n, cell.Draft{Slot: birth.Slot, Stamp: birth.Stamp, Hold: 20_991, Class: cell.Normal, Body: body}, device, key, cell.Nonce(nonce))
	if err != nil {
		t.Fatal(err)
	}
	cellID, recordID := c.ID(), birth.Record()
	other := protocol.DeviceOf(ed25519.NewKeyFromSeed(ascending(0x51, 32)).Public().(ed25519.PublicKey))
	tag := protocol.Tag(n, id, other)
	raw, topic := c.Raw(), protocol.Hash(protocol.DomainTopic, n[:])
	return []line{
		{"neighbourhood", n[:], ""}, {"seed", seed, "of the device's Ed25519 key"}, {"secret", secret, "of the epoch"}, {"nonce", nonce, ""},
		{"body", body, ""},
		{"public key", public, ""}, {"device", id[:], ""}, {"epoch", key.Epoch[:], ""},
		{"header", raw[:76], "version 1, slot 7, stamp 1795507200000.3, hold 20991, class 2"},
		{"payload", raw[76 : len(raw)-64], ""}, {"signature", raw[len(raw)-64:], ""},
		{"cell id", cellID[:], protocol.Text(cellID)}, {"record id", recordID[:], protocol.Text(recordID)},
		{"topic", topic[:], protocol.Topic(n)},
		{"tag", tag[:], "dialed by the device, listener's id " + hex.EncodeToString(other[:])},
	}
}

func ascending(first byte, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = first + byte(i)
	}
	return b
}

// written is how the example stands in SPEC.md.
func written(lines []line) string {
	var w strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&w, "%-14s", l.name)
		for at := 0; at < len(l.value); at += 48 {
			if at > 0 {
				w.WriteString("\n" + strings.Repeat(" ", 14))
			}
			w.WriteString(hex.EncodeToString(l.value[at:min(at+48, len(l.value))]))
		}
		if l.about != "" {
			w.WriteString("  # " + l.about)
		}
		w.WriteByte('\n')
	}
	return w.String()
}

var block = regexp.MustCompile("(?s)## Worked example\n.*?\n```\n(.*?)```\n")

func TestTheWorkedExampleOfTheSpecIsRight(t *testing.T) {
	spec, err := os.ReadFile("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	want := written(example(t))
	found := block.FindSubmatchIndex(spec)
	if found == nil {
		t.Fatal("SPEC.md has no worked example")
	}
	if *update {
		spec = append(append(bytes.Clone(spec[:found[2]]), want...), spec[found[3]:]...)
		if err := os.WriteFile("SPEC.md", spec, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got := string(spec[found[2]:found[3]]); got != want {
		t.Errorf("SPEC.md says\n%s\nit is\n%s", got, want)
	}
}

// The example is the vector of cell, whose body was written by hand.
func TestTheWorkedExampleIsTheVectorOfACell(t *testing.T) {
	text, err := os.ReadFile("cell/testdata/vectors/cell-request.txt")
	if err != nil {
		t.Fatal(err)
	}
	vector := regexp.MustCompile(`#.*|\s`).ReplaceAllString(string(text), "")
	var raw []byte
	for _, l := range example(t) {
		switch l.name {
		case "header", "payload", "signature":
			raw = append(raw, l.value...)
		case "body", "cell id":
			if !strings.Contains(vector, hex.EncodeToString(l.value)) {
				t.Errorf("the vector has another %s", l.name)
			}
		}
	}
	if !strings.Contains(vector, hex.EncodeToString(raw)) {
		t.Error("the vector is another cell")
	}
}

// The paragraphs that code names are there.
func TestTheSpecHasTheParagraphsThatCodeNames(t *testing.T) {
	spec, err := os.ReadFile("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Ids", "Cell", "Cell header", "Payload", "Join", "Stamps", "Bodies", "Batches", "Gossip", "Names on the wire", "Limits", "Versions"} {
		if !bytes.Contains(spec, []byte("\n## "+name+"\n")) {
			t.Errorf("no paragraph %q", name)
		}
	}
}

func TestIdsAreWrittenInCrockfordsBase32(t *testing.T) {
	ids := map[[16]byte]string{
		{}:         "00000000000000000000000000",
		{0xff}:     "ZW000000000000000000000000",
		{0: 0x08}:  "10000000000000000000000000",
		{15: 0x01}: "00000000000000000000000004",
	}
	for id, want := range ids {
		if got := protocol.Text(id); got != want {
			t.Errorf("%x is %s, want %s", id, got, want)
		}
	}
}

// Domains keep what was made for one purpose from serving another: none begins
// with another one.
func TestNoDomainBeginsWithAnother(t *testing.T) {
	domains := []string{protocol.DomainCell, protocol.DomainOp, protocol.DomainDevice, protocol.DomainHousehold, protocol.DomainRecord,
		protocol.DomainTopic, protocol.DomainTag, protocol.DomainPayload, protocol.DomainEpoch}
	for i, a := range domains {
		for j, b := range domains {
			if i != j && strings.HasPrefix(a, b) {
				t.Errorf("%q begins with %q", a, b)
			}
		}
		if !strings.HasSuffix(a, "\x00") {
			t.Errorf("%q has no end", a)
		}
	}
}

func TestATagDiffersByNeighbourhoodPairAndDirection(t *testing.T) {
	n, m, a, b, c := protocol.NeighbourhoodID{1}, protocol.NeighbourhoodID{2}, protocol.DeviceID{1}, protocol.DeviceID{2}, protocol.DeviceID{3}
	tags := make(map[[16]byte]bool)
	for _, tag := range [][16]byte{protocol.Tag(n, a, b), protocol.Tag(n, b, a), protocol.Tag(n, a, c), protocol.Tag(m, a, b)} {
		tags[tag] = true
	}
	if len(tags) != 4 {
		t.Errorf("%d different tags of 4", len(tags))
	}
}

func TestABirthHasOneRecord(t *testing.T) {
	at := protocol.Birth{Device: protocol.DeviceID{1}, Slot: 2, Stamp: 3}
	others := []protocol.Birth{{Device: protocol.DeviceID{2}, Slot: 2, Stamp: 3}, {Device: protocol.DeviceID{1}, Slot: 3, Stamp: 3}, {Device: protocol.DeviceID{1}, Slot: 2, Stamp: 4}}
	for _, other := range others {
		if other.Record() == at.Record() {
			t.Errorf("%v and %v are one record", at, other)
		}
	}
}
