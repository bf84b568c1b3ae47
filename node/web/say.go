package web

import (
	"strings"
	"unicode/utf8"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

// who names a household; "kami" is the own one.
func (v *view) Who(h api.Household) string {
	switch {
	case h.Me:
		return v.T("who.us")
	case h.Name == "":
		return v.T("who.unnamed")
	}
	return words.Plain(h.Name)
}

// amount says a quantity with its unit; one of nothing that is counted is help.
func (v *view) amount(q api.Quantity, unit string) string {
	if !counted(unit, q) {
		return v.T("amount.uncounted")
	}
	text := v.T("number", "n", words.Thousandths(q))
	if unit == record.Unit_UNIT_NONE.Code() {
		return text
	}
	if !v.Has("unit." + unit) {
		return text + " " + unit
	}
	return text + " " + v.T("unit."+unit, "n", words.Thousandths(q))
}

func (v *view) amounts(all []api.Amount) string {
	var phrases []string
	for _, a := range all {
		phrases = append(phrases, v.amount(a.Quantity, a.Unit))
	}
	return strings.Join(phrases, ", ")
}

// counted reports whether a quantity is worth naming.
func counted(unit string, q api.Quantity) bool {
	return unit != record.Unit_UNIT_NONE.Code() || q != api.Whole(1)
}

// progress says how far a line is.
func (v *view) progress(kind string, l api.Line) string {
	step := l.Step()
	if !counted(l.Unit, l.Quantity) {
		return v.T("progress." + kind + "." + step)
	}
	return v.T("progress."+kind+".counted-"+step, "need", v.amount(l.Quantity, l.Unit),
		"pledged", words.Thousandths(l.Pledged), "received", words.Thousandths(l.Received))
}

// summary says how far all lines are, each with its name where there are several.
func (v *view) summary(i api.Item) string {
	if over := v.over(i); over != "" {
		return over
	}
	var phrases []string
	for _, l := range i.Standing() {
		phrase := v.progress(i.Kind, l)
		if len(i.Lines) > 1 {
			phrase = v.named("category.", l.Category) + ": " + phrase
		}
		phrases = append(phrases, phrase)
	}
	return strings.Join(phrases, "; ")
}

// over says that nothing more is expected, where that is so.
func (v *view) over(i api.Item) string {
	switch {
	case i.State == api.StateClosed && i.Reason != "":
		return v.T("state.closed-for", "reason", v.named("reason.", i.Reason))
	case i.State == api.StateClosed, i.State == api.StateWithdrawn, i.State == api.StatePaused:
		return v.T("state." + i.State)
	case i.Expired:
		return v.T("state.expired")
	}
	return ""
}

func (v *view) warning(i api.Item) string {
	switch {
	case i.Overdue:
		return v.T("state.overdue")
	case i.Stale && i.State != api.StateMet:
		return v.T("state.stale")
	}
	return ""
}

// standing says what became of a promise.
func (v *view) standing(p api.Pledge) string {
	switch {
	case p.State == api.PledgeWithdrawn, p.State == api.PledgeFailed:
		return v.T("pledge." + p.State)
	case !p.Live:
		return v.T("pledge.lapsed")
	case p.State == api.PledgeOnTheWay, p.State == api.PledgeDelivered:
		return v.T("pledge." + p.State)
	case p.Accepted:
		return v.T("pledge.accepted")
	}
	return v.T("web.item.waits")
}

// urgency is a word and a shape, so that it is told without colour too.
func (v *view) urgency(i api.Item) (word, shape string) {
	if i.Kind == record.Kind_KIND_OFFER.Code() {
		return v.T("urgency.offer"), "offer"
	}
	return v.named("urgency.", i.Urgency), i.Urgency
}

// quantity reads an amount with a point or a comma before its decimals. "1.500"
// is refused: to some it is one and a half, to others fifteen hundred.
func quantity(text string) (api.Quantity, error) {
	if text == "" {
		return 0, nil
	}
	plain := strings.Replace(text, ",", ".", 1)
	whole, decimals, _ := strings.Cut(plain, ".")
	q, err := api.ParseQuantity(plain)
	if err != nil || q == 0 || len(decimals) == 3 && whole != "0" {
		return 0, &record.Invalid{Field: "quantity", Why: "unknown"}
	}
	return q, nil
}

// cut shortens a text for a list.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
