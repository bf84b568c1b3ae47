package netlab

import (
	"strings"
	"testing"
	"time"
)

// hub adds a hub outside all routers and starts it.
func (l *lab) hub(t *testing.T, flags ...string) *household {
	t.Helper()
	h := l.plug(t, behind)
	h.flags = append([]string{"--hub"}, flags...)
	h.start(t)
	return h
}

// standing is what the lab reads of "gotong status --json" on a hub.
type standing struct {
	Addrs     []string
	Connected int
	Relayed   struct{ Devices, Connections int }
}

func (h *household) standing(t *testing.T) standing {
	t.Helper()
	var s standing
	h.read(t, &s, "status")
	return s
}

// at returns the hub's address of one kind: the one that has this in it.
func (h *household) at(t *testing.T, kind string) string {
	t.Helper()
	for _, a := range h.standing(t).Addrs {
		if strings.Contains(a, kind) {
			return a
		}
	}
	t.Fatalf("%s has no %s address", h.name, kind)
	return ""
}

// Addresses of a hub.
const (
	byTCP       = "/tcp/4101/"
	byQUIC      = "/udp/4101/quic-v1/"
	byWebSocket = "/tcp/4102/ws/"
)

// startWith starts a household that was given a hub's address.
func (h *household) startWith(t *testing.T, address string) {
	t.Helper()
	h.flags = []string{"--peer", address}
	h.start(t)
}

// allow lets a hub carry the neighbourhood of h: a command on either side.
func (h *household) allow(t *testing.T, hub *household) {
	t.Helper()
	var shown struct{ Key string }
	hub.read(t, &shown, "hub", "key")
	var invited struct{ Invite string }
	h.read(t, &invited, "hub", "allow", shown.Key)
	hub.gotong(t, "join", invited.Invite, "--household", hub.name, "--yes")
}

// link is what the lab reads of one line of "gotong peers --json".
type link struct {
	Device       string
	Connected    bool
	Hub          string
	LastExchange time.Time `json:"last_exchange"`
	Households   []struct{ Name string }
}

// linkTo returns h's link to another household, zero if there is none.
func (h *household) linkTo(t *testing.T, name string) link {
	t.Helper()
	var list struct{ Peers []link }
	h.read(t, &list, "peers")
	for _, p := range list.Peers {
		for _, of := range p.Households {
			if of.Name == name && p.Connected {
				return p
			}
		}
	}
	return link{}
}

// meets waits until two households are connected, through a hub or directly, and
// have exchanged over that connection.
func (h *household) meets(t *testing.T, other *household, throughHub bool) {
	t.Helper()
	waitFor(t, time.Minute, h.name+" and "+other.name+" have met", func() bool {
		l := h.linkTo(t, other.name)
		return l.Connected && (l.Hub != "") == throughHub && !l.LastExchange.IsZero()
	})
}

// TestHouseholdsBehindDifferentRoutersMeetThroughAHub is the story of two homes
// that cannot call each other: sari and wati share one, budi has the other. joko,
// of another neighbourhood, knows the hub's address too.
func TestHouseholdsBehindDifferentRoutersMeetThroughAHub(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	hub := l.hub(t)
	one, two := l.router(t, ""), l.router(t, "")
	sari, wati, budi, joko := one.plug(t), one.plug(t), two.plug(t), two.plug(t)
	members := []*household{sari, wati, budi}
	for _, h := range append(members, joko) {
		h.startWith(t, hub.at(t, byTCP))
	}
	sari.gotong(t, "create", "RT 03", "--household", sari.name)
	joko.gotong(t, "create", "RT 09", "--household", joko.name)
	sari.allow(t, hub)
	wati.join(t, sari)
	budi.join(t, sari)
	took := untilEqual(t, 30*time.Second, members)
	figure(t, "two homes behind routers have one board, from the last join", took, 5*time.Second)
	sari.meets(t, budi, true)
	sari.meets(t, wati, false)

	seen := watch(t, []*household{budi})
	time.Sleep(time.Second) // a watcher cannot say that it listens
	began := time.Now()
	asked := sari.ask(t)
	figure(t, "from asking behind one router until it shows behind the other", lastSight(t, seen, asked.ID, []*household{budi}).Sub(began), time.Second)

	waitFor(t, 10*time.Second, "joko is at the hub", func() bool { return joko.status(t).Connected > 0 })
	if s := hub.standing(t); s.Relayed.Devices != 3 || s.Relayed.Connections == 0 {
		t.Errorf("the hub relays %+v for three members and a stranger", s.Relayed)
	}

	hub.kill(t)
	waitFor(t, 30*time.Second, "sari knows that budi is away", func() bool { return !sari.linkTo(t, budi.name).Connected })
	before := sari.ask(t)
	took = untilEqual(t, 10*time.Second, []*household{sari, wati}, before)
	figure(t, "the hub is gone, and a request is on the board of the house beside", took, time.Second)
	apart := budi.ask(t)
	hub.start(t)
	began = time.Now()
	untilEqual(t, time.Minute, members, asked, before, apart)
	figure(t, "the hub is back, and all boards are equal", time.Since(began), 15*time.Second)
	sari.meets(t, budi, true)
	figure(t, "the hub is back, and both homes are connected through it", time.Since(began), 15*time.Second)

	one.take(t, budi)
	began = time.Now()
	sari.meets(t, budi, false)
	figure(t, "one moves in with the other, and they need the hub no more", time.Since(began), 15*time.Second)
	untilEqual(t, 30*time.Second, members, sari.ask(t), budi.ask(t))
}

