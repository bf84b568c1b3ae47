package api

import (
	"errors"
	"testing"
	"time"

	"gotong/protocol/record"
)

// sunday is a work party: tomorrow at seven for three hours, two cooks.
func sunday() GatheringDraft {
	start := begun.Add(17 * time.Hour)
	return GatheringDraft{Title: "Kerja bakti", Kind: "work-party", Start: start, End: start.Add(3 * time.Hour), UTCOffset: 420, At: "balai RT",
		Shifts: []ShiftDraft{{Role: "Masak", Capacity: 2}, {Skill: "first-aid", Capacity: 1}},
		Bring:  []DraftLine{{Category: "tool.general", Quantity: Whole(5)}}}
}

func TestNeighboursAnswerWaitMoveUpAndAreCounted(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi", "Keluarga Ani")
	sari, budi, ani := desks[0], desks[1], desks[2]
	event := to(must[GatheringDoc](t)(sari.Hold(ctx, sunday())).Event.ID)
	_, err := budi.Answer(ctx, Answering{Target: event})
	fails(t, err, ErrWhichShift)
	first := must[GatheringDoc](t)(budi.Answer(ctx, Answering{Target: event, Shift: 1, People: 2, Bring: []Share{{Quantity: Whole(2)}}}))
	second := must[GatheringDoc](t)(ani.Answer(ctx, Answering{Target: event, Shift: 1, People: 2}))
	must[GatheringDoc](t)(sari.Admit(ctx, Seating{Target: event, Answer: second.Wrote}))
	got := must[GatheringDoc](t)(budi.Gathering(ctx, GatheringQuery{Target: event})).Event
	if a := got.Answers; len(a) != 2 || a[0].ID != second.Wrote || a[0].In != 2 || a[1].Waiting != 2 {
		t.Fatalf("answers are %+v", a)
	}
	golden(t, "event", encode(t, must[GatheringDoc](t)(sari.Gathering(ctx, GatheringQuery{Target: event}))))
	golden(t, "events", encode(t, must[GatheringList](t)(budi.Gatherings(ctx, GatheringQuery{}))))
	must[GatheringDoc](t)(ani.Answer(ctx, Answering{Target: event, Shift: 1, State: AnswerNo}))
	got = must[GatheringDoc](t)(sari.Gathering(ctx, GatheringQuery{Target: event})).Event
	if got.Shifts[0].Coming != 2 || got.Shifts[0].Waiting != 0 || got.Bring[0].Brought != Whole(2) {
		t.Errorf("after a no: %+v, %+v", got.Shifts[0], got.Bring)
	}
	_, err = sari.Attended(ctx, Seating{Target: event, Answer: first.Wrote})
	fails(t, err, ErrNotYet)
	s.pass(18 * time.Hour)
	must[GatheringDoc](t)(budi.Attended(ctx, Seating{Target: event}))
	one := 1
	got = must[GatheringDoc](t)(sari.Attended(ctx, Seating{Target: event, Answer: first.Wrote, People: &one})).Event
	if got.State != EventNow || got.Shifts[0].Came != 1 {
		t.Errorf("%s, %d came", got.State, got.Shifts[0].Came)
	}
	_, err = ani.Attended(ctx, Seating{Target: event, Answer: first.Wrote})
	fails(t, err, ErrNotYours)
	s.pass(18 * time.Hour)
	_, err = ani.Answer(ctx, Answering{Target: event, Shift: 2})
	fails(t, err, ErrEnded)
	if left := must[GatheringList](t)(sari.Gatherings(ctx, GatheringQuery{})); len(left.Events) != 0 {
		t.Errorf("%d still come", len(left.Events))
	}
	must[GatheringDoc](t)(budi.Attended(ctx, Seating{Target: event})) // one may remember later
}

func TestOneTimeOfWhatComesAgainIsAnswered(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	draft := sunday()
	draft.Repeats, draft.Shifts = "freq=weekly;count=3", nil
	event := to(must[GatheringDoc](t)(desks[0].Hold(ctx, draft)).Event.ID)
	second := draft.Start.Add(7 * 24 * time.Hour)
	got := must[GatheringDoc](t)(desks[1].Answer(ctx, Answering{Target: event, On: second.Add(-5 * time.Hour)})).Event
	if !got.Start.Equal(second) || len(got.Answers) != 1 {
		t.Errorf("answered for %v: %v", got.Start, got.Answers)
	}
	if next := must[GatheringDoc](t)(desks[1].Gathering(ctx, GatheringQuery{Target: event})).Event; len(next.Answers) != 0 || !next.Next.Equal(second) {
		t.Errorf("the first time has %v, next %v", next.Answers, next.Next)
	}
	_, err := desks[1].Answer(ctx, Answering{Target: event, On: second.AddDate(1, 0, 0)})
	var invalid *record.Invalid
	if !errors.As(err, &invalid) || invalid.Field != "on" {
		t.Errorf("a year on: %v", err)
	}
}

func TestAnEventThatMakesNoSenseIsRefusedWithItsField(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	for _, c := range []struct {
		field, why string
		spoil      func(*GatheringDraft)
	}{
		{"title", "missing", func(d *GatheringDraft) { d.Title = " " }},
		{"start", "missing", func(d *GatheringDraft) { d.Start = time.Time{} }},
		{"start", "far", func(d *GatheringDraft) { d.Start = begun.AddDate(7973, 0, 0) }},
		{"end", "order", func(d *GatheringDraft) { d.End = d.Start.Add(-time.Minute) }},
		{"end", "span", func(d *GatheringDraft) { d.End = d.Start.AddDate(0, 0, 400) }},
		{"end", "past", func(d *GatheringDraft) { d.Start, d.End = begun.Add(-2*time.Hour), begun.Add(-time.Hour) }},
		{"kind", "unknown", func(d *GatheringDraft) { d.Kind = "party" }},
		{"repeats", "unknown", func(d *GatheringDraft) { d.Repeats = "FREQ=YEARLY" }},
		{"capacity", "out-of-range", func(d *GatheringDraft) { d.Shifts[0].Capacity = -3 }},
		{"capacity", "out-of-range", func(d *GatheringDraft) { d.Shifts[0].Capacity = 1_000_000 }},
		{"shifts", "order", func(d *GatheringDraft) { d.Shifts[0].End = d.End.Add(time.Hour) }},
		{"category", "unknown", func(d *GatheringDraft) { d.Bring[0].Category = "gold" }},
	} {
		draft := sunday()
		c.spoil(&draft)
		_, err := desks[0].Hold(ctx, draft)
		var invalid *record.Invalid
		if !errors.As(err, &invalid) || invalid.Field != c.field || invalid.Why != c.why {
			t.Errorf("%s %s: got %v", c.field, c.why, err)
		}
	}
	draft := sunday()
	draft.Body = "Hubungi 0812-3456-7890"
	var found *NumbersFound
	if _, err := desks[0].Hold(ctx, draft); !errors.As(err, &found) {
		t.Errorf("a number for all to read: %v", err)
	}
}
