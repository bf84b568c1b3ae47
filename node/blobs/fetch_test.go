package blobs

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// reads fails unless the node has this content under the address.
func (n *node) reads(a blob.Address, want []byte) {
	n.street.t.Helper()
	r, err := n.Read(rt, a, blob.Key{7}, int64(len(want)))
	if err != nil {
		n.street.t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		n.street.t.Fatalf("read %d bytes, %v; want %d", len(got), err, len(want))
	}
}

func TestAPhotoIsBroughtWhenSomebodyOpensIt(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari, budi := s.house(1), s.house(2)
		for _, n := range []int{1, 1000, 16384, 16385, 300_000} {
			content := photo(n)
			a := sari.shown(content)
			if budi.Held(rt, a).Whole {
				t.Fatal("it came before anybody opened it")
			}
			var last Progress
			if err := budi.Fetch(ctx, rt, a, int64(n), func(p Progress) { last = p }); err != nil {
				t.Fatal(err)
			}
			budi.reads(a, content)
			if last.From != sari.id || last.Here != last.Size || last.Size != blob.SealedSize(int64(n)) {
				t.Errorf("of %d bytes the progress ended at %+v", n, last)
			}
		}
		s.part(sari.id)
		s.house(3)
	})
}

// counting serves honestly and counts the chunks that were asked for.
func (n *node) counting(each func(i uint32)) {
	honest := n.Serve
	n.serve = func(peer protocol.DeviceID, s Stream) error {
		return honest(peer, &heard{Stream: s, each: func(frame []byte) {
			if frame[0] == kindChunk {
				each(binary.BigEndian.Uint32(frame[1:]))
			}
		}})
	}
}

func TestSeveralNeighboursBringOnePhotoAndNoChunkTwice(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		content := photo(2_000_000)
		var mu sync.Mutex
		asked, from := make(map[uint32]int), make(map[byte]int)
		var a blob.Address
		for name := byte(1); name <= 3; name++ {
			n := s.house(name)
			a = n.shown(content)
			n.counting(func(i uint32) {
				mu.Lock()
				defer mu.Unlock()
				asked[i]++
				from[name]++
			})
		}
		wati := s.house(9)
		if err := wati.Fetch(ctx, rt, a, 2_000_000, nil); err != nil {
			t.Fatal(err)
		}
		wati.reads(a, content)
		for i, n := range asked {
			if n != 1 {
				t.Errorf("chunk %d was asked for %d times", i, n)
			}
		}
		if len(asked) != 123 || len(from) != 3 {
			t.Errorf("%d chunks of %v", len(asked), from)
		}
	})
}

// TestACutAndARestartCostOnlyWhatWasOnItsWay cuts five times, twice by taking
// the node's program away, and counts the chunks that were asked for.
func TestACutAndARestartCostOnlyWhatWasOnItsWay(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari := s.house(1)
		content := photo(3_000_000)
		a := sari.shown(content)
		var asked atomic.Int64
		sari.counting(func(uint32) { asked.Add(1) })
		honest := sari.serve
		sari.serve = func(peer protocol.DeviceID, l Stream) error {
			l.(*line).slowly(131 * time.Millisecond) // a chunk at 1 Mbit/s
			return honest(peer, l)
		}
		dir := t.TempDir()
		budi := s.move(2, dir, Options{Budget: 1 << 30})
		for cut := range 5 {
			before := asked.Load()
			running, kill := context.WithTimeout(ctx, 28*time.Second)
			ended := make(chan error, 1)
			go func() { ended <- budi.Fetch(running, rt, a, int64(len(content)), nil) }()
			time.Sleep(4 * time.Second)
			s.part(sari.id)
			if asked.Load() == before {
				t.Fatalf("nothing came before cut %d", cut)
			}
			if restart := cut%2 == 1; restart {
				kill()
			}
			time.Sleep(20 * time.Second)
			s.join(sari.id)
			<-ended
			kill()
			if cut%2 == 1 {
				budi = s.move(2, dir, Options{Budget: 1 << 30})
			}
		}
		if err := budi.Fetch(ctx, rt, a, int64(len(content)), nil); err != nil {
			t.Fatal(err)
		}
		budi.reads(a, content)
		if got := asked.Load(); got < 184 || got > 184+8*leastAhead {
			t.Errorf("%d chunks were asked for, want 184 and at most %d more", got, 8*leastAhead)
		}
		t.Logf("%d chunks asked for, the photo has 184", asked.Load())
	})
}

func TestNobodyHasItIsSaidAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari, budi := s.house(1), s.house(2)
		a := sari.shown(photo(99))
		s.part(sari.id)
		began := time.Now()
		if err := budi.Fetch(ctx, rt, a, 99, nil); !errors.Is(err, ErrNobody) || time.Since(began) > time.Second {
			t.Errorf("nobody connected: %v after %v", err, time.Since(began))
		}
		s.house(3)
		if err := budi.Fetch(ctx, rt, a, 99, nil); !errors.Is(err, ErrNobody) || time.Since(began) > 10*time.Second {
			t.Errorf("one who has it not: %v after %v", err, time.Since(began))
		}
	})
}

func TestWhoeverIsGoneForLongIsWaitedForAWhile(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari, budi := s.house(1), s.house(2)
		content := photo(1_000_000)
		a := sari.shown(content)
		honest := sari.serve
		sari.serve = func(peer protocol.DeviceID, l Stream) error {
			l.(*line).slowly(100 * time.Millisecond)
			return honest(peer, l)
		}
		go func() { time.Sleep(3 * time.Second); s.part(sari.id) }()
		var last Progress
		began := time.Now()
		err := budi.Fetch(ctx, rt, a, 1_000_000, func(p Progress) { last = p })
		if took := time.Since(began); !errors.Is(err, ErrCut) || took < patience || took > patience+10*time.Second {
			t.Errorf("%v after %v", err, took)
		}
		if !last.Waiting || last.Here == 0 || last.Here >= last.Size {
			t.Errorf("the last that was said: %+v", last)
		}
		s.join(sari.id)
		if err := budi.Fetch(ctx, rt, a, 1_000_000, nil); err != nil {
			t.Error(err)
		}
	})
}

// liar answers every question with frames of its own.
func liar(answer func(kind byte, body []byte) [][]byte) func(protocol.DeviceID, Stream) error {
	return func(_ protocol.DeviceID, s Stream) error {
		w := newWire(s, idle)
		for {
			kind, body, err := w.read(maxFrame)
			if err != nil {
				return s.Close()
			}
			if err := w.write(answer(kind, body)...); err != nil {
				return err
			}
		}
	}
}

