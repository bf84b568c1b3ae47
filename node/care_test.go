package node

import (
	"testing"

	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// TestACryForHelpGoesFirstAndTakesAReservedSlot: over a thin link and on a
// device that has no room left for anything else.
func TestACryForHelpGoesFirstAndTakesAReservedSlot(t *testing.T) {
	nodes, id := founded(t, apart(), "Bu Sari")
	h := hoodsOf(t, nodes, id)[0]
	me, _ := h.Me()
	classes := func() map[cell.Class]int {
		counted := make(map[cell.Class]int)
		for _, c := range h.index.byUrgency() {
			counted[h.Class(c)]++
		}
		return counted
	}
	before := classes()
	for _, status := range []record.Wellbeing{record.Wellbeing_WELLBEING_SAFE, record.Wellbeing_WELLBEING_NEED_HELP} {
		m := &record.CheckIn{Household: me[:], Word: &record.Word{Status: status, At: 1}}
		if _, err := h.Write(t.Context(), m, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Write(t.Context(), &record.RollCall{Reason: "Gempa", Closes: 1}, nil); err != nil {
		t.Fatal(err)
	}
	if after := classes(); after[cell.Critical] != before[cell.Critical]+1 || after[cell.Normal] != before[cell.Normal]+2 {
		t.Errorf("classes %v, then %v", before, after)
	}
	if !urgent(&record.CheckIn{}) || urgent(&record.RollCall{}) {
		t.Error("check-ins have the slots that are reserved, roll calls have not")
	}
}