// kill ends the node as a power cut would.
func (h *household) kill(t *testing.T) {
	t.Helper()
	if err := h.node.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = h.node.Wait() // it did not end well
	h.node = nil
}

// TestNetworksThatLetLittleOutReachAHub: one lets nothing but UDP out, the other
// nothing but the web. The one has no clock either, and certificates have dates.
func TestNetworksThatLetLittleOutReachAHub(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	hub := l.hub(t)
	sari := l.router(t, "").plug(t)
	byUDP, byWeb := l.router(t, "udp dport 4101").plug(t), l.router(t, "tcp dport 4102").plug(t)
	sari.startWith(t, hub.at(t, byTCP))
	sari.gotong(t, "create", "RT 03", "--household", sari.name)
	sari.allow(t, hub)
	requests := askAll(t, 3, []*household{sari})
	byUDP.program = program("gotong-1970")
	byUDP.startWith(t, hub.at(t, byQUIC))
	byWeb.startWith(t, hub.at(t, byWebSocket))
	for _, h := range []*household{byUDP, byWeb} {
		h.join(t, sari)
	}
	all := []*household{sari, byUDP, byWeb}
	untilEqual(t, 30*time.Second, all, requests...)
	sari.meets(t, byUDP, true)
	byUDP.meets(t, byWeb, true)
	requests = append(requests, askAll(t, 2, all)...)
	took := untilEqual(t, 30*time.Second, all, requests...)
	figure(t, "six requests over TCP, QUIC and WebSocket are on three boards", took, 2*time.Second)

	hub.unplug(t)
	awayFrom(t, map[string]*household{"TCP": sari, "QUIC": byUDP, "WebSocket": byWeb})
	requests = append(requests, askAll(t, 1, all)...)
	hub.plugIn(t)
	took = untilEqual(t, time.Minute, all, requests...)
	figure(t, "the cable is mended, and all boards are equal", took, 15*time.Second)
}

// awayFrom waits until all households have noticed that a cable was cut, and says
// how long each took.
func awayFrom(t *testing.T, over map[string]*household) {
	t.Helper()
	began := time.Now()
	waitFor(t, 90*time.Second, "all know that the hub is away", func() bool {
		for carrier, h := range over {
			if h.status(t).Connected == 0 {
				figure(t, "a cut cable of the hub is noticed over "+carrier, time.Since(began), time.Minute)
				delete(over, carrier)
			}
		}
		return len(over) == 0
	})
}

// TestTwentyHouseholdsBehindOneRouterAreAllServed: the hub sees them as one
// address, and so does none of the others, for the Wi-Fi parts them.
func TestTwentyHouseholdsBehindOneRouterAreAllServed(t *testing.T) {
	l := newLab(t)
	hub := l.hub(t)
	one := l.router(t, "")
	founder := l.router(t, "").plug(t)
	founder.startWith(t, hub.at(t, byTCP))
	founder.gotong(t, "create", "RT 03", "--household", founder.name)
	founder.allow(t, hub)
	var invited struct{ Invite string }
	founder.read(t, &invited, "invite", "--uses", "20")
	all := []*household{founder}
	for range 20 {
		h := one.plug(t)
		h.part(t)
		h.startWith(t, hub.at(t, byTCP))
		h.gotong(t, "join", invited.Invite, "--household", h.name, "--yes")
		all = append(all, h)
	}
	asked := founder.ask(t)
	untilEqual(t, time.Minute, all, asked)
	waitFor(t, 30*time.Second, "all have a place at the hub", func() bool { return hub.standing(t).Relayed.Devices == len(all) })
	hub.kill(t)
	hub.start(t)
	began := time.Now()
	waitFor(t, time.Minute, "all are back", func() bool { return hub.standing(t).Relayed.Devices == len(all) })
	figure(t, "the hub is back, and twenty behind one address have their places", time.Since(began), 10*time.Second)
	untilEqual(t, time.Minute, all, asked, all[20].ask(t))
	t.Logf("figure: the hub with %d households connected uses %s of memory and relays %d connections", len(all), hub.memory(t), hub.standing(t).Relayed.Connections)
}

// TestHubsExchangeWithHubsAndAreQuiet: each home knows another hub. The hubs know
// each other by an address given by hand.
func TestHubsExchangeWithHubsAndAreQuiet(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	first := l.hub(t)
	second := l.hub(t, "--peer", first.at(t, byTCP))
	sari, budi := l.router(t, "").plug(t), l.router(t, "").plug(t)
	sari.startWith(t, first.at(t, byTCP))
	sari.gotong(t, "create", "RT 03", "--household", sari.name)
	sari.allow(t, first)
	sari.allow(t, second)
	budi.startWith(t, second.at(t, byTCP))
	budi.join(t, sari)
	members := []*household{sari, budi}
	untilEqual(t, 30*time.Second, members)
	requests := askAll(t, 20, members)
	took := untilEqual(t, 30*time.Second, members, requests...)
	figure(t, "forty requests are on both boards, from hub to hub", took, 3*time.Second)
	for _, h := range members {
		h.stop(t)
	}
	waitFor(t, 30*time.Second, "the hubs are alone", func() bool { return first.standing(t).Connected == 1 && second.standing(t).Connected == 1 })
	time.Sleep(135 * time.Second) // they look for the homes eagerly for two minutes
	const watched = time.Minute
	began := sent(t, first.port()) + sent(t, second.port())
	time.Sleep(watched)
	bytes := sent(t, first.port()) + sent(t, second.port()) - began
	t.Logf("figure: two hubs with nothing to tell each other: %d bytes in %v, frames and all, both ways and to both", bytes, watched)
	if bytes > 25_000 {
		t.Error("a pair of hubs is not quiet")
	}
}
