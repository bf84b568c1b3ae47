package web

import (
	"html/template"
	"net"
	"net/http"
	"time"

	"gotong/node/api"
)

func morePage() page {
	return page{name: "more", path: "/more", tab: "more", need: guest, get: func(v *visit) (any, error) {
		report, err := v.desk().Status(v.req.Context())
		return report.Neighbourhoods, err
	}}
}

func phonesPage() page {
	return page{name: "phones", path: "/phones", tab: "more", need: owner, get: readPhones, post: func(v *visit) (string, error) {
		if err := v.site.phones.remove(v.field("id")); err != nil {
			return "", err
		}
		return said("/phones", "phone-gone"), nil
	}}
}

// phonesView is the phones of the house and how another one comes in.
type phonesView struct {
	Phones []phoneView
	Roles  []choice
}

type phoneView struct {
	ID, Name, Role, Seen string
	This                 bool
}

func readPhones(v *visit) (any, error) {
	p := phonesView{Roles: v.phoneRoles()}
	for _, q := range v.site.phones.all() {
		p.Phones = append(p.Phones, phoneView{q.ID, q.Name, v.T("web.role." + string(q.Role)), v.day(q.Seen), q.ID == v.Phone.ID})
	}
	return p, nil
}

// day says a moment that is known to the day.
func (v *view) day(at time.Time) string {
	if v.now.Sub(at) < 24*time.Hour {
		return v.T("time.today")
	}
	return v.Since(at)
}

func (v *view) phoneRoles() []choice {
	var all []choice
	for _, r := range []Role{member, guest, desk, owner} {
		all = append(all, choice{string(r), v.T("web.role." + string(r))})
	}
	return all
}

func newPhonePage() page {
	return page{name: "new-phone", path: "/phones/new", tab: "more", need: owner, get: readNewPhone, post: letOneIn}
}

// newPhoneView is the link and the code for one more phone.
type newPhoneView struct {
	Roles []choice
	Fresh *freshView
	Near  bool // the pages are only on this machine: no phone can come
}

func readNewPhone(v *visit) (any, error) {
	host, _, _ := net.SplitHostPort(v.req.Host)
	ip := net.ParseIP(host)
	return newPhoneView{v.phoneRoles(), v.site.fresh.take(v.Phone.ID, v.Query.Get("show")), host == "localhost" || ip != nil && ip.IsLoopback()}, nil
}

func letOneIn(v *visit) (string, error) {
	role := Role(v.field("role"))
	if !role.may(guest) {
		return "", api.ErrNotFound
	}
	p := v.site.door.open(cut(v.field("name"), 40), role)
	link := "http://" + v.req.Host + "/in/" + p.token
	code, err := picture(link)
	if err != nil {
		return "", err
	}
	fresh := &freshView{Text: link, Lines: []string{p.code[:3] + " " + p.code[3:]}, QR: code, Until: v.Time(p.until), Name: v.req.Host}
	return "/phones/new?show=" + v.site.fresh.keep(v.Phone.ID, fresh), nil
}

func devicesPage() page {
	return page{name: "devices", path: "/devices", tab: "more", need: owner, get: readDevices, post: doDevice}
}

// devicesView is the household and the machines that write in its name.
type devicesView struct {
	Household, Standing string
	Devices             []machineView
	House               string
	QR                  template.HTML
	Adding, Retiring    string // what is about to be done, to be agreed to
	Consequence         []string
}

type machineView struct {
	Short, State string
	This, Out    bool
}

func readDevices(v *visit) (any, error) {
	standing, err := v.settled()
	if err != nil {
		return nil, err
	}
	doc, err := v.desk().Devices(v.req.Context(), v.place())
	if err != nil {
		return nil, err
	}
	d := devicesView{Household: standing.Me.Name, Standing: v.T("standing." + standing.Standing), House: doc.House}
	if standing.Standing == api.StandingFull {
		d.Standing = v.T("role." + standing.Role)
	}
	for _, m := range doc.Devices {
		d.Devices = append(d.Devices, machineView{m.Short, v.machine(m), m.Me, m.Retired})
	}
	if d.House != "" {
		if d.QR, err = picture(d.House); err != nil {
			return nil, err
		}
	}
	v.lookAhead(&d)
	return d, nil
}

func (v *view) machine(d api.Device) string {
	switch {
	case d.Me && !d.Retired:
		return v.T("device.this")
	case d.Retired:
		return v.T("device.retired")
	case d.Waiting:
		return v.T("device.waiting")
	case d.Connected:
		return v.T("device.connected")
	case d.Seen.IsZero():
		return ""
	}
	return v.T("device.seen", "ago", v.Since(d.Seen))
}

// lookAhead tells what would come of adding or retiring a machine.
func (v *visit) lookAhead(d *devicesView) {
	var doc api.Decided
	var err error
	code, out := v.Query.Get("code"), v.Query.Get("retire")
	switch {
	case code != "":
		doc, err = v.desk().AddDevice(v.req.Context(), api.Adding{Place: v.place(), Code: code, Preview: true})
		if err == nil {
			d.Adding, d.Consequence = code, []string{v.T("device.will", "who", d.Household, "id", doc.Device.Short)}
		}
	case out != "":
		doc, err = v.desk().Revoke(v.req.Context(), api.Revoking{Place: v.place(), What: out, Own: true, Preview: true})
		if err == nil {
			d.Retiring, d.Consequence = out, []string{v.T("revoke.will-device", "who", d.Household, "id", doc.Device.Short), v.T("revoke.final-device")}
		}
	}
	if err != nil && v.Problem == "" {
		v.Problem = v.problem(err)
	}
}

func doDevice(v *visit) (string, error) {
	if out := v.field("retire"); out != "" {
		_, err := v.desk().Revoke(v.req.Context(), api.Revoking{Place: v.place(), What: out, Own: true})
		return said("/devices", "device-retired"), err
	}
	_, err := v.desk().AddDevice(v.req.Context(), api.Adding{Place: v.place(), Code: v.field("code")})
	return said("/devices", "device-added"), err
}

// leave makes this phone one that is not let in.
func (s *Site) leave(v *visit) {
	if err := s.phones.remove(v.Phone.ID); err != nil {
		v.Problem = v.T("web.problem.last-owner")
		v.stuck(err)
		return
	}
	http.SetCookie(v.w, &http.Cookie{Name: s.phones.kept.Cookie, Path: "/", MaxAge: -1})
	http.Redirect(v.w, v.req, "/", http.StatusSeeOther)
}
