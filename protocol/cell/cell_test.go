package cell_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gotong/crdt"
	"gotong/protocol"
	. "gotong/protocol/cell"
)

func TestACellSaysEverywhereWhatItsDeviceSealed(t *testing.T) {
	sari := authorOf(1)
	rapid.Check(t, func(t *rapid.T) {
		d := Draft{
			Slot:  rapid.Uint32Range(0, protocol.MaxSlots-1).Draw(t, "slot"),
			Stamp: crdt.Stamp(rapid.Uint64Range(0, uint64(crdt.MaxStamp)-1).Draw(t, "stamp")),
			Hold:  Day(rapid.Uint32().Draw(t, "hold")),
			Class: Class(rapid.IntRange(int(Alert), int(Bulk)).Draw(t, "class")),
			Body:  rapid.SliceOfN(rapid.Byte(), 0, protocol.MaxBody).Draw(t, "body"),
		}
		sealed, err := Seal(home, d, sari.PrivateKey, key, Nonce(rapid.SliceOfN(rapid.Byte(), 24, 24).Draw(t, "nonce")))
		if err != nil {
			t.Fatal(err)
		}
		c, err := Open(home, bytes.Clone(sealed.Raw()), sari.keyOf)
		if err != nil {
			t.Fatal(err)
		}
		if c.ID() != sealed.ID() || c.Header != sealed.Header || c.Stub() {
			t.Fatalf("opened %+v of sealed %+v", c.Header, sealed.Header)
		}
		if c.Device != sari.id() || c.Slot != d.Slot || c.Stamp != d.Stamp || c.Hold != d.Hold || c.Class != d.Class || c.Epoch != key.Epoch {
			t.Fatalf("header %+v of draft %+v", c.Header, d)
		}
		body, err := Decrypt(home, c, key)
		if err != nil || !bytes.Equal(body, d.Body) {
			t.Fatalf("body %x, %v", body, err)
		}
	})
}

func TestSizesTellLittle(t *testing.T) {
	sari := authorOf(1)
	sizes := map[int]int{0: 244, 1: 244, 62: 244, 63: 308, 126: 308, 127: 372, protocol.MaxBody: 76 + 4072 + 64}
	for body, raw := range sizes {
		if got := len(sari.seal(t, 1, strings.Repeat("x", body)).Raw()); got != raw {
			t.Errorf("a body of %d bytes makes %d, want %d", body, got, raw)
		}
	}
	if overhead := 76 + 64 + 24 + 16 + 2; overhead >= 200 {
		t.Errorf("%d bytes around a body", overhead)
	}
}

