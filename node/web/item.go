package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gotong/node/api"
	"gotong/protocol/record"
)

type ctx = context.Context

func itemPage() page {
	return page{name: "item", path: "/r/{id}", tab: "board", need: guest, get: readItem, post: doItem}
}

// itemView is one request or offer, and what this phone can do about it.
type itemView struct {
	card
	Kind     string
	Body     []string // by paragraph
	Until    string
	Lines    []lineView
	Contact  *contactView
	Reach    *reachView // of an own one
	Pledges  []pledgeView
	Comments []commentView
	Photos   []photoView
	// What can be done.
	CanPledge, CanArrive, CanEnd, CanSay, CanConfide bool
	Left                                             string // of the only line, for the promise
	Full                                             bool   // nothing is left to promise
	Reasons                                          []choice
	Share                                            string // text for another program
}

type lineView struct {
	Number uint32
	Says   string
}

type contactView struct {
	Contact, Exact   string
	Readers, Waiting string
	Own, Stewards    bool
}

type pledgeView struct {
	Short, Who, Amount, Standing, Note string
	Due, Lapses                        string
	Arrived                            string
	Live, CanAccept, CanArrive, Mine   bool
	CanThank                           bool
}

type commentView struct{ Who, Ago, Text string }

func readItem(v *visit) (any, error) {
	standing, err := v.settled()
	if err != nil {
		return nil, err
	}
	doc, err := v.desk().Show(v.req.Context(), v.target())
	if err != nil {
		return nil, err
	}
	i := doc.Item
	item := itemView{card: v.card(i), Kind: i.Kind, Reach: v.reach(i)}
	item.Title, item.Place = i.Title, i.Place
	for _, line := range strings.Split(i.Body, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			item.Body = append(item.Body, line)
		}
	}
	if !i.Until.IsZero() {
		item.Until = v.Time(i.Until)
	}
	v.saw(i)
	item.describe(v, doc)
	item.offer(v, doc, standing)
	v.Title, v.Live = cut(i.Title, 60), i.ID
	return item, nil
}

// saw tells the neighbours that somebody of this house has opened a request on
// which a life depends. A page that renews itself was opened by nobody.
func (v *visit) saw(i api.Item) {
	if i.Owner.Me || i.Urgency != record.Urgency_URGENCY_CRITICAL.Code() || !v.Phone.Role.may(member) || v.req.Header.Get(part) != "" || v.req.Method != "GET" {
		return
	}
	if _, err := v.desk().Saw(v.req.Context(), v.target()); err != nil {
		v.site.log.Debug("that it was seen cannot be told", "error", err)
	}
}

// reachView says how far an own record has got, and no more than is known.
type reachView struct {
	There bool
	Says  string
	Seen  string
}

func (v *view) reach(i api.Item) *reachView {
	if i.Reach == nil {
		return nil
	}
	r := &reachView{Says: v.T("web.reach.here")}
	if where := v.holders(*i.Reach); where != "" {
		r.There, r.Says = true, v.T("web.reach.there", "where", where)
	}
	if len(i.Seen) > 0 {
		r.Seen = v.T("web.reach.seen", "who", v.names(i.Seen))
	}
	return r
}

// holders names who has said that they store something.
func (v *view) holders(r api.Reach) string {
	var phrases []string
	for _, h := range []struct {
		key string
		n   int
	}{{"web.reach.nodes", r.Nodes}, {"web.reach.hubs", r.Hubs}, {"web.reach.own", r.Own}} {
		if h.n > 0 {
			phrases = append(phrases, v.T(h.key, "n", h.n))
		}
	}
	return strings.Join(phrases, ", ")
}

