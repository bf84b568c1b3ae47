package node

import (
	"testing"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// flagsOf returns the flags on h's board.
func flagsOf(t *testing.T, h *Neighbourhood) (all []*board.Record) {
	t.Helper()
	err := h.Look(t.Context(), func(v board.View) { all = v.All(record.Kind_KIND_FLAG) })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestOnlyStewardsReadWhatAFlagSays(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, wati := threeHomes(t, s)
		request := mustWrite(t, budi, &record.Request{Title: "Air minum", Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 4_000}}})
		s.settle()
		content := &record.FlagContent{Target: birthOf(t, wati, request), Reason: record.FlagReason_FLAG_REASON_SCAM, Note: "minta uang muka"}
		flag, err := wati.SealFlag(content)
		if err != nil {
			t.Fatal(err)
		}
		mustWrite(t, wati, flag)
		s.settle()
		for h, reads := range map[*Neighbourhood]bool{sari: true, budi: false, wati: false} {
			flags := flagsOf(t, h)
			if len(flags) != 1 {
				t.Fatalf("%d flags", len(flags))
			}
			c, ok := h.OpenFlag(flags[0].Owner, flags[0].Content.(*record.Flag))
			if ok != reads || ok && (c.Note != "minta uang muka" || c.Reason != record.FlagReason_FLAG_REASON_SCAM) {
				t.Errorf("read %v, %v, want %v", c, ok, reads)
			}
		}
		if _, ok := sari.OpenFlag(protocol.HouseholdID{1}, flag); ok {
			t.Error("the flag opens in another household's name")
		}
		nowhereInTheClear(t, []*Neighbourhood{sari, budi, wati}, "minta uang muka")
	})
}

func TestAFlagSaysWhatItIsAboutAndWhy(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, _, _ := threeHomes(t, s)
		for _, c := range []*record.FlagContent{{Reason: record.FlagReason_FLAG_REASON_SPAM}, {Target: &record.Birth{Device: make([]byte, 16)}}} {
			if _, err := sari.SealFlag(c); err == nil {
				t.Errorf("%v was sealed", c)
			}
		}
	})
}
