package web

import (
	"time"

	"gotong/node/api"
)

func healthPage() page {
	return page{name: "health", path: "/health", tab: "more", need: member, get: readHealth}
}

// healthView says how the node is, in words, and what to do.
type healthView struct {
	Line     string
	Well     bool
	Troubles []string
	Clock    string // what time it is here
	Started  string
	Places   []placeView
	Peers    []peerView
}

type placeView struct {
	Name, Exchanged  string
	Households       int
	Requests, Offers int
	Locked, Cells    int
	Member           bool
}

type peerView struct {
	Name, State string
	Connected   bool
}

func readHealth(v *visit) (any, error) {
	report, err := v.desk().Status(v.req.Context())
	if err != nil {
		return nil, err
	}
	peers, err := v.desk().Peers(v.req.Context())
	if err != nil {
		return nil, err
	}
	v.Live = everything
	h := healthView{Line: v.health(report), Well: well(report), Clock: v.Time(v.now), Started: v.Since(report.Started)}
	for _, t := range report.Troubles {
		h.Troubles = append(h.Troubles, v.trouble(t))
	}
	for _, n := range report.Neighbourhoods {
		h.Places = append(h.Places, v.standingIn(n))
	}
	for _, p := range peers.Peers {
		h.Peers = append(h.Peers, v.peer(p))
	}
	return h, nil
}

// health says in a line whether all is well; where not, the worst first.
func (v *view) health(report api.Report) string {
	waits, away := false, false
	for _, n := range report.Neighbourhoods {
		waits, away = waits || !n.Member, away || n.TurnedAway
	}
	switch {
	case len(report.Troubles) > 0:
		return v.trouble(report.Troubles[0])
	case waits:
		return v.T("health.waiting")
	case away:
		return v.T("health.turned-away")
	case report.Connected == 0:
		return v.T("health.nobody")
	}
	return v.T("web.health.well", "n", report.Connected)
}

func well(report api.Report) bool {
	for _, n := range report.Neighbourhoods {
		if !n.Member || n.TurnedAway {
			return false
		}
	}
	return len(report.Troubles) == 0 && report.Connected > 0
}

// trouble says a trouble in words that hold on a page too.
func (v *view) trouble(t api.Trouble) string {
	if own := "web.trouble." + string(t); v.Has(own) {
		return v.T(own)
	}
	return v.named("trouble.", string(t))
}

func (v *view) standingIn(n api.Standing) placeView {
	p := placeView{
		Name: n.Name, Households: n.Households, Requests: n.Records["request"], Offers: n.Records["offer"],
		Locked: n.Locked, Cells: n.Cells, Member: n.Member,
	}
	if !n.LastExchange.IsZero() {
		p.Exchanged = v.Since(n.LastExchange)
	}
	return p
}

func (v *view) peer(p api.PeerSeen) peerView {
	name := ""
	for _, h := range p.Households {
		if h.Name != "" {
			name = h.Name
		}
	}
	if name == "" {
		name = v.T("peers.unnamed")
	}
	switch {
	case p.Connected && !p.LastExchange.IsZero():
		return peerView{name, v.T("peers.exchanged", "ago", v.Since(p.LastExchange)), true}
	case p.Connected:
		return peerView{name, v.T("peers.connected"), true}
	case p.Seen.IsZero():
		return peerView{name, v.T("peers.never"), false}
	}
	return peerView{name, v.T("peers.seen", "ago", v.Since(p.Seen)), false}
}

func recoveryPage() page {
	return page{name: "recovery", path: "/recovery", tab: "board", need: guest, get: readRecovery}
}

// recoveryView is what people are told after the light went out.
type recoveryView struct {
	Cut, Back string
	Records   int
	Locked    int
	Helpers   int // neighbours met since, who bring what came meanwhile
}

func readRecovery(v *visit) (any, error) {
	report, err := v.desk().Status(v.req.Context())
	if err != nil {
		return nil, err
	}
	cut, ok := v.site.power.cut(report.Started)
	if !ok {
		return nil, api.ErrNotFound
	}
	r := recoveryView{Cut: v.Time(cut), Back: v.Time(report.Started), Helpers: report.Connected}
	for _, n := range report.Neighbourhoods {
		r.Records, r.Locked = r.Records+n.Cells, r.Locked+n.Locked
	}
	return r, nil
}

// day is how old a request may be before a hub looks at it again.
const day = 24 * time.Hour
