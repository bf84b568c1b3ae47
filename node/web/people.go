package web

import (
	"strings"

	"gotong/node/api"
)

func peoplePage() page {
	return page{name: "people", path: "/people", tab: "people", need: guest, get: readPeople}
}

// peopleView is who belongs.
type peopleView struct {
	People    []personView
	In, Wait  int
	MayVouch  bool
	MayInvite bool
}

type personView struct {
	Short, Name, Standing, Came, Formerly string
	Me, Out, Muted, Waits, Steward        bool
	Devices                               int
}

func readPeople(v *visit) (any, error) {
	standing, err := v.settled()
	if err != nil {
		return nil, err
	}
	doc, err := v.desk().People(v.req.Context(), v.place())
	if err != nil {
		return nil, err
	}
	v.Live = everything
	p := peopleView{MayVouch: v.Phone.Role == owner && leads(standing.Role), MayInvite: v.Phone.Role == owner && standing.Standing == api.StandingFull}
	for _, h := range doc.People {
		p.People = append(p.People, v.person(h))
		switch h.Standing {
		case api.StandingFull:
			p.In++
		case api.StandingNew, api.StandingWaiting:
			p.Wait++
		}
	}
	return p, nil
}

// leads reports whether a role vouches for others.
func leads(role string) bool { return role == api.RoleFounder || role == api.RoleSteward }

func (v *view) person(h api.Person) personView {
	name := v.Who(api.Household{ID: h.ID, Name: h.Name})
	p := personView{
		Short: h.Short, Name: name, Me: h.Me, Muted: h.Muted, Out: h.Standing == api.StandingOut, Devices: len(h.Devices),
		Waits: h.Standing == api.StandingNew || h.Standing == api.StandingWaiting, Steward: leads(h.Role), Standing: v.position(h),
	}
	switch {
	case h.Voucher != nil:
		p.Came = v.T("people.vouched", "who", v.Who(*h.Voucher))
	case h.Inviter != nil:
		p.Came = v.T("people.invited", "who", v.Who(*h.Inviter))
	}
	if h.Formerly != nil {
		p.Formerly = v.T("people.formerly", "who", v.Who(*h.Formerly), "id", h.Formerly.ID[:4])
	}
	return p
}

// position is the role of a household, or why it has none yet.
func (v *view) position(h api.Person) string {
	if h.Standing == api.StandingFull {
		return v.T("role." + h.Role)
	}
	phrases := []string{v.T("standing." + h.Standing)}
	if h.Offered != "" && h.Standing != api.StandingOut {
		phrases = append(phrases, v.T("people.offered", "role", v.T("role."+h.Offered)))
	}
	return strings.Join(phrases, ", ")
}

func personPage() page {
	return page{name: "person", path: "/people/{id}", tab: "people", need: owner, get: readPerson, post: doPerson}
}

// decisionView is somebody, and what would come of vouching for them or putting
// them out: it is told before it is done.
type decisionView struct {
	Person        personView
	Do            string // "vouch" or "revoke", once one was chosen
	Role          string
	Roles         []choice
	Consequence   []string
	MayVouch, May bool
}

func readPerson(v *visit) (any, error) {
	standing, err := v.settled()
	if err != nil {
		return nil, err
	}
	doc, err := v.desk().People(v.req.Context(), v.place())
	if err != nil {
		return nil, err
	}
	for _, h := range doc.People {
		if h.Short == v.req.PathValue("id") || h.ID == v.req.PathValue("id") {
			d := decisionView{Person: v.person(h), MayVouch: leads(standing.Role) && !h.Me, May: !h.Me}
			return v.preview(d, h)
		}
	}
	return nil, api.ErrNobody
}

// preview tells what would come of what was chosen.
func (v *visit) preview(d decisionView, h api.Person) (any, error) {
	for _, role := range api.Roles() {
		d.Roles = append(d.Roles, choice{role, v.T("role." + role)})
	}
	d.Role = v.Query.Get("role")
	if d.Role == "" {
		d.Role = api.RoleMember
	}
	var err error
	switch v.Query.Get("do") {
	case "vouch":
		_, err = v.desk().Vouch(v.req.Context(), api.Vouching{Place: v.place(), Who: h.ID, Role: d.Role, Preview: true})
		d.Do, d.Consequence = "vouch", []string{v.T("vouch.will", "who", d.Person.Name, "id", h.Short, "role", v.T("role."+d.Role)), v.T("vouch.will-" + d.Role)}
	case "revoke":
		var doc api.Decided
		doc, err = v.desk().Revoke(v.req.Context(), api.Revoking{Place: v.place(), What: h.ID, Preview: true})
		if err == nil {
			d.Do, d.Consequence = "revoke", v.revocation(d.Person, doc)
		}
	}
	if err != nil && v.Problem == "" {
		d.Do, v.Problem = "", v.problem(err)
	}
	return d, nil
}

func (v *view) revocation(p personView, doc api.Decided) []string {
	all := []string{v.T("revoke.will-household", "who", p.Name, "id", p.Short)}
	if k := doc.Keep; k != nil {
		all = append(all, v.T("revoke.keeps", "n", k.Facts, "kept", k.Kept, "items", k.Items, "stay", k.ItemsKept))
		if len(k.Lost) > 0 {
			all = append(all, v.T("revoke.lost", "who", v.names(k.Lost)))
		}
	}
	if doc.Votes {
		all = append(all, v.T("revoke.votes"))
	}
	if doc.Rekey {
		all = append(all, v.T("revoke.rekey"))
	}
	return append(all, v.T("web.person.final"))
}

func doPerson(v *visit) (string, error) {
	who := v.req.PathValue("id")
	var err error
	key := v.field("do")
	switch key {
	case "vouch":
		_, err = v.desk().Vouch(v.req.Context(), api.Vouching{Place: v.place(), Who: who, Role: v.field("role")})
		key = "vouched"
	case "revoke":
		_, err = v.desk().Revoke(v.req.Context(), api.Revoking{Place: v.place(), What: who})
		key = "revoked"
	case "mute":
		_, err = v.desk().Mute(v.req.Context(), api.Muting{Place: v.place(), Who: who})
		key = "muted"
	case "unmute":
		_, err = v.desk().Mute(v.req.Context(), api.Muting{Place: v.place(), Who: who, Off: true})
		key = "unmuted"
	default:
		err = api.ErrNotFound
	}
	return said("/people", key), err
}
