package netlab

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// router parts a home network from the switches, as the box from a provider
// does: whoever is behind it shares its one address outside, may call out, and
// cannot be called.
type router struct {
	lab  *lab
	n    int
	home int // households behind it
}

// behind is the network outside the routers: the west switch.
const behind = west

// router puts a home network behind a router; nothing is plugged in yet. out says
// in nftables' words what may leave, as in "udp dport 4101"; empty lets all out.
func (l *lab) router(t *testing.T, out string) *router {
	t.Helper()
	if _, err := exec.LookPath("nft"); err != nil {
		t.Fatal("the routers of the lab need nft: install nftables")
	}
	l.routers++
	r := &router{lab: l, n: l.routers}
	t.Cleanup(func() { r.takeDown() })
	ip(t, "link", "add", r.bridge(), "type", "bridge")
	ip(t, "link", "set", r.bridge(), "up")
	ip(t, "netns", "add", r.namespace())
	r.cable(t, "eth0", l.bridge(behind), fmt.Sprintf("10.77.0.%d/24", 200+r.n))
	r.cable(t, "eth1", r.bridge(), fmt.Sprintf("192.168.%d.1/24", r.n))
	r.run(t, "ip", "link", "set", "lo", "up")
	r.run(t, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1")
	for _, rule := range r.rules(out) {
		r.run(t, "nft", rule)
	}
	return r
}

// rules are what the router does with packets.
func (r *router) rules(out string) []string {
	return []string{
		"add table ip box",
		"add chain ip box leave { type nat hook postrouting priority 100; }",
		"add rule ip box leave oifname eth0 masquerade",
		"add chain ip box pass { type filter hook forward priority 0; policy drop; }",
		"add rule ip box pass ct state established,related accept",
		"add rule ip box pass iifname eth1 " + strings.TrimSpace(out+" accept"),
	}
}

// cable plugs one end of the router into a bridge.
func (r *router) cable(t *testing.T, name, bridge, address string) {
	t.Helper()
	port := fmt.Sprintf("%sr%d%s", r.lab.name, r.n, name)
	ip(t, "link", "add", port, "type", "veth", "peer", "name", name, "netns", r.namespace())
	ip(t, "link", "set", port, "master", bridge, "up")
	r.run(t, "ip", "addr", "add", address, "dev", name)
	r.run(t, "ip", "link", "set", name, "up")
}

// plug adds a household behind the router; it is not running yet.
func (r *router) plug(t *testing.T) *household {
	t.Helper()
	h := r.lab.plugInto(t, r.bridge())
	r.address(t, h)
	return h
}

// address gives a household the next address behind the router.
func (r *router) address(t *testing.T, h *household) {
	t.Helper()
	r.home++
	h.setAddress(t, fmt.Sprintf("192.168.%d.%d", r.n, 10+r.home))
	h.ip(t, "route", "replace", "default", "via", fmt.Sprintf("192.168.%d.1", r.n))
}

// take moves a household, as it runs, from behind another router to this one.
func (r *router) take(t *testing.T, h *household) {
	t.Helper()
	ip(t, "link", "set", h.port(), "master", r.bridge())
	r.address(t, h)
}

// part keeps a household from the others behind the same router, as public
// Wi-Fi does.
func (h *household) part(t *testing.T) {
	t.Helper()
	run(t, "bridge", "link", "set", "dev", h.port(), "isolated", "on")
}

func (r *router) namespace() string { return fmt.Sprintf("%s-router%d", r.lab.name, r.n) }
func (r *router) bridge() string    { return fmt.Sprintf("%s-home%d", r.lab.name, r.n) }

// run runs a command inside the router.
func (r *router) run(t *testing.T, args ...string) {
	t.Helper()
	run(t, "ip", append([]string{"netns", "exec", r.namespace()}, args...)...)
}

func (r *router) takeDown() {
	_ = exec.Command("ip", "netns", "del", r.namespace()).Run()
	_ = exec.Command("ip", "link", "del", r.bridge()).Run()
}
