package mesh

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/gologshim"
	basichost "github.com/libp2p/go-libp2p/p2p/host/basic"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/x/rate"
	ma "github.com/multiformats/go-multiaddr"
)

// Port is where a node listens unless told otherwise.
const Port = 4101

// WebSocketPort is where a hub also listens for WebSocket connections. QUIC it
// speaks on the UDP port of the same number as its TCP port.
const WebSocketPort = 4102

// dialTime bounds the TCP handshake with a private address.
const dialTime = 3 * time.Second

// quiet silences libp2p's own log, which names peers and their addresses.
var quiet = sync.OnceFunc(func() { gologshim.SetDefaultHandler(slog.DiscardHandler) })

// assemble builds the host from its parts. libp2p.New would do it too, but it
// links WebTransport and WebRTC into the program whatever the options say: eight
// megabytes on the card that no node of ours uses. The host is not started yet.
func (m *Mesh) assemble() error {
	quiet()
	priv, err := crypto.UnmarshalEd25519PrivateKey(m.cfg.Identity)
	if err != nil {
		return fmt.Errorf("mesh: identity: %w", err)
	}
	limits, err := resources(m.cfg.profile())
	if err != nil {
		return fmt.Errorf("mesh: limits: %w", err)
	}
	bus := eventbus.NewBus()
	if m.swarm, err = newSwarm(priv, m.gate, limits, bus); err != nil {
		return fmt.Errorf("mesh: swarm: %w", err)
	}
	if m.host, err = m.newHost(bus); err != nil {
		return errors.Join(err, m.swarm.Close())
	}
	if err := m.addTransports(priv, limits); err != nil {
		return errors.Join(fmt.Errorf("mesh: transports: %w", err), m.host.Close())
	}
	return nil
}

// newHost puts the host on the swarm.
func (m *Mesh) newHost(bus event.Bus) (*basichost.BasicHost, error) {
	p := m.cfg.profile()
	conns, err := connmgr.NewConnManager(p.fewest, p.most, connmgr.WithGracePeriod(connGrace))
	if err != nil {
		return nil, err
	}
	h, err := basichost.NewHost(m.swarm, &basichost.HostOpts{
		EventBus:     bus,
		ConnManager:  conns,
		AddrsFactory: m.reachable,
		EnablePing:   true,
		UserAgent:    "gotong/" + m.cfg.Version,
	})
	if err != nil {
		return nil, errors.Join(err, conns.Close())
	}
	return h, nil
}

// newSwarm makes the swarm, without a transport yet.
func newSwarm(priv crypto.PrivKey, g *gate, limits network.ResourceManager, bus event.Bus) (*swarm.Swarm, error) {
	self, err := peer.IDFromPrivateKey(priv)
	if err != nil {
		return nil, err
	}
	store, err := pstoremem.NewPeerstore()
	if err != nil {
		return nil, err
	}
	err = errors.Join(store.AddPrivKey(self, priv), store.AddPubKey(self, priv.GetPublic()))
	if err != nil {
		return nil, err
	}
	return swarm.NewSwarm(self, store, bus,
		swarm.WithConnectionGater(g),
		swarm.WithResourceManager(limits),
		swarm.WithMultiaddrResolver(noNames{}),
		swarm.WithDialTimeoutLocal(dialTime),
		// These detectors stop dialling a whole address family after a
		// hundred failures, which an evening of absent neighbours reaches.
		swarm.WithUDPBlackHoleSuccessCounter(nil),
		swarm.WithIPv6BlackHoleSuccessCounter(nil))
}

// resources bounds what all peers together and each address may use.
func resources(p profile) (network.ResourceManager, error) {
	limits := rcmgr.NewFixedLimiter(p.limits.Build(rcmgr.DefaultLimits.AutoScale()))
	perSubnet := rcmgr.WithLimitPerSubnet(
		[]rcmgr.ConnLimitPerSubnet{{ConnCount: p.perAddress, PrefixLength: 32}},
		[]rcmgr.ConnLimitPerSubnet{{ConnCount: p.perSite, PrefixLength: 56}, {ConnCount: p.perAddress, PrefixLength: 128}})
	return rcmgr.NewResourceManager(limits, rcmgr.WithMetricsDisabled(), perSubnet, rcmgr.WithConnRateLimiters(tempo(p)))
}

