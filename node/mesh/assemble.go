package mesh

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
	"github.com/libp2p/go-libp2p/gologshim"
	basichost "github.com/libp2p/go-libp2p/p2p/host/basic"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/x/rate"
	ma "github.com/multiformats/go-multiaddr"
)

// Port is where a node listens unless told otherwise.
const Port = 4101

// Connections a household's node keeps: above the second figure it closes down
// to the first, never a member's.
const (
	connsLow  = 24
	connsHigh = 48
	connGrace = 30 * time.Second
)

// dialTime bounds the TCP handshake with a private address.
const dialTime = 3 * time.Second

// quiet silences libp2p's own log, which names peers and their addresses.
var quiet = sync.OnceFunc(func() { gologshim.SetDefaultHandler(slog.DiscardHandler) })

// assemble builds the host from its parts. libp2p.New would do it too, but it
// links QUIC, WebTransport and WebRTC into the program whatever the options
// say: ten megabytes on the card and seven in memory that a household's node
// never uses. The host is not started yet.
func assemble(key ed25519.PrivateKey, g *gate, announce basichost.AddrsFactory, version string) (*swarm.Swarm, *basichost.BasicHost, error) {
	quiet()
	priv, err := crypto.UnmarshalEd25519PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("mesh: identity: %w", err)
	}
	limits, err := resources()
	if err != nil {
		return nil, nil, fmt.Errorf("mesh: limits: %w", err)
	}
	bus := eventbus.NewBus()
	sw, err := newSwarm(priv, g, limits, bus)
	if err != nil {
		return nil, nil, fmt.Errorf("mesh: swarm: %w", err)
	}
	conns, err := connmgr.NewConnManager(connsLow, connsHigh, connmgr.WithGracePeriod(connGrace))
	if err != nil {
		return nil, nil, errors.Join(err, sw.Close())
	}
	h, err := basichost.NewHost(sw, &basichost.HostOpts{
		EventBus:     bus,
		ConnManager:  conns,
		AddrsFactory: announce,
		EnablePing:   true,
		UserAgent:    "gotong/" + version,
	})
	if err != nil {
		return nil, nil, errors.Join(err, conns.Close(), sw.Close())
	}
	return sw, h, nil
}

// newSwarm makes the swarm and its one transport: TCP, Noise, yamux.
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
	sw, err := swarm.NewSwarm(self, store, bus,
		swarm.WithConnectionGater(g),
		swarm.WithResourceManager(limits),
		swarm.WithMultiaddrResolver(noNames{}),
		swarm.WithDialTimeoutLocal(dialTime),
		// These detectors stop dialling a whole address family after a
		// hundred failures, which an evening of absent neighbours reaches.
		swarm.WithUDPBlackHoleSuccessCounter(nil),
		swarm.WithIPv6BlackHoleSuccessCounter(nil))
	if err != nil {
		return nil, err
	}
	muxers := []upgrader.StreamMuxer{{ID: yamux.ID, Muxer: muxer()}}
	secure, err := noise.New(noise.ID, priv, muxers)
	if err != nil {
		return nil, err
	}
	up, err := upgrader.New([]sec.SecureTransport{secure}, muxers, nil, limits, g)
	if err != nil {
		return nil, err
	}
	return sw, sw.AddTransport(&tcp{up: up, limits: limits})
}

// muxer is yamux without a heartbeat of its own: the kernel watches the link
// (tcp.go), for no payload at all. One round-trip measurement at the start
// suffices to size the windows on a home network.
func muxer() *yamux.Transport {
	own := *yamux.DefaultTransport
	own.EnableKeepAlive = false
	own.MeasureRTTInterval = 24 * time.Hour
	own.MaxStreamWindowSize = 1 << 20
	return &own
}

// resources bounds what all peers together and each household may use. Several
// devices behind one address are normal: a whole site shares an IPv6 /56, and
// a hub sees everybody behind one router as one.
func resources() (network.ResourceManager, error) {
	own := rcmgr.PartialLimitConfig{System: rcmgr.ResourceLimits{
		Conns: 96, ConnsInbound: 64, ConnsOutbound: 64,
		Streams: 512, StreamsInbound: 256, StreamsOutbound: 384,
		Memory: 32 << 20, FD: 128,
	}}
	limits := rcmgr.NewFixedLimiter(own.Build(rcmgr.DefaultLimits.AutoScale()))
	perSite := rcmgr.WithLimitPerSubnet(
		[]rcmgr.ConnLimitPerSubnet{{ConnCount: 16, PrefixLength: 32}},
		[]rcmgr.ConnLimitPerSubnet{{ConnCount: 64, PrefixLength: 56}, {ConnCount: 16, PrefixLength: 128}})
	return rcmgr.NewResourceManager(limits, rcmgr.WithMetricsDisabled(), perSite, rcmgr.WithConnRateLimiters(tempo()))
}

// tempo bounds the connections per second with one address and one site. The
// usual figure, one in five seconds for a whole IPv6 site, counts this node's
// own dials as well, so that an absent neighbour would keep it from trying the
// others.
func tempo() *rate.Limiter {
	one := rate.Limit{RPS: 2, Burst: 32}
	site := rate.Limit{RPS: 25, Burst: 256}
	loopback := []rate.PrefixLimit{{Prefix: netip.MustParsePrefix("127.0.0.0/8")}, {Prefix: netip.MustParsePrefix("::1/128")}}
	return &rate.Limiter{
		NetworkPrefixLimits: loopback, // which are unlimited
		SubnetRateLimiter: rate.SubnetLimiter{
			IPv4SubnetLimits: []rate.SubnetLimit{{PrefixLength: 32, Limit: one}},
			IPv6SubnetLimits: []rate.SubnetLimit{{PrefixLength: 128, Limit: one}, {PrefixLength: 56, Limit: site}},
			GracePeriod:      time.Minute,
		},
	}
}

// bind opens the listening sockets and returns what they are bound to.
func bind(sw *swarm.Swarm, asked []string) ([]netip.AddrPort, error) {
	if len(asked) == 0 {
		if err := bindUsual(sw); err != nil {
			return nil, err
		}
	}
	for _, text := range asked {
		at, err := parseAddr(text)
		if err != nil {
			return nil, err
		}
		if err := bindOne(sw, at); err != nil {
			return nil, err
		}
	}
	return bound(sw), nil
}

// bindUsual takes the usual port, or one free port for both families. A
// machine without IPv6 is fine.
func bindUsual(sw *swarm.Swarm) error {
	err := bindOne(sw, netip.AddrPortFrom(netip.IPv4Unspecified(), Port))
	if errors.Is(err, ErrPortInUse) {
		err = bindOne(sw, netip.AddrPortFrom(netip.IPv4Unspecified(), 0))
	}
	if err != nil {
		return err
	}
	six := netip.AddrPortFrom(netip.IPv6Unspecified(), bound(sw)[0].Port())
	if err := bindOne(sw, six); errors.Is(err, ErrPortInUse) {
		return bindOne(sw, netip.AddrPortFrom(six.Addr(), 0))
	}
	return nil
}

func bindOne(sw *swarm.Swarm, at netip.AddrPort) error {
	err := sw.AddListenAddr(multiaddr(at))
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("mesh: listen on %v: %w", at, ErrPortInUse)
	}
	if err != nil {
		return fmt.Errorf("mesh: listen on %v: %w", at, err)
	}
	return nil
}

// bound returns the addresses of the listening sockets, IPv4 first.
func bound(sw *swarm.Swarm) []netip.AddrPort {
	return sorted(addrPorts(sw.ListenAddresses()))
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
