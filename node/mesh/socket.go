package mesh

import (
	"fmt"
	"net"
	"net/netip"
	"slices"

	ma "github.com/multiformats/go-multiaddr"
	mafmt "github.com/multiformats/go-multiaddr-fmt"
	manet "github.com/multiformats/go-multiaddr/net"
)

// carrier is what connections to an address run over. Neighbours use TCP. QUIC
// and WebSocket are for hubs, in networks that let nothing else out: they are
// listened on and dialled only where a person says so.
type carrier uint8

const (
	overTCP       carrier = iota // /ip4/192.0.2.1/tcp/4101
	overQUIC                     // /ip4/192.0.2.1/udp/4101/quic-v1
	overWebSocket                // /ip4/192.0.2.1/tcp/4102/ws
)

// socket is an address with what runs over it.
type socket struct {
	over carrier
	at   netip.AddrPort
}

var (
	quicAddr      = mafmt.And(mafmt.IP, mafmt.Base(ma.P_UDP), mafmt.Base(ma.P_QUIC_V1))
	webSocketAddr = mafmt.And(mafmt.IP, mafmt.Base(ma.P_TCP), mafmt.Base(ma.P_WS))

	quicSuffix      = ma.StringCast("/quic-v1")
	webSocketSuffix = ma.StringCast("/ws")
)

// socketAt reads a multiaddr that is an address and nothing else.
func socketAt(a ma.Multiaddr) (socket, bool) {
	if at, ok := addrPort(a); ok {
		return socket{overTCP, at}, true
	}
	over := overQUIC
	switch {
	case webSocketAddr.Matches(a):
		over = overWebSocket
	case !quicAddr.Matches(a):
		return socket{}, false
	}
	plain, _ := ma.SplitLast(a)
	n, err := manet.ToNetAddr(plain)
	if err != nil {
		return socket{}, false
	}
	at, err := netip.ParseAddrPort(n.String())
	if err != nil {
		return socket{}, false
	}
	return socket{over, netip.AddrPortFrom(at.Addr().Unmap(), at.Port())}, true
}

func (s socket) multiaddr() ma.Multiaddr {
	switch s.over {
	case overQUIC:
		udp, err := manet.FromNetAddr(net.UDPAddrFromAddrPort(s.at))
		if err != nil {
			panic("mesh: " + err.Error()) // as for TCP
		}
		return udp.Encapsulate(quicSuffix)
	case overWebSocket:
		return multiaddr(s.at).Encapsulate(webSocketSuffix)
	}
	return multiaddr(s.at)
}

// parseSocket reads an address a person wrote.
func parseSocket(text string) (socket, error) {
	a, err := ma.NewMultiaddr(text)
	if err != nil {
		return socket{}, fmt.Errorf("%w: %q", ErrAddress, text)
	}
	s, ok := socketAt(a)
	if !ok {
		return socket{}, fmt.Errorf("%w: %q", ErrAddress, text)
	}
	return s, nil
}

// also returns where others reach a socket that is no plain TCP: as the others,
// on its own port.
func (w *whereabouts) also(s socket, listen []netip.AddrPort) []ma.Multiaddr {
	at := w.announced(listen)
	if !s.at.Addr().IsUnspecified() {
		at = []netip.AddrPort{s.at}
	}
	var out []ma.Multiaddr
	for _, ip := range hosts(at) {
		if ip.Is4() == s.at.Addr().Is4() && (!ip.IsLoopback() || onlyLoopback(listen)) {
			out = append(out, socket{s.over, netip.AddrPortFrom(ip, s.at.Port())}.multiaddr())
		}
	}
	return out
}

// hosts returns the addresses without their ports, in order, each once.
func hosts(at []netip.AddrPort) []netip.Addr {
	var out []netip.Addr
	for _, a := range at {
		if !slices.Contains(out, a.Addr()) {
			out = append(out, a.Addr())
		}
	}
	return out
}