// tempo bounds the connections per second with one address and one site. The
// usual figure, one in five seconds for a whole IPv6 site, counts this node's
// own dials as well, so that an absent neighbour would keep it from trying the
// others.
func tempo(p profile) *rate.Limiter {
	loopback := []rate.PrefixLimit{{Prefix: netip.MustParsePrefix("127.0.0.0/8")}, {Prefix: netip.MustParsePrefix("::1/128")}}
	return &rate.Limiter{
		NetworkPrefixLimits: loopback, // which are unlimited
		SubnetRateLimiter: rate.SubnetLimiter{
			IPv4SubnetLimits: []rate.SubnetLimit{{PrefixLength: 32, Limit: p.address}},
			IPv6SubnetLimits: []rate.SubnetLimit{{PrefixLength: 128, Limit: p.address}, {PrefixLength: 56, Limit: p.site}},
			GracePeriod:      time.Minute,
		},
	}
}

// bind opens the listening sockets: those asked for, or the usual ones.
func (m *Mesh) bind() error {
	for _, text := range m.cfg.Listen {
		s, err := parseSocket(text)
		if err != nil {
			return err
		}
		if err := bindOne(m.swarm, s); err != nil {
			return err
		}
	}
	if len(m.cfg.Listen) == 0 {
		if err := bindUsual(m.swarm, overTCP, Port); err != nil {
			return err
		}
	}
	if len(m.cfg.Listen) == 0 && m.cfg.Hub {
		port := bound(m.swarm, overTCP)[0].at.Port()
		err := errors.Join(bindUsual(m.swarm, overQUIC, port), bindUsual(m.swarm, overWebSocket, WebSocketPort))
		if err != nil {
			return err
		}
	}
	for _, s := range bound(m.swarm, overTCP) {
		m.listen = append(m.listen, s.at)
	}
	m.also = slices.Concat(bound(m.swarm, overQUIC), bound(m.swarm, overWebSocket))
	return nil
}

// bindUsual takes the usual port, or one free port for both families. A
// machine without IPv6 is fine.
func bindUsual(sw *swarm.Swarm, over carrier, port uint16) error {
	four := socket{over, netip.AddrPortFrom(netip.IPv4Unspecified(), port)}
	err := bindOne(sw, four)
	if errors.Is(err, ErrPortInUse) {
		four.at = netip.AddrPortFrom(four.at.Addr(), 0)
		err = bindOne(sw, four)
	}
	if err != nil {
		return err
	}
	six := socket{over, netip.AddrPortFrom(netip.IPv6Unspecified(), bound(sw, over)[0].at.Port())}
	if err := bindOne(sw, six); errors.Is(err, ErrPortInUse) {
		six.at = netip.AddrPortFrom(six.at.Addr(), 0)
		return bindOne(sw, six)
	}
	return nil
}

func bindOne(sw *swarm.Swarm, s socket) error {
	err := sw.AddListenAddr(s.multiaddr())
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("mesh: listen on %v: %w", s.at, ErrPortInUse)
	}
	if err != nil {
		return fmt.Errorf("mesh: listen on %v: %w", s.at, err)
	}
	return nil
}

// bound returns the listening sockets of one carrier, IPv4 first.
func bound(sw *swarm.Swarm, over carrier) []socket {
	var out []socket
	for _, a := range sw.ListenAddresses() {
		if s, ok := socketAt(a); ok && s.over == over {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b socket) int { return a.at.Compare(b.at) })
	return out
}

// noNames resolves nothing: a neighbour's address that holds a name would make
// this node ask a name server outside.
type noNames struct{}

func (noNames) ResolveDNSAddr(context.Context, peer.ID, ma.Multiaddr, int, int) ([]ma.Multiaddr, error) {
	return nil, ErrAddress
}

func (noNames) ResolveDNSComponent(context.Context, ma.Multiaddr, int) ([]ma.Multiaddr, error) {
	return nil, ErrAddress
}
