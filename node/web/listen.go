package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"gotong/node/api"
)

// Listen opens ADDR for the pages: "HOST:PORT", ":PORT" for every link of the
// machine, port 0 for a free one. Errors are those of package api.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("%w: %w", api.ErrPagesAddress, err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%w: %w", api.ErrPagesPort, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", api.ErrPagesAddress, err)
	}
	return l, nil
}

// Where says at which addresses a browser finds the pages that are served on
// addr, and what lets one more phone in.
func (s *Site) Where(addr net.Addr) *api.Pages {
	first := s.door.first()
	doc := &api.Pages{Code: first.code, URLs: []string{}}
	at, ok := addr.(*net.TCPAddr)
	if !ok {
		return doc
	}
	hosts := []net.IP{at.IP}
	if at.IP.IsUnspecified() {
		hosts = append([]net.IP{net.IPv4(127, 0, 0, 1)}, homeAddresses()...)
	}
	for _, ip := range hosts {
		url := "http://" + net.JoinHostPort(ip.String(), strconv.Itoa(at.Port)) + "/"
		if ip.IsLoopback() && doc.Link == "" {
			doc.Link = url + "in/" + first.token
		}
		if !ip.IsLoopback() || len(hosts) == 1 {
			doc.URLs = append(doc.URLs, url)
		}
	}
	return doc
}

// homeAddresses are the machine's own in private networks.
func homeAddresses() []net.IP {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil // the pages are there all the same, only unnamed
	}
	var all []net.IP
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsPrivate() && n.IP.To4() != nil {
			all = append(all, n.IP)
		}
	}
	return all
}
