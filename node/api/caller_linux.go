package api

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// callerOf returns who connected, by SO_PEERCRED.
func callerOf(conn net.Conn) (caller, error) {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return caller{}, errors.New("api: not a socket")
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return caller{}, err
	}
	var cred *unix.Ucred
	var inside error
	err = raw.Control(func(fd uintptr) {
		cred, inside = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err := errors.Join(err, inside); err != nil {
		return caller{}, err
	}
	return caller{uid: int(cred.Uid), gid: int(cred.Gid), pid: int(cred.Pid)}, nil
}

func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
