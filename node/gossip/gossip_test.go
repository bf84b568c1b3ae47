package gossip

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"gotong/protocol"
)

func TestAFreshCellReachesEveryNeighbourOnce(t *testing.T) {
	onStreet(t, 5, func(s *street) {
		for i := range 4 { // a row: each house sees only the next
			s.connect(i, i+1)
		}
		s.settle(5 * time.Second)
		id := s.houses[0].say("who has a pump?")
		s.settle(time.Second)
		for i, h := range s.houses[1:] {
			if took, _, _ := h.count(); took != 1 || !h.knows(id) {
				t.Errorf("house %d took in %d cells", i+1, took)
			}
		}
		if took, _, _ := s.houses[0].count(); took != 0 {
			t.Error("what a house publishes must not come in at its own door")
		}
	})
}

func TestABatchOfSeveralCellsTravelsAsOneMessage(t *testing.T) {
	onStreet(t, 2, func(s *street) {
		s.connectAll()
		var raws [][]byte
		for range 10 {
			raws = append(raws, s.houses[0].cell("line").Raw())
		}
		s.must(s.houses[0].topic.Publish(context.Background(), raws))
		s.settle(time.Second)
		if took, _, _ := s.houses[1].count(); took != 10 {
			t.Errorf("took in %d cells of 10", took)
		}
	})
}

func TestForgedCellsCloseTheEarToWhoeverBringsThem(t *testing.T) {
	onStreet(t, 3, func(s *street) {
		s.connectAll()
		forger, honest, other := s.houses[0], s.houses[1], s.houses[2]
		for range 4 {
			forged := bytes.Clone(forger.cell("pay here").Raw())
			forged[len(forged)-1] ^= 1
			s.must(forger.topic.Publish(context.Background(), [][]byte{forged}))
			s.settle(2 * time.Second)
		}
		lie := forger.say("now the truth")
		word := honest.say("still here")
		s.settle(2 * time.Second)
		if honest.knows(lie) || other.knows(lie) {
			t.Error("after four forged cells nobody should listen to the forger")
		}
		if !other.knows(word) {
			t.Error("the honest house must be heard as before")
		}
	})
}

func TestACellOfAnUnknownDeviceBlamesNobody(t *testing.T) {
	onStreet(t, 3, func(s *street) {
		s.connectAll()
		stranger, neighbour := s.houses[0], s.houses[1]
		s.admit(stranger, false)
		for range 5 {
			stranger.say("let me in")
		}
		s.settle(2 * time.Second)
		if took, _, _ := neighbour.count(); took != 0 {
			t.Fatalf("%d cells of an unknown device were taken in", took)
		}
		s.admit(stranger, true)
		id := stranger.say("now I belong")
		s.settle(2 * time.Second)
		if !neighbour.knows(id) {
			t.Error("a device that the roster has now must be heard")
		}
	})
}

// A device outside the roster is let in for a while, so that it can join. It can
// learn the name of the topic from any node and join in; it is told nothing.
func TestADeviceThatIsNotInTheRosterIsToldNothing(t *testing.T) {
	onStreet(t, 4, func(s *street) {
		stranger, neighbour := s.houses[0], s.houses[1]
		s.admit(stranger, false)
		s.connectAll()
		for range 5 {
			neighbour.say("we are away until Sunday")
			s.settle(3 * time.Second)
		}
		if took, opens, hints := stranger.count(); took+opens+hints != 0 {
			t.Errorf("a stranger heard %d cells and %d hints", opens, hints)
		}
		if took, _, _ := s.houses[2].count(); took != 5 {
			t.Fatalf("a neighbour heard %d of 5", took)
		}
		s.admit(stranger, true)
		id := neighbour.say("welcome")
		s.settle(2 * time.Second)
		if !stranger.knows(id) {
			t.Error("once the roster has it, it has to be told")
		}
	})
}

