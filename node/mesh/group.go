package mesh

import (
	"errors"
	"net"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// group is a multicast group joined on some interfaces with one socket.
type group interface {
	send(packet []byte, link int) error
	// receive returns the size of a packet and the link it came over.
	receive(buf []byte) (n, link int, err error)
	Close() error
}

// Addresses and port of multicast DNS (RFC 6762, 3).
var (
	mdns4 = &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353}
	mdns6 = &net.UDPAddr{IP: net.ParseIP("ff02::fb"), Port: 5353}
)

// hops is required of all multicast DNS packets (RFC 6762, 11).
const hops = 255

type group4 struct{ *ipv4.PacketConn }

// openGroup4 shares the port with other programs on this machine: Go sets the
// options for that when the address is a multicast one. It fails if no
// interface could be joined.
func openGroup4(on []net.Interface) (group, error) {
	c, err := net.ListenPacket("udp4", mdns4.String())
	if err != nil {
		return nil, err
	}
	p := ipv4.NewPacketConn(c)
	err = errors.Join(
		p.SetControlMessage(ipv4.FlagInterface, true),
		p.SetMulticastTTL(hops),
		p.SetMulticastLoopback(true)) // for other nodes on this machine
	if err == nil {
		err = joinAny(on, func(i *net.Interface) error { return p.JoinGroup(i, mdns4) })
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return group4{p}, nil
}

func (g group4) send(packet []byte, link int) error {
	_, err := g.WriteTo(packet, &ipv4.ControlMessage{IfIndex: link}, mdns4)
	return err
}

func (g group4) receive(buf []byte) (int, int, error) {
	n, cm, _, err := g.ReadFrom(buf)
	if cm == nil {
		return n, 0, err
	}
	return n, cm.IfIndex, err
}

type group6 struct{ *ipv6.PacketConn }

// openGroup6 is openGroup4 for IPv6.
func openGroup6(on []net.Interface) (group, error) {
	c, err := net.ListenPacket("udp6", mdns6.String())
	if err != nil {
		return nil, err
	}
	p := ipv6.NewPacketConn(c)
	err = errors.Join(
		p.SetControlMessage(ipv6.FlagInterface, true),
		p.SetMulticastHopLimit(hops),
		p.SetMulticastLoopback(true))
	if err == nil {
		err = joinAny(on, func(i *net.Interface) error { return p.JoinGroup(i, mdns6) })
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return group6{p}, nil
}

func (g group6) send(packet []byte, link int) error {
	_, err := g.WriteTo(packet, &ipv6.ControlMessage{IfIndex: link}, mdns6)
	return err
}

func (g group6) receive(buf []byte) (int, int, error) {
	n, cm, _, err := g.ReadFrom(buf)
	if cm == nil {
		return n, 0, err
	}
	return n, cm.IfIndex, err
}

// joinAny joins on every interface and fails if none would have it.
func joinAny(on []net.Interface, join func(*net.Interface) error) error {
	var failed []error
	for i := range on {
		if err := join(&on[i]); err != nil {
			failed = append(failed, err)
		}
	}
	if len(failed) == len(on) {
		return errors.Join(failed...)
	}
	return nil
}
