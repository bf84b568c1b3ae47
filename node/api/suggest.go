package api

import (
	"context"
	"net/url"
	"time"

	"gotong/protocol"
	"gotong/protocol/allocate"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// SchemaSuggestions is the schema of [Suggestions].
const SchemaSuggestions = "gotong.suggestions/1"

// Suggesting is what Suggest needs.
type Suggesting struct {
	Place
	All   bool     // who could help whom, for stewards; else what the household could do
	Kinds []string // categories that the household would help with; none: what it offers, else any
}

// Suggestions answers Suggest. They are suggestions: nothing is written.
type Suggestions struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	All           bool          `json:"all,omitempty"`
	Offers        int           `json:"offers"`  // lines on offer that were looked at, the own ones or all
	Helping       int           `json:"helping"` // requests the household has promised to and not yet brought
	Full          bool          `json:"full"`    // that is as many as one household is asked for
	Suggestions   []Suggestion  `json:"suggestions"`
}

// Suggestion is a pledge that somebody could make.
type Suggestion struct {
	Code     string        `json:"code"` // why: one of the codes of protocol/allocate
	Request  Suggested     `json:"request"`
	Line     uint32        `json:"line"`
	Category string        `json:"category"`
	What     string        `json:"what,omitempty"`
	Unit     string        `json:"unit"`
	Quantity Quantity      `json:"quantity"` // to pledge
	Helper   Household     `json:"helper"`
	Offer    *SuggestedUse `json:"offer,omitempty"` // none: the helper has offered nothing
	Reason   Reason        `json:"reason"`
}

// Suggested is the request that could be helped with.
type Suggested struct {
	ID       string    `json:"id"`
	Short    string    `json:"short"`
	Title    string    `json:"title"`
	Exercise bool      `json:"exercise,omitempty"` // a drill
	Urgency  string    `json:"urgency,omitempty"`
	Place    string    `json:"place,omitempty"`
	Owner    Household `json:"owner"`
	Created  time.Time `json:"created"`
	Lines    int       `json:"lines"` // that it has
}

// SuggestedUse is what would be taken of an offer.
type SuggestedUse struct {
	ID         string   `json:"id"`
	Short      string   `json:"short"`
	Line       uint32   `json:"line"`
	Category   string   `json:"category"`
	Unit       string   `json:"unit"`
	Quantity   Quantity `json:"quantity"`
	Has        Quantity `json:"has"` // before that
	Substitute bool     `json:"substitute,omitempty"`
}

// Reason is what a suggestion's code rests on.
type Reason struct {
	Vulnerable uint32 `json:"vulnerable,omitempty"` // people among those in need
	Metres     *int64 `json:"metres,omitempty"`     // from offer to request, where both places are known
	Waiting    int64  `json:"waiting_ms"`
	Covered    int64  `json:"covered_permille"` // of the line, before this
}

// mostSuggested is how many a household is shown.
const mostSuggested = 5

// round is how long a question stays the same, so that nodes which look within
// it make the same suggestions.
const round = 15 * time.Minute

// Suggest says what the household could do best or, to stewards, who could help
// whom.
func (d Desk) Suggest(ctx context.Context, in Suggesting) (Suggestions, error) {
	if in.All && len(in.Kinds) > 0 {
		return Suggestions{}, errBadRequest
	}
	kinds, err := kindsOf(in.Kinds)
	if err != nil {
		return Suggestions{}, err
	}
	s, err := d.known(ctx, in.In)
	if err != nil {
		return Suggestions{}, err
	}
	return d.suggestions(ctx, s, in.All, kinds)
}

func (d Desk) suggestions(ctx context.Context, s site, all bool, kinds []string) (Suggestions, error) {
	around, err := d.around(s, all)
	if err != nil {
		return Suggestions{}, err
	}
	doc := Suggestions{Schema: SchemaSuggestions, Neighbourhood: s.document(), All: all, Suggestions: []Suggestion{}}
	now := d.Now().Truncate(round).UnixMilli()
	err = d.look(ctx, s, func(v sight) error {
		q := allocate.Read(v.View, now, around)
		doc.standing(q, s.me)
		for _, found := range answers(q, all, allocate.Person{Household: s.me, Kinds: kinds}) {
			doc.Suggestions = append(doc.Suggestions, v.suggestion(found))
		}
		return nil
	})
	if err != nil {
		return Suggestions{}, err
	}
	return doc, nil
}

