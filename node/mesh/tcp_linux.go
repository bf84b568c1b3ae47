package mesh

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// setPatience ends a connection whose data stays unacknowledged for that long.
// Accepted connections inherit it from the listening socket (tcp(7)).
func setPatience(_, _ string, c syscall.RawConn) error {
	var err error
	outer := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(patience.Milliseconds()))
	})
	return errors.Join(outer, err)
}
