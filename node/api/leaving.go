package api

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// SchemaLeaving is the schema of what may leave the neighbourhood.
const SchemaLeaving = "gotong.leaving/1"

// fewest is of how many households a count has to be before it leaves: of
// fewer, somebody could be told from it.
const fewest = 3

// Leaving is what may leave the neighbourhood, for partners and the public, and
// nothing else: no titles, texts, names, places below the RW or contacts. What
// stewards keep from being shown and exercises are not in it.
type Leaving struct {
	Schema        string         `json:"schema"`
	Neighbourhood string         `json:"neighbourhood"`
	At            time.Time      `json:"at"`
	Since         time.Time      `json:"since,omitzero"`
	Each          bool           `json:"each,omitempty"` // needs are single lines
	Needs         []Need         `json:"needs"`
	Distributions []Distribution `json:"brought"`
	Organisations []Organisation `json:"organisations"`
	Notices       []Notice       `json:"notices"`
	Suppressed    int            `json:"suppressed"` // lines and deliveries left out, for being of fewer than three households
}

// Need is what is still asked for of one category and unit in one area: of all
// households together or, each by each, of one.
type Need struct {
	ID         string    `json:"id"` // of the cell or, each by each, of the request and its line
	Area       string    `json:"area,omitempty"`
	Category   string    `json:"category"`
	Unit       string    `json:"unit"`
	Urgency    string    `json:"urgency,omitempty"` // the worst
	State      string    `json:"state"`             // "open", "partly-pledged", "fully-pledged"
	Requested  Quantity  `json:"requested"`
	Pledged    Quantity  `json:"pledged"`
	Received   Quantity  `json:"received"`
	Households int       `json:"households"`
	People     uint32    `json:"people,omitempty"`
	Infants    uint32    `json:"infants,omitempty"` // only of several households
	Elderly    uint32    `json:"elderly,omitempty"`
	Reported   time.Time `json:"reported"` // the first of them
}

