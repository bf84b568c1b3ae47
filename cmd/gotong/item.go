package main

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

// who names a household; "kami" is the own one.
func (a *app) who(h api.Household) string {
	switch {
	case h.Me:
		return a.say("who.us", nil)
	case h.Name == "":
		return a.say("who.unnamed", nil)
	}
	return words.Plain(h.Name)
}

func (a *app) neighbourhood(n api.Neighbourhood) string {
	if n.Name == "" {
		return a.say("neighbourhood.unnamed", nil)
	}
	return words.Plain(n.Name)
}

// label names a category; one of a newer version by its code.
func (a *app) label(category string) string { return a.named("category.", category) }

// amount says a quantity with its unit: "4 L", "2 bungkus"; one of nothing that
// is counted is just help.
func (a *app) amount(q api.Quantity, unit string) string {
	if !counted(unit, q) {
		return a.say("amount.uncounted", nil)
	}
	return joined(" ", a.number(q), a.unit(q, unit))
}

func (a *app) number(q api.Quantity) string {
	return a.say("number", words.Args{"n": words.Thousandths(q)})
}

// unit names a unit for that many of it; a thing without a unit has none.
func (a *app) unit(q api.Quantity, unit string) string {
	if unit == record.Unit_UNIT_NONE.Code() {
		return ""
	}
	if !a.words.Has("unit." + unit) {
		return unit
	}
	return a.say("unit."+unit, words.Args{"n": words.Thousandths(q)})
}

// amounts says several quantities after one another.
func (a *app) amounts(all []api.Amount) string {
	var phrases []string
	for _, x := range all {
		phrases = append(phrases, a.amount(x.Quantity, x.Unit))
	}
	return strings.Join(phrases, ", ")
}

// counted reports whether a quantity is worth naming.
func counted(unit string, q api.Quantity) bool {
	return unit != record.Unit_UNIT_NONE.Code() || q != api.Whole(1)
}

// title is what an item is called; a drill is marked as one wherever it is
// named, so that nobody runs for it.
func (a *app) title(i api.Item) string { return a.marked(i.Title, i.Exercise) }

func (a *app) marked(title string, drill bool) string {
	if drill {
		return a.say("drill.mark", words.Args{"title": title})
	}
	return title
}

// progress says how far a line is: "2 dari 4 L dijanjikan, 1 sudah sampai".
func (a *app) progress(kind string, l api.Line) string {
	step := l.Step()
	if !counted(l.Unit, l.Quantity) {
		return a.say("progress."+kind+"."+step, nil)
	}
	args := words.Args{"need": a.amount(l.Quantity, l.Unit),
		"pledged": words.Thousandths(l.Pledged), "received": words.Thousandths(l.Received)}
	return joined(", ", a.say("progress."+kind+".counted-"+step, args), a.standby(l))
}

// terms says from how much on a part helps, and whether something like it would
// do.
func (a *app) terms(l api.Line) string {
	var least, other string
	if l.MinUseful > 0 {
		least = a.say("line.min", words.Args{"amount": a.amount(l.MinUseful, l.Unit)})
	}
	if l.Substitute {
		other = a.say("line.substitute", nil)
	}
	return joined(", ", least, other)
}

func (a *app) standby(l api.Line) string {
	if l.Standby == 0 {
		return ""
	}
	return a.say("progress.standby", words.Args{"amount": a.amount(l.Standby, l.Unit)})
}

// summary says how far all lines are, each with its category where there are
// several.
func (a *app) summary(i api.Item) string {
	if said := a.over(i); said != "" {
		return said
	}
	var phrases []string
	for _, l := range i.Standing() {
		phrase := a.progress(i.Kind, l)
		if len(i.Lines) > 1 {
			phrase = a.label(l.Category) + " " + phrase
		}
		phrases = append(phrases, phrase)
	}
	return joined("; ", strings.Join(phrases, "; "), a.warning(i))
}

// over says that nothing more is expected, where that is so.
func (a *app) over(i api.Item) string {
	switch {
	case i.State == api.StateClosed && i.Reason != "":
		return a.say("state.closed-for", words.Args{"reason": a.named("reason.", i.Reason)})
	case i.State == api.StateClosed, i.State == api.StateWithdrawn, i.State == api.StatePaused:
		return a.say("state."+i.State, nil)
	case i.Expired:
		return a.say("state.expired", nil)
	}
	return ""
}

func (a *app) warning(i api.Item) string {
	switch {
	case i.Overdue:
		return a.say("state.overdue", nil)
	case i.Doubted:
		return a.say("state.doubted", nil)
	case i.Stale && i.State != api.StateMet:
		return a.say("state.stale", nil)
	}
	return ""
}

// urgencyWord is how a list begins a line: the urgency, or that it is an offer.
func (a *app) urgencyWord(i api.Item) string {
	if i.Kind == record.Kind_KIND_OFFER.Code() {
		return a.say("urgency.offer", nil)
	}
	return a.named("urgency.", i.Urgency)
}

// shortWidth is the room for a short id; a longer one takes more.
const shortWidth = 4

// card is an item in a list: what, how far, who, where, how long ago.
func (a *app) card(i api.Item) {
	id, word := pad(i.Short, shortWidth), pad(a.urgencyWord(i), a.urgencyWidth())
	indent := strings.Repeat(" ", utf8.RuneCountInString(id+word)+4)
	if i.Urgency == record.Urgency_URGENCY_CRITICAL.Code() || i.Urgency == record.Urgency_URGENCY_HIGH.Code() {
		word = a.strong(word)
	}
	a.line(id, "  ", word, "  ", a.strong(words.Plain(a.title(i))))
	a.line(indent, a.summary(i))
	a.line(indent, joined(" · ", a.who(i.Owner), words.Plain(i.Place), a.words.Ago(i.Created, a.now()), a.reach(i.Reach), a.seen(i)))
}

// urgencyWidth is the width of the widest word a list may begin with.
func (a *app) urgencyWidth() int {
	width := utf8.RuneCountInString(a.say("urgency.offer", nil))
	for _, u := range record.Urgencies() {
		width = max(width, utf8.RuneCountInString(a.say("urgency."+u.Code(), nil)))
	}
	return width
}

// pad fills text up with spaces to a width in characters.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// lineNumber is shown where a person has to say which line.
func lineNumber(i api.Item, l api.Line) string {
	if len(i.Lines) < 2 {
		return ""
	}
	return strconv.Itoa(int(l.Line)) + ". "
}
