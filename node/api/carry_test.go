package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
)

// overSocket returns a client of a household's desk over a real socket.
func overSocket(t *testing.T, d Desk) *Client {
	t.Helper()
	dir := t.TempDir()
	var l net.Listener
	l, err := Listen(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, d, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	c, err := NewClient(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestABundleStreamsOutOfTheNode(t *testing.T) {
	s, desks := newStreet("Bu Sari")
	c := overSocket(t, desks[0])
	for _, in := range []string{"", "RT 03 Sukamaju"} {
		r, err := c.CarryOut(t.Context(), Load{Place: Place{In: in}, Salt: [16]byte{0xab}})
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if want := s.id.String() + " under ab00"; err != nil || !strings.HasPrefix(string(text), want) {
			t.Errorf("%q: %q, %v", in, text, err)
		}
		r.Close()
	}
	if _, err := c.CarryOut(t.Context(), Load{Place: Place{In: "RT 99"}}); !errors.Is(err, ErrNoNeighbourhood) {
		t.Errorf("another neighbourhood: %v", err)
	}
	s.homes[0].joined = false
	if _, err := c.CarryOut(t.Context(), Load{}); !errors.Is(err, ErrNoNeighbourhood) {
		t.Errorf("no neighbourhood: %v", err)
	}
}

// TestABundleThatBreaksOffIsNotTakenForWhole: what fails once the bytes flow
// ends the connection, not the document.
func TestABundleThatBreaksOffIsNotTakenForWhole(t *testing.T) {
	s, desks := newStreet("Bu Sari")
	s.homes[0].broken = errors.New("disk")
	r, err := overSocket(t, desks[0]).CarryOut(t.Context(), Load{})
	if err == nil {
		defer r.Close()
		_, err = io.ReadAll(r)
	}
	if err == nil {
		t.Error("it was read to the end")
	}
}

func TestABundleStreamsIntoTheNodeHoweverLongItTakes(t *testing.T) {
	s, desks := newStreet("Bu Sari")
	c := overSocket(t, desks[0])
	in, out := io.Pipe()
	go func() {
		for range 3 * maxRequest {
			io.WriteString(out, "x\n")
		}
		out.Close()
	}()
	doc, err := c.CarryIn(t.Context(), in, true)
	if err != nil || doc.New != 3*maxRequest || !doc.DryRun || doc.Schema != SchemaCarried {
		t.Errorf("%+v, %v", doc, err)
	}
	s.homes[0].broken = ErrBundle
	if _, err := c.CarryIn(t.Context(), strings.NewReader(strings.Repeat("x", 1<<20)), false); !errors.Is(err, ErrBundle) {
		t.Errorf("no bundle: %v", err)
	}
}

func TestASaltThatIsNoneIsRefused(t *testing.T) {
	_, desks := newStreet("Bu Sari")
	c := overSocket(t, desks[0])
	for _, query := range []string{"", "?salt=00", "?salt=" + strings.Repeat("g", 32)} {
		_, err := c.do(t.Context(), http.MethodGet, "/carry"+query, nil)
		if problem := (*Problem)(nil); !errors.As(err, &problem) || problem.Code != CodeBadRequest {
			t.Errorf("%q: %v", query, err)
		}
	}
}

func TestPhotosGoOutOfTheNodeAndComeInSealed(t *testing.T) {
	_, desks := newStreet("Bu Sari", "Pak Budi")
	sari, budi := overSocket(t, desks[0]), overSocket(t, desks[1])
	if _, err := sari.Attach(t.Context(), Attachment{}, strings.NewReader("atap")); err != nil {
		t.Fatal(err)
	}
	wanted, err := budi.Cargo(t.Context(), Place{})
	if err != nil || len(wanted.Sealed) != 2 || wanted.Sealed[0].Here {
		t.Fatalf("%+v, %v", wanted, err)
	}
	for _, p := range wanted.Sealed {
		var file strings.Builder
		if err := sari.SendSealed(t.Context(), p, &file); err != nil {
			t.Fatal(err)
		}
		if err := budi.TakeSealed(t.Context(), p, strings.NewReader(file.String()+"more")); !errors.Is(err, ErrPhotoUntrue) {
			t.Errorf("another one: %v", err)
		}
		if err := budi.TakeSealed(t.Context(), p, strings.NewReader(file.String())); err != nil {
			t.Error(err)
		}
		p.Bytes++
		if err := sari.SendSealed(t.Context(), p, io.Discard); !errors.Is(err, ErrLost) {
			t.Errorf("one that breaks off: %v", err)
		}
		p.Address = "../secret"
		if err := sari.SendSealed(t.Context(), p, io.Discard); err == nil {
			t.Error("a path for an address")
		}
	}
	came, err := budi.Cargo(t.Context(), Place{})
	if err != nil || !came.Sealed[0].Here || !came.Sealed[1].Here {
		t.Errorf("%+v, %v", came, err)
	}
}
