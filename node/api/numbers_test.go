package api

import (
	"errors"
	"strings"
	"testing"
)

func TestALongTextIsHeadedAndKeptWhole(t *testing.T) {
	long := "Kami butuh air minum karena sumur keruh sejak banjir semalam dan anak-anak sudah haus sekali"
	d := Draft{Title: long}.headed()
	if want := "Kami butuh air minum karena sumur keruh sejak banjir semalam dan anak-anak…"; d.Title != want || d.Body != long {
		t.Errorf("got %q, %q", d.Title, d.Body)
	}
	if d := (Draft{Title: "Air minum"}).headed(); d.Title != "Air minum" || d.Body != "" {
		t.Errorf("a short text became %q, %q", d.Title, d.Body)
	}
	if d := (Draft{Title: long, Body: "lain"}).headed(); d.Title != long || d.Body != "lain" {
		t.Errorf("beside a body it became %q, %q", d.Title, d.Body)
	}
}

func TestANumberThatAllWouldReadIsRefusedAndNamed(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	for field, draft := range map[string]Draft{
		"title": {Title: "Air, WA 0812-3456-7890"}, "body": {Title: "Air", Body: "NIK 3174015502850003"},
		"place": {Title: "Air", At: "dekat 0812 3456 7890"}, "item": {Title: "Air", Lines: []DraftLine{{What: "galon 081234567890"}}},
	} {
		_, err := desks[0].Ask(ctx, draft)
		var found *NumbersFound
		if !errors.As(err, &found) || len(found.Numbers) != 1 || found.Numbers[0].Field != field || !found.Movable {
			t.Errorf("%s: %v", field, err)
		}
	}
	if n := s.board.Len(); n != 3 {
		t.Errorf("%d records were written", n-3)
	}
	golden(t, "numbers", encode(t, ProblemOf(&NumbersFound{[]NumberFound{{"title", "phone", "0812-3456-7890"}}, true})))
}

func TestANumberMovesToTheContactAndOnlyTheAcceptedHelperReadsIt(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi", "Keluarga Wati")
	sari, budi, wati := desks[0], desks[1], desks[2]
	draft := water(4)
	draft.Title, draft.Body, draft.Numbers = "Air, WA 0812-3456-7890", "atau 0812-3456-7890, 021 7654321", NumbersMoved
	asked := must[Written](t)(sari.Ask(ctx, draft))
	if asked.Moved != 2 || asked.Contact == nil || asked.Contact.Contact != "0812-3456-7890; 021 7654321" {
		t.Fatalf("moved %d: %+v", asked.Moved, asked.Contact)
	}
	for _, d := range desks {
		if text := encode(t, must[List](t)(d.List(ctx, Query{}))); strings.Contains(text, "3456") || strings.Contains(text, "7654321") {
			t.Errorf("the list shows it: %s", text)
		}
	}
	pledged := must[Written](t)(budi.Pledge(ctx, Promise{Target: to(asked.ID)}))
	if pledged.Contact != nil {
		t.Errorf("before the acceptance Budi reads %+v", pledged.Contact)
	}
	must[Written](t)(sari.Accept(ctx, Yes{to(asked.ID), pledged.ID}))
	shown := must[Shown](t)(budi.Show(ctx, to(asked.ID)))
	if shown.Contact == nil || shown.Contact.Contact != asked.Contact.Contact {
		t.Errorf("Budi reads %+v", shown.Contact)
	}
	if shown := must[Shown](t)(wati.Show(ctx, to(asked.ID))); shown.Contact != nil {
		t.Errorf("Wati reads %+v", shown.Contact)
	}
	if own := must[Shown](t)(sari.Show(ctx, to(asked.ID))); own.Contact == nil || len(own.Contact.Readers) != 1 || own.Contact.Readers[0].Name != "Keluarga Budi" {
		t.Errorf("Sari sees %+v", own.Contact)
	}
}

// TestANumberCutByTheTitleMovesWhole: a title is cut only once the numbers are
// out of it, so that no half of one stays behind.
func TestANumberCutByTheTitleMovesWhole(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	draft := Draft{Title: strings.Repeat("a", 66) + " 0812 3456 7890 " + strings.Repeat("b", 40), Numbers: NumbersMoved}
	asked := must[Written](t)(desks[0].Ask(ctx, draft))
	if strings.Contains(asked.Item.Title+asked.Item.Body, "0812") || asked.Contact.Contact != "0812 3456 7890" {
		t.Errorf("%q, %q", asked.Item.Title, asked.Item.Body)
	}
}

func TestANumberStaysWhereThePersonWantsItSo(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	asked := must[Written](t)(desks[0].Ask(ctx, Draft{Title: "Posko: 0812-3456-7890", Numbers: NumbersOpen}))
	if asked.Item.Title != "Posko: 0812-3456-7890" || asked.Moved != 0 || asked.Contact != nil {
		t.Errorf("%+v", asked)
	}
}

func TestANumberInARemarkMovesOnlyToAnOwnContact(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	asked := must[Written](t)(sari.Ask(ctx, water(4)))
	remark := Remark{Target: to(asked.ID), Text: "WA 081234567890", Numbers: NumbersMoved}
	if own := must[Written](t)(sari.Comment(ctx, remark)); own.Moved != 1 || own.Contact.Contact != "081234567890" {
		t.Errorf("%+v", own)
	}
	_, err := budi.Comment(ctx, remark)
	var found *NumbersFound
	if !errors.As(err, &found) || found.Movable {
		t.Errorf("Budi's remark on Sari's request: %v", err)
	}
	for what, err := range map[string]error{
		"note of a pledge": second(budi.Pledge(ctx, Promise{Target: to(asked.ID), Note: "WA 081234567890"})),
		"note of arrival":  second(sari.Arrived(ctx, Arrival{Target: to(asked.ID), Note: "WA 081234567890"})),
		"household":        second(budi.Join(ctx, Joining{Invite: "GTG1-1", Household: "Budi 081234567890"})),
		"founder":          second(budi.Create(ctx, Founding{Name: "RT 3", Household: "Budi 081234567890"})),
	} {
		if !errors.As(err, &found) || found.Movable {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestTheContactOfAnothersRequestIsNotOursToSet(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	asked := must[Written](t)(desks[0].Ask(ctx, water(4)))
	if _, err := desks[1].Confide(ctx, Confidence{Target: to(asked.ID), Contact: "081234567890"}); !errors.Is(err, ErrNotYours) {
		t.Errorf("got %v", err)
	}
	if _, err := desks[0].Confide(ctx, Confidence{Target: to(asked.ID), Contact: strings.Repeat("0", 300)}); ProblemOf(err).Why != "too-long" {
		t.Errorf("got %v", err)
	}
}
