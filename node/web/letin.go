package web

import (
	"net/http"
	"time"

	"gotong/node/words"
)

// doorPage is what a phone sees that is not let in: nothing of the household.
type doorPage struct {
	Token string // of the link it came by
}

// letIn lets a phone in by the code that was typed or the link it came by.
func (s *Site) letIn(v *visit) {
	p, ok, wait := pass{}, false, time.Duration(0)
	if token := v.Typed.Get("token"); token != "" {
		p, ok = s.door.byToken(token)
	} else {
		p, ok, wait = s.door.byCode(digits(v.Typed.Get("code")))
	}
	switch {
	case wait > 0:
		v.Problem = v.T("web.door.wait", "n", int((wait+time.Minute-1)/time.Minute))
	case !ok && v.Typed.Get("token") != "":
		v.Problem = v.T("web.door.old-link")
	case !ok:
		v.Problem = v.T("web.door.wrong")
	default:
		s.welcome(v, p)
		return
	}
	v.refused(http.StatusForbidden, "door", doorPage{})
}

// welcome gives the phone its cookie. No Secure: the house has no certificate.
func (s *Site) welcome(v *visit, p pass) {
	secret, err := s.phones.add(p.name, p.role)
	if err != nil {
		v.stuck(err)
		return
	}
	http.SetCookie(v.w, &http.Cookie{
		Name: s.phones.kept.Cookie, Value: secret, Path: "/", MaxAge: 400 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	s.log.Info("a phone was let in", "role", p.role)
	http.Redirect(v.w, v.req, "/", http.StatusSeeOther)
}

// linkPage answers the link of a pass: a button uses it up, so that a program
// that only looks at links does not.
func (s *Site) linkPage(v *visit) {
	if v.Phone.Role != "" && v.Phone.Role != guest {
		http.Redirect(v.w, v.req, "/", http.StatusSeeOther)
		return
	}
	v.Page, v.Title = doorPage{Token: v.req.PathValue("token")}, v.T("web.title.door")
	v.show(http.StatusOK, "door")
}

// digits drops the spaces that people type into a code.
func digits(text string) string {
	var kept []rune
	for _, c := range words.Plain(text) {
		if c >= '0' && c <= '9' {
			kept = append(kept, c)
		}
	}
	return string(kept)
}