// Distribution is what one organisation, or the neighbours themselves, brought of
// one category and unit in one area.
type Distribution struct {
	ID         string    `json:"id"`
	By         string    `json:"by"`      // name of the organisation, else of the neighbourhood
	ByType     string    `json:"by_type"` // a code of record.OrganisationType
	Area       string    `json:"area,omitempty"`
	Category   string    `json:"category"`
	Unit       string    `json:"unit"`
	Quantity   Quantity  `json:"quantity"`
	Households int       `json:"households"`
	People     uint32    `json:"people,omitempty"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
}

// Taking asks for what may leave.
type Taking struct {
	Place
	Since time.Time // zero: everything
	Each  bool
}

// Leaving returns what may leave the neighbourhood.
func (d Desk) Leaving(ctx context.Context, t Taking) (Leaving, error) {
	s, err := d.known(ctx, t.In)
	if err != nil {
		return Leaving{}, err
	}
	doc := Leaving{Schema: SchemaLeaving, Neighbourhood: s.name, At: utc(d.Now()), Since: t.Since, Each: t.Each,
		Needs: []Need{}, Distributions: []Distribution{}, Organisations: []Organisation{}, Notices: []Notice{}}
	err = d.look(ctx, s, func(v sight) error {
		c := census{sight: v, since: millis(t.Since), needs: make(map[cellKey]*needs), brought: make(map[cellKey]*deliveries)}
		c.organisations()
		for _, i := range v.Items(record.Kind_KIND_REQUEST) {
			c.count(i)
		}
		c.fill(&doc)
		doc.Organisations = append(doc.Organisations, v.organisations()...)
		for _, n := range v.View.Notices() {
			if !n.Expired && !n.Superseded && !v.View.Moderation(n.ID).Hidden && n.Key.Sent >= c.since {
				doc.Notices = append(doc.Notices, v.public(n))
			}
		}
		return nil
	})
	return doc, err
}

// public is a notice as it leaves: without who read it, and whose it is.
func (s sight) public(n board.Notice) Notice {
	doc := s.notice(n)
	doc.Owner, doc.Read, doc.ReadHere, doc.Reach, doc.Moderated = Household{}, 0, false, nil, nil
	return doc
}

// census adds requests up into cells.
type census struct {
	sight
	since   int64
	partner map[protocol.HouseholdID]*record.Organisation
	needs   map[cellKey]*needs
	brought map[cellKey]*deliveries
}

// cellKey is what is counted together.
type cellKey struct {
	area, category string
	unit           record.Unit
	by             protocol.HouseholdID // of what was brought; zero for the neighbours
}

func compareCells(a, b cellKey) int {
	return cmp.Or(strings.Compare(a.area, b.area), strings.Compare(a.category, b.category), cmp.Compare(a.unit, b.unit), slices.Compare(a.by[:], b.by[:]))
}

type needs struct {
	Need
	each  []Need
	asked map[protocol.HouseholdID]bool
	sum   [3]int64 // asked for, promised and here, received
}

type deliveries struct {
	Distribution
	got      map[protocol.HouseholdID]bool
	sum      int64
	from, to int64
	lines    int
}

func (c *census) organisations() {
	c.partner = make(map[protocol.HouseholdID]*record.Organisation)
	for _, o := range c.View.Organisations() {
		c.partner[o.Owner] = o.Organisation()
	}
}

// count takes in a request, but no exercise and nothing that stewards hid.
func (c *census) count(i board.Item) {
	if i.Common.GetExercise() || c.View.Moderation(i.ID).Hidden || i.Changed() < c.since {
		return
	}
	for _, l := range i.Lines {
		if l.Quantity <= 0 {
			continue
		}
		if !i.Ended() && l.Received < l.Quantity {
			c.need(i, l)
		}
	}
	for _, p := range i.Pledges {
		for _, a := range p.Received {
			c.deliver(i, p.Owner, a)
		}
	}
}

// need adds a line to its cell.
func (c *census) need(i board.Item, l board.LineState) {
	key := cellKey{area: wide(i.Common.GetArea()), category: l.Category, unit: l.Unit}
	n := c.needs[key]
	if n == nil {
		n = &needs{Need: Need{Area: key.area, Category: key.category, Unit: l.Unit.Code()}, asked: make(map[protocol.HouseholdID]bool)}
		c.needs[key] = n
	}
	m := i.Request()
	one := Need{
		ID: i.ID.String() + "." + strconv.Itoa(int(l.Line.Line)), Area: key.area, Category: key.category, Unit: n.Unit,
		Urgency: known(m.Urgency != 0, m.Urgency.Code()), State: needState(l.Quantity, l.Pledged), Households: 1, People: m.People, Reported: at(i.Created()),
		Requested: Quantity(l.Quantity), Pledged: Quantity(l.Pledged), Received: Quantity(l.Received),
	}
	n.each = append(n.each, one)
	if !n.asked[i.Owner] { // people of one household are counted once in a cell
		n.People, n.Infants, n.Elderly = n.People+m.People, n.Infants+m.Infants, n.Elderly+m.Elderly
	}
	n.asked[i.Owner] = true
	n.sum[0], n.sum[1], n.sum[2] = n.sum[0]+l.Quantity, n.sum[1]+l.Pledged, n.sum[2]+l.Received
	if n.Reported.IsZero() || one.Reported.Before(n.Reported) {
		n.Reported = one.Reported
	}
	if worse, ok := record.UrgencyOf(one.Urgency); ok {
		if worst, _ := record.UrgencyOf(n.Urgency); worse > worst {
			n.Urgency = one.Urgency
		}
	}
}

// deliver adds what arrived of a pledge to its cell.
func (c *census) deliver(i board.Item, by protocol.HouseholdID, a *record.Amount) {
	at := slices.IndexFunc(i.Lines, func(l board.LineState) bool { return l.Line.Line == a.Line })
	if at < 0 || a.Quantity <= 0 {
		return
	}
	key := cellKey{area: wide(i.Common.GetArea()), category: i.Lines[at].Category, unit: i.Lines[at].Unit}
	name, kind := c.Neighbourhood(), record.OrganisationType_ORGANISATION_TYPE_COMMUNITY
	if o := c.partner[by]; o != nil {
		key.by, name, kind = by, o.Name, o.Type
	}
	b := c.brought[key]
	if b == nil {
		b = &deliveries{Distribution: Distribution{By: name, ByType: kind.Code(), Area: key.area, Category: key.category, Unit: key.unit.Code()},
			got: make(map[protocol.HouseholdID]bool), from: i.Created()}
		c.brought[key] = b
	}
	if !b.got[i.Owner] {
		b.People += i.Request().People
	}
	b.got[i.Owner] = true
	b.sum, b.lines = b.sum+a.Quantity, b.lines+1
	b.from, b.to = min(b.from, i.Created()), max(b.to, i.Changed())
}

// fill writes down the cells of enough households.
func (c *census) fill(doc *Leaving) {
	for _, key := range slices.SortedFunc(maps.Keys(c.needs), compareCells) {
		n := c.needs[key]
		switch {
		case len(n.asked) < fewest:
			doc.Suppressed += len(n.each)
		case doc.Each:
			doc.Needs = append(doc.Needs, n.each...)
		default:
			n.ID, n.State, n.Households = cellID(key), needState(n.sum[0], n.sum[1]), len(n.asked)
			n.Requested, n.Pledged, n.Received = Quantity(n.sum[0]), Quantity(n.sum[1]), Quantity(n.sum[2])
			doc.Needs = append(doc.Needs, n.Need)
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(c.brought), compareCells) {
		b := c.brought[key]
		if len(b.got) < fewest {
			doc.Suppressed += b.lines
			continue
		}
		b.ID, b.Quantity, b.Households, b.From, b.To = cellID(key), Quantity(b.sum), len(b.got), at(b.from), at(b.to)
		doc.Distributions = append(doc.Distributions, b.Distribution)
	}
}

// cellID names a cell the same in every export.
func cellID(k cellKey) string {
	return protocol.Text(protocol.Hash("gotong/export-cell/1\x00", k.by[:], []byte(k.area+"\x00"+k.category+"\x00"+k.unit.Code())))
}

// wide is an area without what is below its RW.
func wide(area string) string {
	var kept []string
	for part := range strings.SplitSeq(area, "/") {
		if strings.HasPrefix(strings.ToUpper(part), "RT") {
			break
		}
		kept = append(kept, part)
	}
	return strings.Join(kept, "/")
}

func needState(asked, promised int64) string {
	switch {
	case promised >= asked:
		return StateFullyPledged
	case promised > 0:
		return StatePartlyPledged
	}
	return StateOpen
}

// Leaving returns what may leave the neighbourhood.
func (c *Client) Leaving(ctx context.Context, t Taking) (Leaving, error) {
	q := url.Values{"in": {t.In}}
	if !t.Since.IsZero() {
		q.Set("since", t.Since.Format(time.RFC3339))
	}
	if t.Each {
		q.Set("each", "1")
	}
	return call[Leaving](ctx, c, "GET", "/leaving?"+q.Encode(), nil)
}

func takingOf(r *http.Request) (Taking, error) {
	t := Taking{Place: queryOf(r).Place, Each: r.URL.Query().Get("each") != ""}
	if since := r.URL.Query().Get("since"); since != "" {
		at, err := time.Parse(time.RFC3339, since)
		if err != nil {
			return t, errBadRequest
		}
		t.Since = at
	}
	return t, nil
}
