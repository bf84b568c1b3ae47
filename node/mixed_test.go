package node

import (
	"testing"

	"gotong/protocol"
	"gotong/protocol/record"
)

// A hub carries two neighbourhoods of one founder. What is of the one is refused
// in the other, though the device that signed it is in both, and nothing of it
// comes to be there; and who is in one of them is served that one alone.
func TestAHubMixesNoNeighbourhoods(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		hub := newHub(t, s, 0)
		home, one := founds(t, s)
		id, err := home.Create(t.Context(), "RT 04", "Keluarga Sari")
		if err != nil {
			t.Fatal(err)
		}
		two, _ := home.Neighbourhood(id)
		atOne, atTwo := carriedBy(t, s, hub, one, home), carriedBy(t, s, hub, two, home)
		asksFor(t, one, 3, 100, record.Urgency_URGENCY_CRITICAL)
		meet(t, one, atOne)
		before := len(atTwo.index.ids())
		refused := 0
		for _, raw := range everything(t, one) {
			taken, err := atTwo.Ingest(t.Context(), [][]byte{raw})
			if err != nil {
				t.Fatal(err)
			}
			if taken[0].New || taken[0].Verdict == protocol.Accept {
				t.Errorf("taken in: %x", raw[:20])
			}
			if taken[0].Verdict == protocol.Reject {
				refused++
			}
		}
		if refused == 0 || len(atTwo.index.ids()) != before {
			t.Errorf("%d refused, %d cells where there were %d", refused, len(atTwo.index.ids()), before)
		}
		elsewhere, stranger := founds(t, s)
		guest := carriedBy(t, s, hub, stranger, elsewhere)
		device := stranger.parts.Identity.DeviceID()
		if !guest.Exchange().Serves(device) || atOne.Exchange().Serves(device) || atOne.Gossip(nil).Serves(device) {
			t.Error("a member of one neighbourhood is served another")
		}
	})
}
