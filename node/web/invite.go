package web

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"

	"gotong/node/api"
)

func invitePage() page {
	return page{name: "invite", path: "/invite", tab: "people", need: owner, get: readInvite, post: doInvite}
}

// inviteView is the invitations made and, right after it was made, the text of
// one: it is shown once and kept nowhere.
type inviteView struct {
	Made  []madeView
	Fresh *freshView
	Roles []choice
}

type madeView struct {
	Short, Role, State, Until string
	Joined                    string
	Open                      bool
}

// freshView is an invitation to hand over.
type freshView struct {
	Text  string
	Lines []string // its groups, in lines to read aloud
	QR    template.HTML
	Uses  int
	Until string
	Name  string // of the neighbourhood
}

func readInvite(v *visit) (any, error) {
	if _, err := v.settled(); err != nil {
		return nil, err
	}
	doc, err := v.desk().Invitations(v.req.Context(), v.place())
	if err != nil {
		return nil, err
	}
	var i inviteView
	for _, m := range doc.Invitations {
		made := madeView{
			Short: m.Short, Role: v.T("role." + m.Role), State: v.T("invite.state-" + m.State), Open: m.State == api.InviteOpen,
			Joined: v.T("invite.joined", "n", m.Joined, "uses", m.Uses),
		}
		if made.Open && !m.Expires.IsZero() {
			made.Until = v.Time(m.Expires)
		}
		i.Made = append(i.Made, made)
	}
	for _, role := range []string{api.RoleMember, api.RoleSteward, api.RolePartner} {
		i.Roles = append(i.Roles, choice{role, v.T("role." + role)})
	}
	i.Fresh = v.site.fresh.take(v.Phone.ID, v.Query.Get("show"))
	return i, nil
}

// inviteTime is how long an invitation made here is good.
const inviteTime = 72 * time.Hour

func doInvite(v *visit) (string, error) {
	if v.field("do") == "close" {
		_, err := v.desk().Revoke(v.req.Context(), api.Revoking{Place: v.place(), What: v.field("id"), Leaked: v.field("leaked") != ""})
		return said("/invite", "invite-closed"), err
	}
	uses, _ := strconv.Atoi(v.field("uses"))
	doc, err := v.desk().Invite(v.req.Context(), api.Inviting{Place: v.place(), Uses: uses, Role: v.field("role"), Expires: v.now.Add(inviteTime).Truncate(time.Millisecond)})
	if err != nil {
		return "", err
	}
	fresh, err := v.freshOf(doc)
	if err != nil {
		return "", err
	}
	return "/invite?show=" + v.site.fresh.keep(v.Phone.ID, fresh), nil
}

func (v *visit) freshOf(doc api.Invited) (*freshView, error) {
	code, err := picture(doc.Invite)
	if err != nil {
		return nil, err
	}
	f := &freshView{Text: doc.Invite, Lines: lines(doc.Invite), QR: code, Uses: doc.Uses, Name: doc.Neighbourhood.Name}
	if !doc.Expires.IsZero() {
		f.Until = v.Time(doc.Expires)
	}
	return f, nil
}

// lines breaks an invitation into lines of a few groups, as a person can read
// and compare them.
func lines(text string) []string {
	const each = 4
	groups := strings.Split(text, "-")
	var all []string
	for len(groups) > each {
		all, groups = append(all, strings.Join(groups[:each], "-")+"-"), groups[each:]
	}
	return append(all, strings.Join(groups, "-"))
}

// posterPage prints an invitation, or how to reach these pages.
func posterPage() page {
	return page{name: "poster", path: "/poster", tab: "people", need: owner, get: func(v *visit) (any, error) {
		if _, err := v.settled(); err != nil {
			return nil, err
		}
		return v.site.fresh.take(v.Phone.ID, v.Query.Get("show")), nil
	}}
}

// picture draws text as a QR code in SVG: one path, a light border of four.
func picture(text string) (template.HTML, error) {
	code, err := qr.Encode(strings.ToUpper(text), qr.M)
	if err != nil {
		return "", fmt.Errorf("web: qr: %w", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="qr" viewBox="-4 -4 %d %d" role="presentation" aria-hidden="true" shape-rendering="crispEdges"><path fill="#fff" d="M-4-4h%dv%dh-%dz"/><path fill="#000" d="`,
		code.Size+8, code.Size+8, code.Size+8, code.Size+8, code.Size+8)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return template.HTML(b.String()), nil
}