// TestALiarIsNotAskedAgainAndAnotherNeighbourBringsIt holds the fetch against
// everything a peer can send in place of a photo.
func TestALiarIsNotAskedAgainAndAnotherNeighbourBringsIt(t *testing.T) {
	content := photo(100_000)
	for name, lie := range map[string]func(m blob.Manifest, kind byte, body []byte) [][]byte{
		"another blob's manifest": func(m blob.Manifest, kind byte, _ []byte) [][]byte {
			b := m.Bytes()
			b[10] ^= 1
			return [][]byte{append([]byte{kindManifest}, b...)}
		},
		"a size of gigabytes": func(m blob.Manifest, kind byte, _ []byte) [][]byte {
			return [][]byte{append([]byte{kindManifest, 255, 255, 255, 255}, m.Bytes()[4:]...)}
		},
		"a cut manifest": func(m blob.Manifest, _ byte, _ []byte) [][]byte {
			return [][]byte{append([]byte{kindManifest}, m.Bytes()[:40]...)}
		},
		"nonsense":        func(blob.Manifest, byte, []byte) [][]byte { return [][]byte{{99, 1, 2}} },
		"an empty frame":  func(blob.Manifest, byte, []byte) [][]byte { return [][]byte{{}} },
		"a wrong chunk":   after(func(i int, _ []byte) [][]byte { return [][]byte{data(i, make([]byte, blob.SealedChunk))} }),
		"a short chunk":   after(func(i int, _ []byte) [][]byte { return [][]byte{data(i, make([]byte, 9))} }),
		"another chunk":   after(func(i int, _ []byte) [][]byte { return [][]byte{data(i+1, make([]byte, blob.SealedChunk))} }),
		"a huge frame":    after(func(i int, _ []byte) [][]byte { return [][]byte{data(i, make([]byte, protocol.MaxFrame-5))} }),
		"chunk 4 billion": after(func(int, []byte) [][]byte { return [][]byte{{kindData, 255, 255, 255, 255, 1}} }),
		"a flood": after(func(i int, _ []byte) [][]byte {
			var all [][]byte
			for range 64 {
				all = append(all, data(i, make([]byte, blob.SealedChunk)))
			}
			return all
		}),
		"manifests without end": func(m blob.Manifest, _ byte, _ []byte) [][]byte {
			one := append([]byte{kindManifest}, m.Bytes()...)
			return [][]byte{one, one, one, one}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				s := newStreet(t)
				joko, budi := s.house(1), s.house(2)
				a := joko.shown(content)
				m, err := joko.manifestOf(id{rt, a})
				if err != nil {
					t.Fatal(err)
				}
				joko.serve = liar(func(kind byte, body []byte) [][]byte {
					if kind == kindHello {
						return nil
					}
					return lie(m, kind, body)
				})
				if err := budi.Fetch(ctx, rt, a, 100_000, nil); err == nil {
					t.Fatal("the liar was believed")
				}
				if !budi.isBlamed(joko.id) {
					t.Error("nobody is to blame")
				}
				if files, _ := os.ReadDir(budi.folder(rt)); len(files) > 1 {
					t.Errorf("%d files were left", len(files))
				}
				sari := s.house(3)
				sari.shown(content)
				whole, err := os.ReadFile(joko.path(id{rt, a}, stateOwn))
				if err == nil { // the key is the same, so is the blob
					err = os.WriteFile(sari.path(id{rt, a}, stateOwn), whole, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				if err := budi.Fetch(ctx, rt, a, 100_000, nil); err != nil {
					t.Fatal(err)
				}
				budi.reads(a, content)
			})
		})
	}
}

// after is a liar that begins honestly, with the manifest.
func after(lie func(i int, body []byte) [][]byte) func(blob.Manifest, byte, []byte) [][]byte {
	return func(m blob.Manifest, kind byte, body []byte) [][]byte {
		if kind == kindWant {
			return [][]byte{append([]byte{kindManifest}, m.Bytes()...)}
		}
		return lie(int(binary.BigEndian.Uint32(body)), body)
	}
}

func TestAPeerThatSaysNothingIsGivenUp(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		joko, budi := s.house(1), s.house(2)
		a := joko.shown(photo(9))
		joko.serve = func(_ protocol.DeviceID, l Stream) error { time.Sleep(time.Hour); return l.Close() }
		began := time.Now()
		if err := budi.Fetch(ctx, rt, a, 9, nil); !errors.Is(err, ErrNobody) || time.Since(began) > 5*silence {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		time.Sleep(time.Hour)
	})
}

func TestAPhotoThatIsNotWhatItsRecordSaysIsNotBrought(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari, budi := s.house(1), s.house(2)
		a := sari.shown(photo(100_000))
		if err := budi.Fetch(ctx, rt, a, 500, nil); !errors.Is(err, ErrUntrue) {
			t.Errorf("a lie about the size: %v", err)
		}
		if budi.isBlamed(sari.id) {
			t.Error("the carrier is blamed for what the author wrote")
		}
		if err := budi.Fetch(ctx, rt, a, 100_000, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := budi.Read(rt, a, blob.Key{7}, 500); !errors.Is(err, protocol.ErrUnreadable) {
			t.Errorf("read with another size: %v", err)
		}
		r, err := budi.Read(rt, a, blob.Key{8}, 100_000)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := io.ReadAll(r); !errors.Is(err, protocol.ErrUnreadable) {
			t.Errorf("another key reads it: %v", err)
		}
	})
}

