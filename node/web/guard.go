package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"gotong/node/words"
)

// policy lets a page load and send to nothing but this node, run no script but
// live.js, and stand in no frame.
const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// guard stands before everything: the address that the browser used has to be
// one of a local network, so that a page elsewhere cannot have its name point
// here; and what changes something has to come from our own pages.
func (s *Site) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, http.StatusForbidden, "web.refused.elsewhere")
	}))
	inside := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		if !localHost(r.Host) {
			s.refuse(w, r, http.StatusMisdirectedRequest, "web.refused.host")
			return
		}
		inside.ServeHTTP(w, r)
	})
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin") // "no-referrer" would hide our own forms' origin
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// localHost reports whether a Host header names this node as a local network
// does: a private or link-local address, one word without a dot, or NAME.local.
func localHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.ToLower(strings.Trim(name, "[]")), ".")
	if ip, err := netip.ParseAddr(name); err == nil {
		ip = ip.Unmap()
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	if label, ok := strings.CutSuffix(name, ".local"); ok {
		return isLabel(label)
	}
	return isLabel(name)
}

// isLabel reports whether name is one word of a host's name, and no number: a
// browser may take "2130706433" for an address.
func isLabel(name string) bool {
	letters := false
	for _, c := range name {
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
		letters = letters || c >= 'a' && c <= 'z'
	}
	return letters && len(name) <= 63 && !strings.HasPrefix(name, "0x")
}

// refuse says in a sentence why there is no page.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, status int, key string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	tongue := words.In(wishes(r)...)
	w.Write([]byte(tongue.Say(key, nil) + "\n")) // nobody is left to hear of an error here
}
