package web

import (
	"net/url"
	"strconv"
	"time"

	"gotong/node/api"
	"gotong/protocol/record"
)

// onePage is how many cards a page has: all of them, with pictures of none, stay
// under 30 KB also where every text is as long as it can be.
const onePage = 20

func boardPage() page {
	return page{name: "board", path: "/{$}", tab: "board", need: guest, get: readBoard}
}

// boardView is the board as the page shows it.
type boardView struct {
	Standing api.Standing
	Cards    []card
	Total    int
	Hidden   int
	Show     string // which of the lists it is
	Text     string // that is looked for
	From, To int    // of Total, from 1
	Before   string // the page before this one; empty: none
	After    string
	Health   string
	Well     bool
	Cut      time.Time // when the light went out, where that is news
	Notices  []noticeView
	Calls    []callView
}

// card is a request or an offer on the board.
type card struct {
	ID, Short, Title, Place, Who string
	Urgency, Shape               string
	Says, Warning                string
	Ago                          string
	Mine, Over                   bool
	Done                         int // of a hundred, promised or arrived
}

// lists are the choices above the board, each with what it asks the desk for.
var lists = map[string]api.Query{
	"":       {Show: api.ShowStanding},
	"open":   {Show: api.ShowOpen, Kind: record.Kind_KIND_REQUEST.Code()},
	"offers": {Show: api.ShowStanding, Kind: record.Kind_KIND_OFFER.Code()},
	"mine":   {Show: api.ShowMine},
	"all":    {Show: api.ShowAll},
}

func readBoard(v *visit) (any, error) {
	standing, err := v.settled()
	if err != nil {
		return nil, err
	}
	b := boardView{Standing: standing, Show: v.Query.Get("show"), Text: cut(v.Query.Get("text"), 80)}
	q, ok := lists[b.Show]
	if !ok {
		return nil, api.ErrNotFound
	}
	at, _ := strconv.Atoi(v.Query.Get("from"))
	q.Place, q.Text, q.Skip, q.Most = v.place(), b.Text, max(at, 0), onePage
	doc, err := v.desk().List(v.req.Context(), q)
	if err != nil {
		return nil, err
	}
	b.fill(v, doc, q.Skip)
	v.Live = everything
	return b, b.state(v)
}

// fill lays out a part of a list.
func (b *boardView) fill(v *visit, doc api.List, skip int) {
	for _, i := range doc.Items {
		b.Cards = append(b.Cards, v.card(i))
	}
	b.Total, b.Hidden, b.From, b.To = doc.Total, doc.Hidden, skip+1, skip+len(doc.Items)
	if skip > 0 {
		b.Before = b.at(max(0, skip-onePage))
	}
	if b.To < b.Total {
		b.After = b.at(skip + onePage)
	}
}

// at is the path of the list from its nth card on.
func (b *boardView) at(skip int) string {
	q := url.Values{}
	for name, value := range map[string]string{"show": b.Show, "text": b.Text} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if skip > 0 {
		q.Set("from", strconv.Itoa(skip))
	}
	return "/?" + q.Encode()
}

// state says how the node is, in a line.
func (b *boardView) state(v *visit) error {
	report, err := v.desk().Status(v.req.Context())
	if err != nil {
		return err
	}
	if cut, ok := v.site.power.cut(report.Started); ok {
		b.Cut = cut
	}
	b.Health, b.Well = v.health(report), well(report)
	if !b.Standing.Member {
		return nil
	}
	if b.Notices, err = v.notices(true); err != nil {
		return err
	}
	if v.Phone.Role.may(member) {
		if b.Calls, err = v.calls(); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) card(i api.Item) card {
	word, shape := v.urgency(i)
	return card{
		ID: i.ID, Short: i.Short, Title: cut(i.Title, 160), Place: cut(i.Place, 80), Who: v.Who(i.Owner), Urgency: word, Shape: shape,
		Says: v.summary(i), Warning: v.warning(i), Ago: v.Since(i.Created), Mine: i.Owner.Me, Over: v.over(i) != "", Done: covered(i),
	}
}

// covered is how much of the need is promised or has arrived, in percent.
func covered(i api.Item) int {
	var need, has api.Quantity
	for _, l := range i.Lines {
		need += l.Quantity
		has += min(l.Quantity, max(l.Pledged, l.Received))
	}
	if need == 0 {
		return 0
	}
	return int(100 * has / need)
}
