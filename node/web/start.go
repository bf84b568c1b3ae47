package web

import (
	"net/http"

	"gotong/node/api"
	"gotong/protocol/roster"
)

func startPage() page {
	return page{name: "start", path: "/start", need: owner, get: readStart}
}

// startView is the first page of a household that belongs nowhere yet.
type startView struct {
	Nearby int // nodes that are heard on the network
}

func readStart(v *visit) (any, error) {
	peers, err := v.desk().Peers(v.req.Context())
	if err != nil {
		return nil, err
	}
	s := startView{}
	for _, p := range peers.Peers {
		if p.Connected {
			s.Nearby++
		}
	}
	return s, nil
}

func createPage() page {
	return page{name: "create", path: "/create", need: owner, get: func(*visit) (any, error) { return nil, nil }, post: func(v *visit) (string, error) {
		doc, err := v.desk().Create(v.req.Context(), api.Founding{Name: v.field("name"), Household: v.field("household"), Numbers: api.Numbers(v.field("numbers"))})
		if err != nil {
			return "", err
		}
		v.remember(doc.Neighbourhood.ID)
		return said("/", "created"), nil
	}}
}

// joinView shows what an invitation would do before it is done.
type joinView struct {
	Invite    string
	Household string
	ID        string // of the neighbourhood, once the text was read
}

func joinPage() page {
	return page{name: "join", path: "/join", need: owner, get: readJoin, post: doJoin}
}

// readJoin shows the form or, once there is something to look at, what it means.
func readJoin(v *visit) (any, error) {
	j := joinView{Invite: v.field("invite"), Household: v.field("household")}
	if invite, err := roster.ParseInvite(j.Invite); err == nil && j.Household != "" && v.Query.Get("look") != "" {
		j.ID = invite.Neighbourhood.String()[:8]
	}
	return j, nil
}

func doJoin(v *visit) (string, error) {
	doc, err := v.desk().Join(v.req.Context(), api.Joining{Invite: v.field("invite"), Household: v.field("household"), Numbers: api.Numbers(v.field("numbers"))})
	if err != nil {
		return "", err
	}
	v.remember(doc.Neighbourhood.ID)
	return said("/", "joined"), nil
}

// remember keeps on the phone which neighbourhood it looks at.
func (v *visit) remember(in string) {
	http.SetCookie(v.w, &http.Cookie{Name: placeCookie, Value: in, Path: "/", MaxAge: 400 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func wherePage() page {
	return page{name: "where", path: "/where", need: guest, get: readWhere, post: func(v *visit) (string, error) {
		v.remember(v.field("choose"))
		return "/", nil
	}}
}

func readWhere(v *visit) (any, error) {
	report, err := v.desk().Status(v.req.Context())
	return report.Neighbourhoods, err
}
