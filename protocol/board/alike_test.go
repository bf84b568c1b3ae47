package board_test

import (
	"slices"
	"testing"
)

func TestTwoRequestsAreAlikeOnlyWhereTheyMayBeTheSame(t *testing.T) {
	s := newStory()
	for _, line := range []string{
		`households sari budi citra dewi`,
		`sari asks same-house "Air minum" water.drinking 4 L`,
		`sari asks other-need "Beras" food.rice 4 KG`,
		`budi asks here "Air minum untuk posko" water.drinking 10 L`,
		`budi edits here place "dekat  Masjid"`,
		`citra asks other-words "Galon habis semua" water.drinking 10 L`,
		`citra edits other-words place "dekat masjid"`,
		`dewi asks elsewhere "Air minum untuk posko" water.drinking 10 L`,
		`dewi edits elsewhere place "gudang"`,
		`at +2h`,
		`sari asks again "Air minum untuk posko" water.drinking 6 L`,
		`sari edits again place "dekat masjid"`,
		`at +4h`,
		`citra asks too-late "Air minum untuk posko" water.drinking 6 L`,
		`citra edits too-late place "dekat masjid"`,
		`dewi asks over "Air minum untuk posko" water.drinking 6 L`,
		`dewi edits over place "dekat masjid"`,
		`dewi withdraws over`,
	} {
		if _, err := s.hear(t, line); err != nil {
			t.Fatal(line, err)
		}
	}
	for of, want := range map[string][]string{
		"again":      {"here", "same-house", "too-late"}, // within three hours of it, and not what has ended
		"same-house": {"again"},
		"other-need": nil,
		"elsewhere":  nil,
		"too-late":   {"again", "other-words"},
	} {
		v := s.board.At(s.now)
		item, _ := v.Item(s.names[of].birth.Record())
		var got []string
		for i := range v.Alike(item) {
			got = append(got, s.nameOf(i.ID))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s is like %v, want %v", of, got, want)
		}
	}
}
