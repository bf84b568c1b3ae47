package mesh

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"gotong/protocol"
)

// Inside this package an address is an IP address and a TCP port; multiaddrs
// are for libp2p and for people.

// DeviceOf returns the device whose key a peer id is made of, or an error if
// that is no Ed25519 key.
func DeviceOf(p peer.ID) (protocol.DeviceID, error) {
	key, err := p.ExtractPublicKey()
	if err != nil {
		return protocol.DeviceID{}, fmt.Errorf("mesh: peer id: %w", err)
	}
	raw, err := key.Raw()
	if err != nil {
		return protocol.DeviceID{}, fmt.Errorf("mesh: peer id: %w", err)
	}
	if key.Type() != crypto.Ed25519 {
		return protocol.DeviceID{}, fmt.Errorf("mesh: peer id: a key of type %v", key.Type())
	}
	return protocol.DeviceOf(raw), nil
}

// PeerOf returns the peer id made of a device's public key.
func PeerOf(key ed25519.PublicKey) (peer.ID, error) {
	pub, err := crypto.UnmarshalEd25519PublicKey(key)
	if err != nil {
		return "", fmt.Errorf("mesh: device key: %w", err)
	}
	return peer.IDFromPublicKey(pub)
}

// linkLocal is the prefix under which IPv6 link-local addresses travel through
// libp2p, which refuses to dial them as they are: fe80::<id> on the interface
// with index i becomes <prefix>:<i>:<id>. The prefix is a private one (RFC 4193)
// that no network draws by chance; such addresses never leave this process.
// Two nodes on one cable without any router have nothing but these addresses.
var linkLocal = netip.MustParsePrefix("fd67:6f74:6f6e::/48")

// veil hides a link-local address with a numeric zone from libp2p.
func veil(ip netip.Addr) netip.Addr {
	index, err := strconv.ParseUint(ip.Zone(), 10, 16)
	if !ip.Is6() || !ip.IsLinkLocalUnicast() || err != nil {
		return ip
	}
	out := ip.As16()
	copy(out[:6], linkLocal.Addr().AsSlice())
	binary.BigEndian.PutUint16(out[6:8], uint16(index))
	return netip.AddrFrom16(out)
}

// unveil undoes veil.
func unveil(ip netip.Addr) netip.Addr {
	if !linkLocal.Contains(ip) {
		return ip
	}
	out := ip.As16()
	index := binary.BigEndian.Uint16(out[6:8])
	copy(out[:8], []byte{0xfe, 0x80, 0, 0, 0, 0, 0, 0})
	return netip.AddrFrom16(out).WithZone(strconv.Itoa(int(index)))
}

// multiaddr is the form in which libp2p takes an address.
func multiaddr(at netip.AddrPort) ma.Multiaddr {
	a, err := manet.FromNetAddr(net.TCPAddrFromAddrPort(netip.AddrPortFrom(veil(at.Addr()), at.Port())))
	if err != nil {
		// Every valid AddrPort has a multiaddr, and only valid ones get here.
		panic("mesh: " + err.Error())
	}
	return a
}

func multiaddrs(at []netip.AddrPort) []ma.Multiaddr {
	out := make([]ma.Multiaddr, 0, len(at))
	for _, a := range at {
		out = append(out, multiaddr(a))
	}
	return out
}

// addrPort reads a multiaddr that is nothing but an IP address and a TCP port.
func addrPort(a ma.Multiaddr) (netip.AddrPort, bool) {
	if !dialable.Matches(a) {
		return netip.AddrPort{}, false
	}
	n, err := manet.ToNetAddr(a)
	if err != nil {
		return netip.AddrPort{}, false
	}
	t, ok := n.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}, false
	}
	at := t.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), true
}

func addrPorts(as []ma.Multiaddr) []netip.AddrPort {
	var out []netip.AddrPort
	for _, a := range as {
		if at, ok := addrPort(a); ok {
			out = append(out, at)
		}
	}
	return out
}

// sorted puts IPv4 first, then by address and port, each once.
func sorted(at []netip.AddrPort) []netip.AddrPort {
	out := slices.Clone(at)
	slices.SortFunc(out, netip.AddrPort.Compare)
	return slices.Compact(out)
}