// A hub carries several neighbourhoods, and is connected with members of each.
// One of them that learnt the name of another's topic is told nothing in it.
func TestAMemberOfAnotherNeighbourhoodIsToldNothingOfThisOne(t *testing.T) {
	onStreet(t, 4, func(s *street) {
		curious, hub := s.houses[0], s.houses[1]
		s.elsewhere = curious.device()
		s.admit(curious, false)
		s.connectAll()
		for range 3 {
			hub.say("carried on")
			s.houses[2].say("among us")
			s.settle(3 * time.Second)
		}
		if took, opens, hints := curious.count(); took+opens+hints != 0 {
			t.Errorf("it heard %d cells and %d hints", opens, hints)
		}
		if took, _, _ := s.houses[3].count(); took != 6 {
			t.Errorf("a neighbour heard %d of 6", took)
		}
	})
}

func TestAMemberWhoIsPutOutIsToldNothingMore(t *testing.T) {
	onStreet(t, 4, func(s *street) {
		s.connectAll()
		out := s.houses[0]
		s.houses[1].say("hello")
		s.settle(2 * time.Second)
		before, _, _ := out.count()
		s.admit(out, false)
		s.settle(2 * time.Second)
		for _, h := range s.houses[1:] {
			h.say("now among us")
			s.settle(2 * time.Second)
		}
		if took, opens, _ := out.count(); before != 1 || took != 1 || opens != 1 {
			t.Errorf("heard %d before and %d after", before, opens-1)
		}
	})
}

func TestWhoeverHasMoreToSayPacesItselfAndHints(t *testing.T) {
	onStreet(t, 3, func(s *street) {
		s.connect(0, 1) // a row: 0 - 1 - 2
		s.connect(1, 2)
		s.settle(5 * time.Second)
		var raws [][]byte
		for range 100 {
			raws = append(raws, s.houses[0].cell("from the stick").Raw())
		}
		s.must(s.houses[0].topic.Publish(context.Background(), raws))
		s.settle(time.Second)
		took, _, hints := s.houses[1].count()
		if took != ownBurst || hints != 1 {
			t.Errorf("the neighbour took in %d cells and heard %d hints, want %d and 1", took, hints, ownBurst)
		}
		if from := s.houses[1].hints; len(from) == 1 && from[0] != s.houses[0].device() {
			t.Error("the hint must name who gave it")
		}
		if took, _, hints := s.houses[2].count(); took != ownBurst || hints != 0 {
			t.Errorf("the house beyond took in %d cells and heard %d hints, want %d and none", took, hints, ownBurst)
		}
	})
}

func TestManyHintsBecomeFewAndTheLastCoversAll(t *testing.T) {
	onStreet(t, 2, func(s *street) {
		s.connectAll()
		for range 25 {
			s.houses[0].topic.Hint()
			s.settle(100 * time.Millisecond)
		}
		last := time.Now()
		s.settle(2 * time.Second)
		if _, _, hints := s.houses[1].count(); hints < 3 || hints > 5 {
			t.Errorf("%d hints were heard in two and a half seconds", hints)
		}
		if s.houses[0].topic.hinted.Before(last.Add(-hintGap)) {
			t.Error("no hint followed the last call")
		}
	})
}

func TestAFloodFromOneMemberKeepsHonestDeliveryWhole(t *testing.T) {
	onStreet(t, 6, func(s *street) {
		s.connectAll()
		flooder, honest := s.houses[0], s.houses[1:]
		flooder.gossip.policy.own = newLimiter[protocol.DeviceID](1e9, 1e9) // its node is not ours
		var said []protocol.ID
		for range 20 {
			for range 100 { // 1,000 a second, each a message of its own
				flooder.say("spam")
			}
			for _, h := range honest[:2] {
				said = append(said, h.say("is the well clean?"))
			}
			s.settle(100 * time.Millisecond)
		}
		s.settle(2 * time.Second)
		for i, h := range honest {
			for _, id := range said {
				if !h.knows(id) {
					t.Fatalf("house %d missed an honest cell", i+1)
				}
			}
			took, opens, _ := h.count()
			if most := len(said) + authorBurst + authorRate*5; took > most {
				t.Errorf("house %d took in %d cells, want at most %d", i+1, took, most)
			}
			if opens > took+2*128 { // 128 are judged at once
				t.Errorf("house %d verified %d cells: a flood must not be verified", i+1, opens)
			}
		}
	})
}

