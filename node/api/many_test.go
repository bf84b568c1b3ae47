package api

import (
	"flag"
	"fmt"
	"testing"

	"gotong/protocol/record"
)

var many = flag.Int("many", 600, "records on the board of TestALongBoardIsPagedAndSearched; 10,000 is the bar")

// longBoard returns a desk at a board of n requests.
func longBoard(n int) Desk {
	s, desks := newStreet("Keluarga Sari")
	for i := range n {
		s.homes[0].mustWrite(&record.Request{Title: fmt.Sprintf("Air minum untuk rumah nomor %d", i), Urgency: record.Urgency_URGENCY_HIGH, Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 4000, Unit: record.Unit_UNIT_L}}})
	}
	return desks[0]
}

// TestALongBoardIsPagedAndSearched: every record stands on one page, and words
// find one of them.
func TestALongBoardIsPagedAndSearched(t *testing.T) {
	d := longBoard(*many)
	seen := make(map[string]bool)
	for skip := 0; skip < *many; skip += 100 {
		page := must[List](t)(d.List(ctx, Query{Kind: "request", Skip: skip, Most: 100}))
		if page.Total != *many || len(page.Items) != min(100, *many-skip) {
			t.Fatalf("from %d on %d of %d are shown", skip, len(page.Items), page.Total)
		}
		for _, i := range page.Items {
			seen[i.ID] = true
		}
	}
	if len(seen) != *many {
		t.Errorf("%d of %d stand on a page", len(seen), *many)
	}
	last := fmt.Sprintf("nomor %d", *many-1)
	if found := must[List](t)(d.List(ctx, Query{Text: last, Most: 20})); found.Total != 1 {
		t.Errorf("%q is found %d times", last, found.Total)
	}
	if found := must[FoundList](t)(d.Search(ctx, Searching{Text: fmt.Sprint(*many - 1)})); len(found.Found) != 1 {
		t.Errorf("the search finds %d", len(found.Found))
	}
}

// BenchmarkALook reads one record and the first page of boards of two lengths.
func BenchmarkALook(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		d := longBoard(n)
		first, err := d.List(ctx, Query{Most: 1})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("one-of-%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := d.Show(ctx, to(first.Items[0].ID)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("page-of-%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := d.List(ctx, Query{Show: ShowOpen, Most: 20}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
