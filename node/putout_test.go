package node

import (
	"testing"
	"time"

	"gotong/node/api"
	"gotong/protocol/record"
)

// A hub that was put out keeps what it has for a week of running, says so, and
// removes it; what another neighbourhood gave it stays.
func TestAHubThatWasPutOutRemovesWhatItKeepsAfterAWeek(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		hub := newHub(t, s, 0)
		home, first := founds(t, s)
		otherHome, other := founds(t, s)
		at, atOther := carriedBy(t, s, hub, first, home), carriedBy(t, s, hub, other, otherHome)
		asksFor(t, first, 5, 100, record.Urgency_URGENCY_MEDIUM)
		asksFor(t, other, 5, 100, record.Urgency_URGENCY_MEDIUM)
		meet(t, first, at)
		meet(t, other, atOther)
		var before api.NeighbourhoodStatus
		if at.fillPartings(&before); before.PartsIn != 0 {
			t.Errorf("it is in, and parts in %d hours", before.PartsIn)
		}
		putsOut(t, first, at)
		meet(t, first, at)
		time.Sleep(6 * day)
		var now api.NeighbourhoodStatus
		if at.fillPartings(&now); now.PartsIn < 20 || now.PartsIn > 26 {
			t.Errorf("after six days it parts in %d hours", now.PartsIn)
		}
		time.Sleep(2 * day)
		if _, still := hub.Neighbourhood(first.id); still {
			t.Error("after eight days it is still kept")
		}
		for slot, err := range hub.parts.Store.Slots(first.id) {
			t.Error("left on the disk:", slot.Device, slot.Slot, err)
		}
		if h, _ := hub.Neighbourhood(other.id); h == nil || len(h.index.ids()) != len(other.index.ids()) {
			t.Error("the other neighbourhood suffered")
		}
	})
}

func TestAHouseholdThatWasPutOutKeepsWhatItHas(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		all := neighbours(t, s, "Sari", "Budi")
		putsOut(t, all[0], all[1])
		meet(t, all[0], all[1])
		time.Sleep(30 * day)
		if len(all[1].index.ids()) == 0 {
			t.Error("it was emptied")
		}
	})
}
