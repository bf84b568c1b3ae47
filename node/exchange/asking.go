package exchange

import (
	"slices"

	"gotong/protocol"
)

// asking remembers which payloads a neighbour was asked for and did not have.
// It is asked for a few of those each time, and for all again once it had one:
// two nodes that lack the same ten thousand must not list them to one another
// every three minutes.
type asking map[protocol.ID]struct{}

// Bounds on asking: probes is how many ids are asked for again in one exchange,
// maxBarren how many are remembered.
const (
	probes    = 64
	maxBarren = 1 << 14
)

// choose returns which of missing to ask for, beginning at first and going
// round, at most most.
func (a asking) choose(missing []protocol.ID, first, most int) []protocol.ID {
	var chosen []protocol.ID
	again := probes
	for _, id := range slices.Concat(missing[first:], missing[:first]) {
		if len(chosen) == most {
			break
		}
		if _, asked := a[id]; asked {
			if again--; again < 0 {
				continue
			}
		}
		chosen = append(chosen, id)
	}
	return chosen
}

// heard notes which of the ids that were asked for came and which did not.
func (a asking) heard(came bool, barren []protocol.ID) {
	if came || len(a)+len(barren) > maxBarren {
		clear(a)
	}
	for _, id := range barren {
		a[id] = struct{}{}
	}
}

// lends returns those of ids for which this side has a cell that stands in and
// has not given it to this neighbour yet.
func (t *transfer) lends(ids []protocol.ID) (some []protocol.ID) {
	for _, id := range ids {
		if len(t.neighbour.lent) == maxIDs {
			clear(t.neighbour.lent)
		}
		if _, ok := t.shelf.Instead(id); ok && !t.neighbour.lent[id] {
			t.neighbour.lent[id] = true
			some = append(some, id)
		}
	}
	return some
}