func TestADraftBeyondTheLimitsIsNotSealed(t *testing.T) {
	drafts := map[string]Draft{
		"slot":           {Slot: protocol.MaxSlots, Stamp: 1},
		"the last stamp": {Stamp: crdt.MaxStamp},
		"class":          {Stamp: 1, Class: Bulk + 1},
		"body":           {Stamp: 1, Body: make([]byte, protocol.MaxBody+1)},
	}
	for what, d := range drafts {
		if _, err := Seal(home, d, authorOf(1).PrivateKey, key, Nonce{}); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Every bit counts: whole and as a stub, no flip passes.
func TestEveryFlippedBitIsRefused(t *testing.T) {
	sari := authorOf(1)
	whole := sari.seal(t, 7, "4 litres of water")
	for _, raw := range [][]byte{whole.Raw(), StubOf(whole)} {
		for bit := range 8 * len(raw) {
			bad := bytes.Clone(raw)
			bad[bit/8] ^= 1 << (bit % 8)
			if _, err := Open(home, bad, sari.keyOf); !refused(err) {
				t.Fatalf("bit %d of byte %d of %d: %v", bit%8, bit/8, len(raw), err)
			}
		}
	}
}

// refused says that err is about the bytes or their signer.
func refused(err error) bool {
	for _, known := range []error{protocol.ErrMalformed, protocol.ErrForged, protocol.ErrUnknown, protocol.ErrVersion} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

func TestEveryOtherLengthIsMalformed(t *testing.T) {
	sari := authorOf(1)
	whole := sari.seal(t, 7, "4 litres of water").Raw()
	long := append(bytes.Clone(whole), make([]byte, 2*protocol.MaxCell)...)
	for n := range long {
		if n == len(whole) {
			continue
		}
		if _, err := Open(home, long[:n], sari.keyOf); !refused(err) || n != 140 && !errors.Is(err, protocol.ErrMalformed) {
			t.Fatalf("%d bytes: %v", n, err) // 140 is the length of a stub, with a wrong signature
		}
	}
}

// resign makes a cell with a changed header, signed properly: what a device
// that does not keep the rules can send.
func (a *author) resign(t *testing.T, c Cell, change func(header []byte)) []byte {
	t.Helper()
	raw := bytes.Clone(c.Raw())
	header := raw[:HeaderSize]
	change(header)
	message := append([]byte(protocol.DomainCell), home[:]...)
	copy(raw[len(raw)-64:], ed25519.Sign(a.PrivateKey, append(message, header...)))
	return raw
}

func TestAHeaderBeyondTheLimitsIsMalformedHoweverWellSigned(t *testing.T) {
	sari := authorOf(1)
	c := sari.seal(t, 7, "4 litres of water")
	sari.open(t, sari.resign(t, c, func(h []byte) {})) // the forgery itself works
	changes := map[string]func(h []byte){
		"slot":         func(h []byte) { binary.BigEndian.PutUint32(h[17:], protocol.MaxSlots) },
		"slot, high":   func(h []byte) { h[17] = 0xff },
		"stamp last":   func(h []byte) { binary.BigEndian.PutUint64(h[21:], uint64(crdt.MaxStamp)) },
		"class":        func(h []byte) { h[33] = byte(Bulk) + 1 },
		"size small":   func(h []byte) { binary.BigEndian.PutUint16(h[42:], 40) },
		"size between": func(h []byte) { binary.BigEndian.PutUint16(h[42:], 105) },
		"size large":   func(h []byte) { binary.BigEndian.PutUint16(h[42:], 40+64*64) },
	}
	for what, change := range changes {
		raw := sari.resign(t, c, change)
		stub := append(bytes.Clone(raw[:HeaderSize]), raw[len(raw)-64:]...)
		for _, bytes := range [][]byte{raw, stub} {
			if _, err := Open(home, bytes, sari.keyOf); !errors.Is(err, protocol.ErrMalformed) {
				t.Errorf("%s, %d bytes: %v", what, len(bytes), err)
			}
		}
	}
}

func TestANewerVersionIsIgnoredAndWhatIsNoCellRejected(t *testing.T) {
	verdicts := map[byte]protocol.Verdict{0: protocol.Reject, 2: protocol.Ignore, 0x7f: protocol.Ignore, 0x80: protocol.Reject, 0x81: protocol.Reject, 0xff: protocol.Reject}
	sari := authorOf(1)
	c := sari.seal(t, 7, "")
	for version, want := range verdicts {
		for _, raw := range [][]byte{sari.resign(t, c, func(h []byte) { h[0] = version }), {version}} {
			_, err := Open(home, raw, sari.keyOf)
			if got := protocol.VerdictOf(err); got != want {
				t.Errorf("first byte %#x: verdict %d for %v", version, got, err)
			}
		}
	}
}

func TestACellOfAnUnknownDeviceIsIgnored(t *testing.T) {
	sari, budi := authorOf(1), authorOf(2)
	_, err := Open(home, sari.seal(t, 7, "water").Raw(), budi.keyOf)
	if !errors.Is(err, protocol.ErrUnknown) || protocol.VerdictOf(err) != protocol.Ignore {
		t.Errorf("unknown device: %v", err)
	}
	broken := func(protocol.DeviceID) (ed25519.PublicKey, bool) { return ed25519.PublicKey{1}, true }
	if _, err := Open(home, sari.seal(t, 7, "water").Raw(), broken); !errors.Is(err, protocol.ErrUnknown) {
		t.Errorf("a key of one byte: %v", err)
	}
}

// AddressSubstitution: nobody moves a cell to another device, slot, stamp or
// neighbourhood; the address is in the signed header and nowhere else.
func TestAddressSubstitution(t *testing.T) {
	sari, budi := authorOf(1), authorOf(2)
	c := sari.seal(t, 7, "water")
	both := func(d protocol.DeviceID) (ed25519.PublicKey, bool) {
		if d == budi.id() {
			return budi.public(), true
		}
		return sari.keyOf(d)
	}
	id := budi.id()
	moves := map[string]func(raw []byte){
		"device": func(raw []byte) { copy(raw[1:], id[:]) },
		"slot":   func(raw []byte) { raw[20]++ },
		"stamp":  func(raw []byte) { raw[28]++ },
		"hold":   func(raw []byte) { raw[32]++ },
	}
	for what, move := range moves {
		raw := bytes.Clone(c.Raw())
		move(raw)
		if _, err := Open(home, raw, both); !errors.Is(err, protocol.ErrForged) {
			t.Errorf("another %s: %v", what, err)
		}
	}
	if _, err := Open(protocol.NeighbourhoodID{7}, c.Raw(), both); !errors.Is(err, protocol.ErrForged) {
		t.Errorf("another neighbourhood: %v", err)
	}
}

// A member may take another's payload, but not what it says: it is bound to
// its place.
func TestAPayloadDoesNotOpenInAnotherPlace(t *testing.T) {
	sari, budi := authorOf(1), authorOf(2)
	c := sari.seal(t, 7, "water")
	id := budi.id()
	stolen, err := Open(home, budi.resign(t, c, func(h []byte) { copy(h[1:], id[:]) }), budi.keyOf)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Decrypt(home, stolen, key)
	if !errors.Is(err, protocol.ErrUnreadable) || protocol.VerdictOf(err) != protocol.Ignore {
		t.Errorf("a stolen payload: %v; whoever carried it is not to blame", err)
	}
}

// BadSignatureSameId: a forgery has the id of the cell it copies, so an id must
// not be taken as seen because a forgery came first.
func TestBadSignatureSameId(t *testing.T) {
	sari := authorOf(1)
	c := sari.seal(t, 7, "water")
	forged := bytes.Clone(c.Raw())
	forged[len(forged)-1] ^= 1
	if parsed, err := Parse(home, forged); err != nil || parsed.ID() != c.ID() {
		t.Fatalf("the forgery has another id: %v", err)
	}
	if _, err := Open(home, forged, sari.keyOf); !errors.Is(err, protocol.ErrForged) {
		t.Fatalf("forged: %v", err)
	}
	sari.open(t, c.Raw())
}

func TestTheIdIsTheHashOfWhatIsSigned(t *testing.T) {
	c := authorOf(1).seal(t, 7, "water")
	signed := append([]byte("gotong/cell/1\x00"), home[:]...)
	sum := sha256.Sum256(append(signed, c.Raw()[:HeaderSize]...))
	if c.ID() != protocol.ID(sum[:16]) {
		t.Error("another id")
	}
}

func TestAStubVerifiesAndSaysNothing(t *testing.T) {
	sari := authorOf(1)
	whole := sari.seal(t, 7, "water")
	stub := sari.open(t, StubOf(whole))
	if !stub.Stub() || stub.ID() != whole.ID() || stub.Header != whole.Header || len(stub.Payload()) != 0 {
		t.Errorf("stub %+v", stub.Header)
	}
	if len(StubOf(whole)) != 140 || !bytes.Equal(StubOf(stub), StubOf(whole)) {
		t.Error("a stub's stub is another")
	}
	if _, err := Decrypt(home, stub, key); !errors.Is(err, protocol.ErrStub) {
		t.Errorf("decrypting a stub: %v", err)
	}
}

func TestAnotherEpochsKeyOpensNothing(t *testing.T) {
	c := authorOf(1).seal(t, 7, "water")
	for _, other := range []Key{{}, NewKey(home, [32]byte{8}), NewKey(protocol.NeighbourhoodID{7}, [32]byte{9})} {
		if _, err := Decrypt(home, c, other); !errors.Is(err, protocol.ErrNoKey) {
			t.Errorf("epoch %x: %v", other.Epoch, err)
		}
	}
	zero, err := Seal(home, Draft{Stamp: 1}, authorOf(1).PrivateKey, Key{}, Nonce{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decrypt(home, zero, Key{}); !errors.Is(err, protocol.ErrNoKey) {
		t.Errorf("a missing key opened something: %v", err)
	}
}

func TestADayIsAUTCDaySince1970(t *testing.T) {
	days := map[int64]Day{-5: 0, 0: 0, 86_399_999: 0, 86_400_000: 1, 1_795_507_200_000: 20_781}
	for millis, want := range days {
		if got := DayAt(millis); got != want {
			t.Errorf("DayAt(%d) = %d, want %d", millis, got, want)
		}
	}
}
