package mesh

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// linkNews is the kernel's own word on interfaces and addresses (rtnetlink(7)).
// To ask each second instead would cost more than everything else an idle
// mesh does.
type linkNews struct{ socket *os.File }

func openLinkNews() (*linkNews, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("mesh: link news: %w", err)
	}
	groups := unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: uint32(groups)}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("mesh: link news: %w", err)
	}
	return &linkNews{os.NewFile(uintptr(fd), "netlink")}, nil
}

// next waits for something to change. What it was does not matter, so that a
// lost message (ENOBUFS) is news like any other.
func (n *linkNews) next() error {
	var buf [8 << 10]byte
	_, err := n.socket.Read(buf[:])
	if errors.Is(err, unix.ENOBUFS) {
		return nil
	}
	return err
}

func (n *linkNews) Close() error { return n.socket.Close() }
