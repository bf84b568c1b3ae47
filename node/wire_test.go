package node

import (
	"context"
	"slices"
	"testing"
	"time"

	"gotong/node/api"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// newRealNode starts a node as a household does, on loopback.
func newRealNode(t *testing.T, dir string, peers ...string) *Node {
	t.Helper()
	n, err := New(context.Background(), Config{Dir: dir, Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Peers: peers})
	if err != nil {
		t.Fatal(err)
	}
	return untilTheEnd(t, n)
}

// eventually waits until what is looked for shows on the board, woken by every
// change of it.
func eventually(t *testing.T, h *Neighbourhood, what string, shows func(board.View) bool) {
	t.Helper()
	happened, end := h.watchers.add()
	defer end()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		found := false
		if err := h.Look(ctx, func(v board.View) { found = shows(v) }); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if found {
			return
		}
		select {
		case <-happened:
		case <-ctx.Done():
			t.Fatalf("%s: it did not happen", what)
		}
	}
}

func titled(title string) func(board.View) bool {
	return func(v board.View) bool {
		for _, i := range v.Items(record.Kind_KIND_REQUEST) {
			if i.Request().Title == title {
				return true
			}
		}
		return false
	}
}

func asks(t *testing.T, h *Neighbourhood, title string) protocol.RecordID {
	t.Helper()
	id, err := h.Write(t.Context(), &record.Request{Title: title, Lines: []*record.Line{{Line: 1, Category: "other", Quantity: 1000, Unit: record.Unit_UNIT_NONE}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestANewcomerWithOnlyAnInviteReadsAndWrites(t *testing.T) {
	sari := newRealNode(t, t.TempDir())
	id, err := sari.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	atSari, _ := sari.Neighbourhood(id)
	asks(t, atSari, "before the newcomer")
	invite, err := sari.Invite(t.Context(), id, 1)
	if err != nil {
		t.Fatal(err)
	}
	budi := newRealNode(t, t.TempDir(), sari.Addrs()...)
	if _, err := budi.Join(t.Context(), invite, "Pak Budi"); err != nil {
		t.Fatal(err)
	}
	atBudi, _ := budi.Neighbourhood(id)
	eventually(t, atBudi, "the old request arrives", titled("before the newcomer"))
	eventually(t, atSari, "the newcomer's name arrives", func(v board.View) bool {
		return v.Counts()[record.Kind_KIND_HOUSEHOLD] == 2
	})
	asks(t, atBudi, "from the newcomer")
	eventually(t, atSari, "the newcomer's request arrives", titled("from the newcomer"))
}

func TestWhatWasWrittenIsThereAfterARestart(t *testing.T) {
	dir := t.TempDir()
	first, err := New(t.Context(), Config{Dir: dir, Listen: []string{"/ip4/127.0.0.1/tcp/0"}})
	if err != nil {
		t.Fatal(err)
	}
	id, err := first.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	h, _ := first.Neighbourhood(id)
	asks(t, h, "water")
	var before [32]byte
	if err := h.do(t.Context(), func() { before = h.board.Hash() }); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again := newRealNode(t, dir)
	h, ok := again.Neighbourhood(id)
	if !ok {
		t.Fatal("the neighbourhood is gone")
	}
	if err := h.do(t.Context(), func() {
		if h.board.Hash() != before {
			t.Error("another board after the restart")
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// What a household is told of its request is what another node said of it.
func TestARequestIsSaidToHaveArrivedOnceANeighbourHasSaidSo(t *testing.T) {
	_, _, atSari, atBudi := pairOf(t)
	alone := newRealNode(t, t.TempDir())
	id, err := alone.Create(t.Context(), "RT 04", "Bu Ani")
	if err != nil {
		t.Fatal(err)
	}
	atAni, _ := alone.Neighbourhood(id)
	if r, own := far(t, atAni, asks(t, atAni, "nobody is there")); r != (api.Reach{}) || !own {
		t.Errorf("with nobody there: %v, own %v", r, own)
	}

	happenings, end := atSari.Watch()
	defer end()
	asked := asks(t, atSari, "water")
	eventually(t, atBudi, "the request is there", titled("water"))
	for r := (api.Reach{}); r.Nodes == 0; time.Sleep(50 * time.Millisecond) {
		if r, _ = far(t, atSari, asked); t.Context().Err() != nil {
			t.Fatal("the neighbour has it and Bu Sari does not hear so")
		}
	}
	for told := false; !told; {
		select {
		case what := <-happenings:
			told = slices.Contains(what.Reached, asked)
		case <-t.Context().Done():
			t.Fatal("who watches is not told that it got further")
		}
	}
	atSari.reach.stored(protocol.DeviceID{9}, atSari.index.ids(), time.Now())
	if r, _ := far(t, atSari, asked); r != (api.Reach{Nodes: 1}) {
		t.Errorf("what a device stores that does not belong here counts: %v", r)
	}
	retitle(t, atSari, asked, "water, corrected")
	if r, _ := far(t, atSari, asked); r.Nodes != 0 {
		t.Error("what was corrected just now is said to have arrived")
	}
	if _, own := far(t, atBudi, asked); own {
		t.Error("Pak Budi takes Bu Sari's request for his own")
	}
}

// far returns how far a record has got, and whether it is the node's own.
func far(t *testing.T, h *Neighbourhood, id protocol.RecordID) (r api.Reach, own bool) {
	t.Helper()
	if err := h.LookFar(t.Context(), func(_ board.View, far api.Far) { r, own = far(id) }); err != nil {
		t.Fatal(err)
	}
	return r, own
}
