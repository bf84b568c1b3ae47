package mesh

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// link is an interface of this machine with neighbours on the other side.
type link struct {
	index int
	name  string
	cast  bool             // multicast works here
	at    []netip.AddrPort // where this node can be dialled from this link
	nets  []netip.Prefix   // what is reached over it without a router
}

// whereabouts is what the operating system says of this machine's interfaces
// at one moment, as far as it matters to the sockets this node listens on.
type whereabouts struct {
	links []link
	ips   []netip.Addr // all addresses that are up, also of interfaces that are no links
}

// maxAddrsPerLink bounds what is announced of one link.
const maxAddrsPerLink = 6

// container names the interfaces that container and machine engines make: what
// is behind them are this machine's own guests.
var container = regexp.MustCompile(`^(docker|veth|virbr|vnet|lxc|lxd|cni|cali|flannel|podman|br-[0-9a-f]{12}$)`)

// survey looks at the interfaces.
func survey(listen []netip.AddrPort) (*whereabouts, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("mesh: interfaces: %w", err)
	}
	here := &whereabouts{}
	for _, i := range all {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagRunning == 0 {
			continue
		}
		nets := prefixes(i)
		for _, n := range nets {
			here.ips = append(here.ips, n.Addr())
		}
		if l, ok := linkOf(i, nets, listen); ok {
			here.links = append(here.links, l)
		}
	}
	return here, nil
}

// linkOf says whether neighbours can be reached over i: because a person chose
// one of its addresses, or because it looks like a home network and this node
// listens everywhere.
func linkOf(i net.Interface, nets []netip.Prefix, listen []netip.AddrPort) (link, bool) {
	l := link{
		index: i.Index,
		name:  i.Name,
		cast:  i.Flags&net.FlagMulticast != 0 && i.Flags&net.FlagPointToPoint == 0,
		nets:  nets,
	}
	if i.Flags&net.FlagLoopback != 0 {
		return link{}, false
	}
	homely := l.cast && !container.MatchString(i.Name)
	for _, n := range nets {
		for _, s := range listen {
			if s.Addr() == n.Addr() || homely && s.Addr().IsUnspecified() && s.Addr().Is4() == n.Addr().Is4() {
				l.at = append(l.at, netip.AddrPortFrom(zoned(n.Addr(), i.Index), s.Port()))
			}
		}
	}
	l.at = sorted(l.at)
	l.at = l.at[:min(len(l.at), maxAddrsPerLink)]
	return l, len(l.at) > 0
}

// prefixes returns the addresses of i with their networks, in a steady order.
func prefixes(i net.Interface) []netip.Prefix {
	addrs, err := i.Addrs()
	if err != nil {
		return nil // it went away since it was listed
	}
	var out []netip.Prefix
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, _ := netip.AddrFromSlice(n.IP)
		bits, _ := n.Mask.Size()
		out = append(out, netip.PrefixFrom(ip.Unmap(), bits))
	}
	slices.SortFunc(out, func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) })
	return out
}

// zoned gives a link-local address the number of its interface as its zone.
func zoned(ip netip.Addr, index int) netip.Addr {
	if !ip.Is6() || !ip.IsLinkLocalUnicast() {
		return ip
	}
	return ip.WithZone(strconv.Itoa(index))
}

// announced returns the addresses that make sense to somebody who is told of
// them: none with a zone, and loopback only when there is nothing else.
func (w *whereabouts) announced(listen []netip.AddrPort) []netip.AddrPort {
	if onlyLoopback(listen) {
		return listen
	}
	var out []netip.AddrPort
	for _, l := range w.links {
		for _, a := range l.at {
			if a.Addr().Zone() == "" {
				out = append(out, a)
			}
		}
	}
	return sorted(out)
}

func onlyLoopback(listen []netip.AddrPort) bool {
	return !slices.ContainsFunc(listen, func(s netip.AddrPort) bool { return !s.Addr().IsLoopback() })
}

// has reports whether this machine still has an address.
func (w *whereabouts) has(ip netip.Addr) bool { return slices.Contains(w.ips, ip) }

// equal reports whether neither links nor addresses differ.
func (w *whereabouts) equal(o *whereabouts) bool {
	return slices.Equal(w.ips, o.ips) && slices.EqualFunc(w.links, o.links, func(a, b link) bool {
		return a.index == b.index && a.name == b.name && a.cast == b.cast &&
			slices.Equal(a.at, b.at) && slices.Equal(a.nets, b.nets)
	})
}

// onLink reports whether ip is reached over l without a router.
func (l *link) onLink(ip netip.Addr) bool {
	return slices.ContainsFunc(l.nets, func(n netip.Prefix) bool { return n.Contains(ip.WithZone("")) })
}

// pollLinks is how often the interfaces are looked at where, or in case,
// nobody tells of their changes.
const pollLinks = 15 * time.Second
