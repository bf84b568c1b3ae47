package node

import (
	"testing"
	"time"

	"gotong/protocol"
)

func TestWhoHasTheNameOnlyOfANoteIsNotCounted(t *testing.T) {
	r, now := newReach(), time.Now()
	id, peer := protocol.ID{1}, protocol.DeviceID{2}
	r.track(id)
	r.stored(peer, []protocol.ID{id, {7}}, now)
	if len(r.at(id)) != 1 || len(r.news(now)) != 1 {
		t.Fatal("it is not counted who stores it")
	}
	r.lacks(peer, []protocol.ID{id, {7}})
	if len(r.at(id)) != 0 {
		t.Error("who asks for it is said to have it")
	}
	after, due := r.stored(peer, []protocol.ID{id}, now.Add(time.Second/4))
	if !due || after != reachPause-time.Second/4 || len(r.at(id)) != 1 {
		t.Errorf("told after %v (%v), stored by %d", after, due, len(r.at(id)))
	}
}