// describe says lines, promises and remarks.
func (item *itemView) describe(v *visit, doc api.Shown) {
	i := doc.Item
	for _, l := range i.Standing() {
		name := strings.TrimSpace(v.named("category.", l.Category) + " " + l.What)
		item.Lines = append(item.Lines, lineView{l.Line, name + ": " + v.progress(i.Kind, l)})
	}
	for _, p := range i.Pledges {
		item.Pledges = append(item.Pledges, v.pledge(i, p))
	}
	for _, p := range doc.Photos {
		item.Photos = append(item.Photos, v.photo(i.ID, p))
	}
	for _, c := range doc.Comments {
		item.Comments = append(item.Comments, commentView{v.Who(c.Owner), v.Since(c.Created), c.Text})
	}
	if c := doc.Contact; c != nil && v.Phone.Role.may(member) {
		item.Contact = &contactView{
			Contact: c.Contact, Exact: c.PlaceExact, Own: i.Owner.Me, Stewards: c.Stewards,
			Readers: v.names(c.Readers), Waiting: v.names(c.Waiting),
		}
	}
}

func (v *view) names(all []api.Household) string {
	var names []string
	for _, h := range all {
		names = append(names, v.Who(h))
	}
	return strings.Join(names, ", ")
}

func (v *visit) pledge(i api.Item, p api.Pledge) pledgeView {
	receives := i.Owner.Me
	if i.Kind == record.Kind_KIND_OFFER.Code() {
		receives = p.Owner.Me
	}
	view := pledgeView{
		Short: p.Short, Who: v.Who(p.Owner), Amount: v.amounts(p.Amounts), Standing: v.standing(p), Note: p.Note, Live: p.Live,
		Mine: p.Owner.Me && p.Live && len(p.Received) == 0, CanAccept: i.Owner.Me && p.Live && !p.Accepted && len(p.Received) == 0,
		CanArrive: receives && p.Live && v.over(i) == "" && outstanding(p),
	}
	if !p.Promised.IsZero() && len(p.Received) == 0 {
		view.Due = v.Time(p.Promised)
	}
	if p.Live && len(p.Received) == 0 && !p.Lapses.IsZero() {
		view.Lapses = v.Time(p.Lapses)
	}
	if len(p.Received) > 0 {
		view.Arrived, view.CanThank = v.amounts(p.Received), receives
	}
	return view
}

// outstanding reports whether something promised has not arrived.
func outstanding(p api.Pledge) bool {
	for _, a := range p.Amounts {
		came := api.Quantity(0)
		for _, r := range p.Received {
			if r.Line == a.Line {
				came = r.Quantity
			}
		}
		if came < a.Quantity {
			return true
		}
	}
	return false
}

// offer settles what this phone can do here.
func (item *itemView) offer(v *visit, doc api.Shown, standing api.Standing) {
	i, over := doc.Item, v.over(doc.Item) != ""
	writes := v.Phone.Role.may(member) && standing.Role != api.RoleHub
	item.CanSay = v.Phone.Role.may(desk) && standing.Role != api.RoleHub
	item.CanPledge = writes && !i.Owner.Me && !over && i.State != api.StateMet
	item.CanEnd = writes && i.Owner.Me && !over
	item.CanConfide = item.CanEnd
	item.CanArrive = item.CanEnd && i.Kind == record.Kind_KIND_REQUEST.Code() && i.State != api.StateMet
	item.left(v, i)
	for _, r := range record.CloseReasons() {
		item.Reasons = append(item.Reasons, choice{r.Code(), v.named("reason.", r.Code())})
	}
	item.Share = v.T("web.item.share-text", "title", i.Title, "says", item.Says, "place", i.Place, "id", i.Short)
}

// left says what nobody has promised yet.
func (item *itemView) left(v *visit, i api.Item) {
	item.Full = true
	for _, l := range i.Lines {
		left := max(0, l.Quantity-max(l.Pledged, l.Received))
		item.Full = item.Full && left == 0
		if left > 0 && len(i.Lines) == 1 {
			item.Left = v.amount(left, l.Unit)
		}
	}
}

// etas are the times of coming to choose from.
var etas = map[string]time.Duration{"30m": 30 * time.Minute, "1h": time.Hour, "3h": 3 * time.Hour, "1d": 24 * time.Hour}

