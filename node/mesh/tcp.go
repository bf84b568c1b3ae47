package mesh

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/transport"
	ma "github.com/multiformats/go-multiaddr"
	mafmt "github.com/multiformats/go-multiaddr-fmt"
	manet "github.com/multiformats/go-multiaddr/net"
)

// A dead link is noticed by the kernel, three to six seconds after it died:
// after three silent seconds it probes each second, and what is unacknowledged
// for six seconds ends the connection. An idle link carries no payload at all,
// only an empty segment and its answer, per side and three seconds. A heartbeat
// inside the stream costs payload, wakes both processes and notices no sooner.
// Three probes, because Wi-Fi easily loses one.
const (
	silence  = 3 * time.Second
	probing  = time.Second
	probes   = 3
	patience = 6 * time.Second // silence + probing*probes
)

var keepAlive = net.KeepAliveConfig{Enable: true, Idle: silence, Interval: probing, Count: probes}

var dialable = mafmt.And(mafmt.IP, mafmt.Base(ma.P_TCP))

// tcp is the transport under the swarm. libp2p's own sets the keepalive to
// thirty seconds on every socket and listens with SO_REUSEPORT, which hides
// that another program has the port.
type tcp struct {
	up     transport.Upgrader
	limits network.ResourceManager
}

var _ transport.Transport = (*tcp)(nil)

func (t *tcp) CanDial(a ma.Multiaddr) bool { return dialable.Matches(a) }
func (t *tcp) Protocols() []int            { return []int{ma.P_TCP} }
func (t *tcp) Proxy() bool                 { return false }
func (t *tcp) String() string              { return "TCP" }

// Dial connects, then proves that p is at the other end.
func (t *tcp) Dial(ctx context.Context, to ma.Multiaddr, p peer.ID) (transport.CapableConn, error) {
	scope, err := t.limits.OpenConnection(network.DirOutbound, true, to)
	if err != nil {
		return nil, err
	}
	c, err := t.dial(ctx, to, p, scope)
	if err != nil {
		scope.Done()
		return nil, err
	}
	return c, nil
}

func (t *tcp) dial(ctx context.Context, to ma.Multiaddr, p peer.ID, scope network.ConnManagementScope) (transport.CapableConn, error) {
	if err := scope.SetPeer(p); err != nil {
		return nil, err
	}
	at, ok := addrPort(to)
	if !ok {
		return nil, ErrAddress
	}
	d := net.Dialer{KeepAliveConfig: keepAlive, Control: setPatience}
	raw, err := d.DialContext(ctx, "tcp", netip.AddrPortFrom(unveil(at.Addr()), at.Port()).String())
	if err != nil {
		return nil, err
	}
	c, err := manet.WrapNetConn(raw)
	if err != nil {
		raw.Close()
		return nil, err
	}
	return t.up.Upgrade(ctx, t, c, network.DirOutbound, p, scope)
}

// Listen binds the port for this program alone.
func (t *tcp) Listen(on ma.Multiaddr) (transport.Listener, error) {
	kind, at, err := manet.DialArgs(on)
	if err != nil {
		return nil, err
	}
	lc := net.ListenConfig{KeepAliveConfig: keepAlive, Control: setPatience}
	lc.SetMultipathTCP(false) // its sockets know no user timeout
	raw, err := lc.Listen(context.Background(), kind, at)
	if err != nil {
		return nil, err
	}
	l, err := manet.WrapNetListener(raw)
	if err != nil {
		raw.Close()
		return nil, err
	}
	return t.up.UpgradeGatedMaListener(t, t.up.GateMaListener(l)), nil
}
