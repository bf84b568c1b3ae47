package web

import (
	"fmt"
	"strconv"
	"time"

	"gotong/node/api"
	"gotong/protocol/record"
)

func eventsPage() page {
	return page{name: "events", path: "/events", tab: "more", need: guest, get: readEvents, post: answerEvent}
}

// eventView is something neighbours do together.
type eventView struct {
	ID, Title, Place, Who, When string
	Body                        string
	Coming, State               string
	Bring                       []string
	Mine                        string // what we answered
	Open                        bool
}

func readEvents(v *visit) (any, error) {
	if _, err := v.settled(); err != nil {
		return nil, err
	}
	doc, err := v.desk().Gatherings(v.req.Context(), api.GatheringQuery{Target: api.Target{Place: v.place()}})
	if err != nil {
		return nil, err
	}
	v.Live = everything
	var all []eventView
	for _, g := range doc.Events {
		all = append(all, v.event(g))
	}
	return all, nil
}

func (v *view) event(g api.Gathering) eventView {
	e := eventView{
		ID: g.ID, Title: cut(g.Title, 160), Place: g.Place, Who: v.Who(g.Owner), When: v.Time(g.Start), Body: g.Body,
		Open: g.State == api.EventComing || g.State == api.EventNow,
	}
	if g.State == api.EventNow {
		e.State = v.T("event.state-now")
	}
	if len(g.Shifts) > 0 {
		e.Coming = v.T("event.coming", "n", g.Shifts[0].Coming)
	}
	for _, b := range g.Bring {
		e.Bring = append(e.Bring, v.named("category.", b.Category)+" "+b.What+": "+v.amount(b.Quantity, b.Unit))
	}
	for _, a := range g.Answers {
		if a.Owner.Me {
			e.Mine = v.T("event.mine-"+a.State, "n", a.People)
		}
	}
	return e
}

func answerEvent(v *visit) (string, error) {
	people, _ := strconv.Atoi(v.field("people"))
	in := api.Answering{Target: api.Target{Place: v.place(), ID: v.field("event")}, State: v.field("state"), People: max(people, 1)}
	if !v.Phone.Role.may(member) {
		return "", api.ErrNotAllowed
	}
	_, err := v.desk().Answer(v.req.Context(), in)
	return said("/events", "answered"), err
}

func newEventPage() page {
	return page{name: "new-event", path: "/events/new", tab: "more", need: member, get: func(v *visit) (any, error) {
		_, err := v.settled()
		return v.now.AddDate(0, 0, 1).Format(time.DateOnly), err
	}, post: holdEvent}
}

// holdEvent writes a gathering from a day and a time of day, in the zone of the
// house.
func holdEvent(v *visit) (string, error) {
	start, err := v.moment(v.field("day"), v.field("hour"))
	if err != nil {
		return "", err
	}
	_, offset := start.Zone()
	_, err = v.desk().Hold(v.req.Context(), api.GatheringDraft{
		Place: v.place(), Title: v.field("title"), Body: v.field("body"), At: v.field("at"), Start: start, UTCOffset: offset / 60,
		Numbers: api.Numbers(v.field("numbers")), Origin: "web " + v.Typed.Get("form"),
	})
	return said("/events", "event"), err
}

// moment reads a day and a time of day: "2026-11-25" or "25-11-2026", "7.30",
// "07:30" or "7".
func (v *visit) moment(day, hour string) (time.Time, error) {
	var d time.Time
	err := fmt.Errorf("web: no day")
	for _, layout := range []string{time.DateOnly, "2-1-2006", "2/1/2006"} {
		if d, err = time.ParseInLocation(layout, day, v.now.Location()); err == nil {
			break
		}
	}
	if err != nil {
		return time.Time{}, &record.Invalid{Field: "at", Why: "unknown"}
	}
	for _, layout := range []string{"15:04", "15.04", "15"} {
		if h, err := time.Parse(layout, hour); err == nil {
			return time.Date(d.Year(), d.Month(), d.Day(), h.Hour(), h.Minute(), 0, 0, d.Location()), nil
		}
	}
	return time.Time{}, &record.Invalid{Field: "at", Why: "unknown"}
}