func TestRepeatingANeighboursCellsDoesNotEmptyItsBucket(t *testing.T) {
	onStreet(t, 3, func(s *street) {
		s.connectAll()
		victim, parrot, listener := s.houses[0], s.houses[1], s.houses[2]
		parrot.gossip.policy.own = newLimiter[protocol.DeviceID](1e9, 1e9)
		var raws [][]byte
		for range 10 {
			raws = append(raws, victim.cell("mine").Raw())
		}
		s.must(victim.topic.Publish(context.Background(), raws))
		s.settle(10 * time.Second)
		for i := range raws { // ever other batches of the same cells
			for j := range i {
				s.must(parrot.topic.Publish(context.Background(), [][]byte{raws[i], raws[j]}))
			}
		}
		id := victim.say("fire!")
		s.settle(time.Second)
		if !listener.knows(id) {
			t.Error("the parrot silenced its neighbour")
		}
	})
}

func TestAConnectionIsHeardNoFasterThanItsBucket(t *testing.T) {
	onStreet(t, 2, func(s *street) {
		s.connectAll()
		parrot, listener := s.houses[0], s.houses[1]
		parrot.gossip.policy.own = newLimiter[protocol.DeviceID](1e9, 1e9)
		var raws [][]byte
		for range 20 {
			raws = append(raws, parrot.cell("word").Raw())
		}
		s.must(parrot.topic.Publish(context.Background(), raws))
		s.settle(10 * time.Second)
		for i := range 8000 { // each a message of three words known already
			batch := [][]byte{raws[i%20], raws[i/20%20], raws[i/400%20]}
			s.must(parrot.topic.Publish(context.Background(), batch))
			s.settle(time.Millisecond)
		}
		most := 3*(connectionBurst+8*connectionRate) + 100
		if _, opens, _ := listener.count(); opens > most {
			t.Errorf("%d items were opened in eight seconds, want at most %d", opens, most)
		}
	})
}

func TestATopicCanBeLeftAndJoinedAgain(t *testing.T) {
	onStreet(t, 2, func(s *street) {
		s.connectAll()
		h := s.houses[1]
		if _, err := h.gossip.Join(s.n, Handler{}); err == nil {
			t.Error("a neighbourhood is joined once")
		}
		s.must(h.topic.Leave())
		missed := s.houses[0].say("while you were away")
		s.settle(time.Minute) // longer than GossipSub offers old messages
		h.join()
		s.settle(15 * time.Second)
		heard := s.houses[0].say("welcome back")
		s.settle(2 * time.Second)
		if h.knows(missed) || !h.knows(heard) {
			t.Errorf("heard while away: %v, after: %v", h.knows(missed), h.knows(heard))
		}
	})
}

func TestAfterCloseNothingIsJoinedAndABusyHandlerDoesNotHoldItUp(t *testing.T) {
	onStreet(t, 2, func(s *street) {
		s.connectAll()
		h := s.houses[1]
		release := make(chan struct{})
		h.topic.handler.Take = func(context.Context, any, protocol.DeviceID) { <-release }
		s.houses[0].say("wait for me")
		s.settle(time.Second)
		begun := time.Now()
		if err := h.gossip.Close(); err == nil {
			t.Error("Close must say that a handler did not end")
		}
		if took := time.Since(begun); took > closeTimeout {
			t.Errorf("Close took %v of virtual time", took)
		}
		close(release)
		if _, err := h.gossip.Join(protocol.NeighbourhoodID{9}, Handler{}); !errors.Is(err, ErrClosed) {
			t.Errorf("joining after Close: %v", err)
		}
	})
}
