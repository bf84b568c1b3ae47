package blobs

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// parcel is a blob of one byte as it travels, of so much content.
func parcel(t *testing.T, seed byte, size int) (blob.Address, []byte) {
	t.Helper()
	other, err := Open(t.TempDir(), Options{Budget: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	a, err := other.Put(rt, blob.Key{seed}, bytes.Repeat([]byte{seed}, size))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := other.Send(rt, a, &b); err != nil || int64(b.Len()) != FileSize(int64(size)) {
		t.Fatalf("%d bytes, %v", b.Len(), err)
	}
	return a, b.Bytes()
}

func TestABlobComesFromAStickAsItWent(t *testing.T) {
	s := newShelf(t, 1<<20)
	a, file := parcel(t, 1, 100_000)
	if err := s.Receive(rt, a, 100_000, bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	s.reopen(1 << 20)
	var b bytes.Buffer
	if err := s.Send(rt, a, &b); err != nil || !bytes.Equal(b.Bytes(), file) {
		t.Errorf("%d bytes go on, %v", b.Len(), err)
	}
	if err := s.Receive(rt, a, 100_000, bytes.NewReader(file)); err != nil {
		t.Errorf("once more: %v", err)
	}
}

// TestWhatIsNotTheBlobIsNotKept: altered anywhere, cut anywhere, another one, or
// of another length than the record says.
func TestWhatIsNotTheBlobIsNotKept(t *testing.T) {
	s := newShelf(t, 1<<20)
	a, file := parcel(t, 1, 40_000)
	_, other := parcel(t, 2, 40_000)
	try := func(name string, content int64, bytesOf []byte) {
		t.Helper()
		if err := s.Receive(rt, a, content, bytes.NewReader(bytesOf)); !errors.Is(err, ErrUntrue) {
			t.Errorf("%s: %v", name, err)
		}
		if s.Held(rt, a).Whole {
			t.Fatalf("%s: it is kept", name)
		}
	}
	for at := 0; at < len(file); at += 1_009 {
		altered := bytes.Clone(file)
		altered[at] ^= 1
		try("altered", 40_000, altered)
		fresh := newShelf(t, 1<<20)
		if err := fresh.Receive(rt, a, 40_000, bytes.NewReader(file[:at])); !errors.Is(err, ErrUntrue) || fresh.Held(rt, a).Whole {
			t.Fatalf("cut at %d: %v", at, err)
		}
	}
	try("another", 40_000, other)
	try("longer than its record says", 20_000, file)
	if err := s.Receive(rt, a, 40_000, bytes.NewReader(file)); err != nil || !s.Held(rt, a).Whole {
		t.Errorf("the true one, after all that: %v", err)
	}
}

// TestTheBlobsOfAStickDoNotPushOutOneAnother: what is needed most comes first,
// so the first are those to keep; what nobody opened for long gives way.
func TestTheBlobsOfAStickDoNotPushOutOneAnother(t *testing.T) {
	s := newShelf(t, 250_000)
	old := s.mustBring(rt, 9, 60_000)
	s.now = s.now.Add(2 * settled)
	var took []blob.Address
	var left int
	for seed := byte(1); seed < 6; seed++ {
		a, file := parcel(t, seed, 100_000)
		switch err := s.Receive(rt, a, 100_000, bytes.NewReader(file)); {
		case err == nil:
			took = append(took, a)
		case errors.Is(err, ErrRoom):
			left++
		default:
			t.Fatal(err)
		}
	}
	if len(took) != 2 || left != 3 || s.Held(rt, old).Whole {
		t.Fatalf("%d came, %d did not, and the old one is here: %v", len(took), left, s.Held(rt, old).Whole)
	}
	for _, a := range took {
		if !s.Held(rt, a).Whole {
			t.Error("one pushed out another")
		}
	}
	small, file := parcel(t, 7, protocol.MaxThumbnail)
	s.now = s.now.Add(time.Second)
	if err := s.Receive(rt, small, protocol.MaxThumbnail, bytes.NewReader(file)); err != nil || !s.Held(rt, small).Whole {
		t.Errorf("a small picture comes in any case: %v", err)
	}
	if s.Lacks(rt, old) {
		t.Error("what was pushed out is asked for again")
	}
}

// TestWhereThereIsNoRoomNothingGoes: to give away some and then take nothing
// would be a loss for nothing.
func TestWhereThereIsNoRoomNothingGoes(t *testing.T) {
	s := newShelf(t, 250_000)
	old := s.mustBring(rt, 9, 60_000)
	s.now = s.now.Add(2 * settled)
	fresh := s.mustBring(rt, 8, 150_000)
	a, file := parcel(t, 1, 200_000)
	if err := s.Receive(rt, a, 200_000, bytes.NewReader(file)); !errors.Is(err, ErrRoom) {
		t.Errorf("got %v", err)
	}
	if !s.Held(rt, old).Whole || !s.Held(rt, fresh).Whole {
		t.Error("something went")
	}
}

// TestWhatIsCopiedToAStickDoesNotCountAsOpened: else a stick would make all
// equally needed.
func TestWhatIsCopiedToAStickDoesNotCountAsOpened(t *testing.T) {
	s := newShelf(t, 200_000)
	first, second := s.mustBring(rt, 1, 90_000), s.mustBring(rt, 2, 90_000)
	s.now = s.now.Add(2 * touchEvery)
	if err := s.Send(rt, first, new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	s.mustBring(rt, 3, 90_000)
	if s.Held(rt, first).Whole || !s.Held(rt, second).Whole {
		t.Error("the one that was copied last stays")
	}
}