func answers(q allocate.Question, all bool, who allocate.Person) []allocate.Suggestion {
	if all {
		return allocate.Plan(q)
	}
	return allocate.Best(q, who, mostSuggested)
}

// suggest reads what is wanted from the query of a URL.
func (d Desk) suggest(ctx context.Context, query url.Values) (Suggestions, error) {
	in := Suggesting{Place: Place{query.Get("in")}, Kinds: query["kind"]}
	switch query.Get("all") {
	case "":
	case "true":
		in.All = true
	default:
		return Suggestions{}, errBadRequest
	}
	return d.Suggest(ctx, in)
}

func kindsOf(kinds []string) ([]string, error) {
	var codes []string
	for _, k := range kinds {
		c, ok := record.CategoryOf(k)
		if !ok {
			return nil, &record.Invalid{Field: "category", Why: "unknown"}
		}
		codes = append(codes, c.Code)
	}
	return codes, nil
}

// around is what suggestions need and the board does not hold: who hands out
// stock, and whom this node does not list. Only stewards see everybody's.
func (d Desk) around(s site, all bool) (allocate.Around, error) {
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return allocate.Around{}, err
	}
	if all && !members.Steward(s.me) {
		return allocate.Around{}, ErrStewards
	}
	free := make(map[protocol.HouseholdID]bool)
	for _, m := range members.Members() {
		free[m.ID] = m.Role == roster.RolePartner || members.Steward(m.ID)
	}
	muted, err := d.Backend.Muted(s.id)
	return allocate.Around{Free: free, Blocked: muted}, err
}

// standing says how much the household has on offer and on its hands.
func (doc *Suggestions) standing(q allocate.Question, me protocol.HouseholdID) {
	for _, supply := range q.Supplies {
		if doc.All || supply.Owner == me {
			doc.Offers++
		}
	}
	mine := q.Helpers[me]
	doc.Helping = len(mine.Helping)
	doc.Full = !mine.Free && doc.Helping >= q.Terms.Helping
}

// suggestion names what a suggestion is about.
func (s sight) suggestion(found allocate.Suggestion) Suggestion {
	item, _ := s.Item(found.Request)
	doc := Suggestion{
		Code: string(found.Why.Code), Line: found.Line, Quantity: Quantity(found.Quantity), Helper: s.household(found.Helper),
		Request: Suggested{
			ID: item.ID.String(), Short: s.short(item.ID), Title: title(item), Exercise: item.Common.Exercise, Place: item.Request().GetPlace(),
			Urgency: known(item.Urgency() != 0, item.Urgency().Code()), Owner: s.household(item.Owner),
			Created: at(item.Created()), Lines: len(item.Lines),
		},
		Reason: Reason{Vulnerable: found.Why.Vulnerable, Waiting: found.Why.Waiting, Covered: found.Why.Covered},
	}
	for _, l := range item.Lines {
		if l.Line.Line == found.Line {
			doc.Category, doc.What, doc.Unit = l.Category, l.Item, l.Unit.Code()
		}
	}
	if found.Why.Metres >= 0 {
		doc.Reason.Metres = &found.Why.Metres
	}
	doc.Offer = s.use(found)
	return doc
}

// use says what would be taken of which offer.
func (s sight) use(found allocate.Suggestion) *SuggestedUse {
	offer, ok := s.Item(found.Offer)
	if !ok {
		return nil
	}
	use := &SuggestedUse{
		ID: offer.ID.String(), Short: s.short(offer.ID), Line: found.OfferLine,
		Quantity: Quantity(found.Give), Has: Quantity(found.Why.Has), Substitute: found.Why.Substitute,
	}
	for _, l := range offer.Lines {
		if l.Line.Line == found.OfferLine {
			use.Category, use.Unit = l.Category, l.Unit.Code()
		}
	}
	return use
}

// Suggest returns what the household could do best or, to stewards, who could
// help whom.
func (c *Client) Suggest(ctx context.Context, in Suggesting) (Suggestions, error) {
	query := url.Values{"in": {in.In}, "kind": in.Kinds}
	if in.All {
		query.Set("all", "true")
	}
	return call[Suggestions](ctx, c, "GET", "/suggestions?"+query.Encode(), nil)
}