func TestWhoWasPutOutIsServedNothing(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari, joko := s.house(1), s.house(2)
		content := photo(1_000_000)
		a := sari.shown(content)
		honest := sari.serve
		sari.serve = func(peer protocol.DeviceID, l Stream) error {
			l.(*line).slowly(100 * time.Millisecond)
			return honest(peer, l)
		}
		ended := make(chan error, 1)
		var last Progress
		go func() { ended <- joko.Fetch(ctx, rt, a, 0, func(p Progress) { last = p }) }()
		time.Sleep(2 * time.Second)
		s.mu.Lock()
		delete(s.roster, joko.id) // in the middle of it
		s.mu.Unlock()
		if err := <-ended; err == nil || last.Here == 0 || last.Here == last.Size {
			t.Errorf("put out, it brought %+v: %v", last, err)
		}
		if err := joko.Fetch(ctx, rt, sari.shown(photo(50)), 0, nil); err == nil {
			t.Error("a device that was put out is served")
		}
	})
}

func TestAPeerIsServedOnlyAFewStreamsAtATime(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari, joko := s.house(1), s.house(2)
		for range 10 {
			if _, err := s.dial(joko, sari); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if got := sari.served(joko.id); got != perPeer {
			t.Errorf("%d streams are served", got)
		}
		time.Sleep(2 * idle)
		s.part(joko.id)
		if sari.served(joko.id) != 0 {
			t.Error("a stream on which nothing is asked is kept for ever")
		}
	})
}

func TestStrangersTakeNobodysPlace(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari, joko := s.house(1), s.house(2)
		a := sari.shown(photo(50))
		for name := range byte(inAll/perPeer + 1) {
			stranger := s.house(100 + name)
			delete(s.roster, stranger.id)
			for range perPeer {
				if _, err := s.dial(stranger, sari); err != nil {
					t.Fatal(err)
				}
			}
		}
		synctest.Wait()
		if err := joko.Fetch(ctx, rt, a, 50, nil); err != nil {
			t.Errorf("a neighbour is served nothing while strangers say nothing: %v", err)
		}
		s.part(sari.id)
	})
}

// served returns how many streams of a peer are served.
func (n *node) served(d protocol.DeviceID) int {
	n.Blobs.mu.Lock()
	defer n.Blobs.mu.Unlock()
	return n.serving[d]
}

// FuzzServe: whatever a device of the roster asks, it is answered or turned away.
func FuzzServe(f *testing.F) {
	frame := func(b []byte) []byte { return append([]byte{byte(len(b))}, b...) }
	tag := protocol.Tag(rt, protocol.DeviceID{2}, protocol.DeviceID{1})
	f.Add(frame(hello(tag)))
	f.Add(append(frame(hello(tag)), frame(want(blob.Address{}))...))
	f.Add(append(append(frame(hello(tag)), frame(chunkOf(0))...), frame(append([]byte{kindList}, make([]byte, 16)...))...))
	f.Fuzz(func(t *testing.T, asked []byte) {
		s := newStreet(t)
		sari := s.house(1)
		s.roster[protocol.DeviceID{2}] = true
		sari.shown(photo(20_000))
		in := &script{Reader: bytes.NewReader(asked)}
		_ = sari.Serve(protocol.DeviceID{2}, in)
	})
}

// script is a stream that says what it was given.
type script struct {
	io.Reader
	bytes.Buffer
}

func (s *script) Read(p []byte) (int, error)     { return s.Reader.Read(p) }
func (*script) Close() error                     { return nil }
func (*script) SetReadDeadline(time.Time) error  { return nil }
func (*script) SetWriteDeadline(time.Time) error { return nil }
