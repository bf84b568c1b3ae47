package gossip

import (
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
)

// TestAHubThatLeavesTellsThoseItServedOfOneAnother: until then each of them had
// the hub alone.
func TestAHubThatLeavesTellsThoseItServedOfOneAnother(t *testing.T) {
	onHub(t, 4, func(s *street) {
		hub, others := s.houses[0], s.houses[1:]
		for i := range others {
			s.connect(0, i+1)
			for j := range i {
				_, err := s.net.LinkPeers(others[i].host.ID(), others[j].host.ID())
				s.must(err)
			}
		}
		s.settle(5 * time.Second)
		s.must(hub.topic.Leave())
		s.settle(5 * time.Second)
		for i, a := range others {
			for _, b := range others[:i] {
				if a.host.Network().Connectedness(b.host.ID()) != network.Connected {
					t.Errorf("%v does not know %v", a.host.ID(), b.host.ID())
				}
			}
		}
	})
}

// TestAHubPassesOnToAllWhoHaveNobodyElse: more than a household would.
func TestAHubPassesOnToAllWhoHaveNobodyElse(t *testing.T) {
	onHub(t, 25, func(s *street) {
		for i := range s.houses[1:] {
			s.connect(0, i+1)
		}
		s.settle(5 * time.Second)
		id := s.houses[7].say("who has a pump?")
		s.settle(100 * time.Millisecond) // no heartbeat: nobody was told of it first
		for i, h := range s.houses {
			if i != 7 && !h.knows(id) {
				t.Errorf("house %d does not know", i)
			}
		}
	})
}