// doItem does what one of the page's forms says, which its button names.
func doItem(v *visit) (string, error) {
	do, ok := deeds[v.field("do")]
	if !ok {
		return "", api.ErrNotFound
	}
	if !v.Phone.Role.may(do.need) {
		return "", api.ErrNotAllowed
	}
	key, err := do.does(v)
	if err != nil {
		return "", err
	}
	return said("/r/"+v.req.PathValue("id"), key), nil
}

// deed is something that can be done about a request or an offer; what it
// returns is the end of a key that says so.
type deed struct {
	need Role
	does func(*visit) (string, error)
}

var deeds = map[string]deed{
	"pledge":   {member, pledgeIt},
	"accept":   {member, acceptIt},
	"arrived":  {member, arrivedIt},
	"withdraw": {member, withdrawIt},
	"close":    {member, closeIt},
	"comment":  {desk, commentOnIt},
	"contact":  {member, confideIt},
	"thank":    {member, thankIt},
}

func (v *visit) share() (api.Share, error) {
	q, err := quantity(v.field("qty"))
	line, _ := strconv.Atoi(v.field("line"))
	return api.Share{Quantity: q, Line: uint32(max(0, line))}, err
}

func pledgeIt(v *visit) (string, error) {
	share, err := v.share()
	if err != nil {
		return "", err
	}
	p := api.Promise{Target: v.target(), Share: share, Note: v.field("note"), Origin: "web " + v.Typed.Get("form"), Numbers: api.Numbers(v.field("numbers"))}
	if eta, ok := etas[v.field("eta")]; ok {
		p.Promised = v.now.Add(eta)
	}
	_, err = v.desk().Pledge(v.req.Context(), p)
	return "pledged", err
}

func acceptIt(v *visit) (string, error) {
	doc, err := v.desk().Accept(v.req.Context(), api.Yes{Target: v.target(), Pledge: v.field("pledge")})
	if err == nil && doc.Contact == nil {
		return "accepted-no-contact", nil
	}
	return "accepted", err
}

func arrivedIt(v *visit) (string, error) {
	share, err := v.share()
	if err != nil {
		return "", err
	}
	a := api.Arrival{Target: v.target(), Share: share, Numbers: api.Numbers(v.field("numbers"))}
	if pledge := v.field("pledge"); pledge != "" {
		a.ID = pledge
	}
	_, err = v.desk().Arrived(v.req.Context(), a)
	return "arrived", err
}

func withdrawIt(v *visit) (string, error) {
	t := v.target()
	if pledge := v.field("pledge"); pledge != "" {
		t.ID = pledge
	}
	_, err := v.desk().Withdraw(v.req.Context(), t)
	return "withdrawn", err
}

func closeIt(v *visit) (string, error) {
	_, err := v.desk().Close(v.req.Context(), api.Ending{Target: v.target(), Reason: v.field("reason")})
	return "closed", err
}

func commentOnIt(v *visit) (string, error) {
	r := api.Remark{Photos: v.Typed["photos"], Target: v.target(), Text: v.field("text"), Origin: "web " + v.Typed.Get("form"), Numbers: api.Numbers(v.field("numbers"))}
	doc, err := v.desk().Comment(v.req.Context(), r)
	if err == nil && doc.Moved > 0 {
		return "moved", nil
	}
	return "commented", err
}

func confideIt(v *visit) (string, error) {
	c := api.Confidence{Target: v.target(), Contact: v.field("contact"), PlaceExact: v.field("exact"), Stewards: v.field("stewards") != ""}
	_, err := v.desk().Confide(v.req.Context(), c)
	return "confided", err
}

func thankIt(v *visit) (string, error) {
	text := v.field("thanks")
	if text == "" {
		text = v.T("web.item.thanks")
	}
	_, err := v.desk().Thank(v.req.Context(), api.Thanking{Place: v.place(), To: v.field("pledge"), Text: text, Origin: "web " + v.Typed.Get("form"), Numbers: api.Numbers(v.field("numbers"))})
	return "thanked", err
}
