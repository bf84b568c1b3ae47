package api

import (
	"errors"
	"testing"

	"gotong/protocol/record"
)

func TestLifeAtRiskComesFirstThenTheOwnAreaThenElsewhere(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	move := func(d Desk, area string) { must[Profile](t)(d.Present(ctx, Presenting{Area: &area})) }
	ask := func(title, urgency string) { must[Written](t)(sari.Ask(ctx, Draft{Title: title, Urgency: urgency})) }
	ask("entah-di-mana", "low")
	move(sari, "Sukamaju/RW08/RT01")
	ask("jauh", "high")
	ask("gawat", "critical")
	move(sari, "Sukamaju / RW07 / RT02/")
	ask("dekat", "medium")
	wantTitles(t, budi, ShowStanding, "gawat jauh dekat entah-di-mana") // who names no area sees the most urgent first
	move(budi, "Sukamaju/RW07/RT05")
	wantTitles(t, budi, ShowOpen, "gawat dekat entah-di-mana jauh")
}

func TestAnEditChangesWhatItSaysAndNothingElse(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	asked := must[Written](t)(sari.Ask(ctx, Draft{Title: "Air", Body: "tiga hari", At: "masjid",
		For: Group{People: 4, Elderly: 1}, Lines: []DraftLine{{Category: "water.drinking", Quantity: Whole(4)}}}))
	six, title := Whole(6), "Air minum"
	e := Editing{Target: to(asked.Short), Title: &title, Lines: []LineEdit{{Quantity: &six}}, More: []DraftLine{{Category: "food.rice", Quantity: Whole(2)}}}
	got := must[Written](t)(sari.Edit(ctx, e)).Item
	if got.Title != title || got.Body != "tiga hari" || got.Place != "masjid" || got.For != (Group{People: 4, Elderly: 1}) {
		t.Errorf("after the edit it is %+v", got)
	}
	if len(got.Lines) != 2 || got.Lines[0].Quantity != six || got.Lines[1].Line != 2 {
		t.Errorf("its lines are %+v", got.Lines)
	}
	if _, err := budi.Edit(ctx, e); !errors.Is(err, ErrNotYours) {
		t.Errorf("a neighbour's edit: %v", err)
	}
	none := ""
	var invalid *record.Invalid
	if _, err := sari.Edit(ctx, Editing{Target: to(asked.Short), Title: &none}); !errors.As(err, &invalid) || invalid.Field != "title" {
		t.Errorf("an edit that takes the title: %v", err)
	}
}

func TestALineTakenBackKeepsItsNumber(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	asked := must[Written](t)(desks[0].Ask(ctx, Draft{Title: "Air", Lines: []DraftLine{{Category: "water"}, {Category: "food"}}}))
	no := Quantity(0)
	e := Editing{Target: to(asked.Short), Lines: []LineEdit{{Line: 2, Quantity: &no}}, More: []DraftLine{{Category: "tool.light"}}}
	got := must[Written](t)(desks[0].Edit(ctx, e)).Item
	if len(got.Lines) != 3 || got.Lines[1].Quantity != 0 || got.Lines[2].Line != 3 {
		t.Errorf("the lines are %+v", got.Lines)
	}
}
