package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// SocketName is the control socket's name in the node's directory.
const SocketName = "control.sock"

// maxSocketPath is what the kernel takes of a path: 108 bytes with a zero.
const maxSocketPath = 107

const socketMode = 0o660

// SocketPath returns the path of the control socket in dir; ErrSocketPath where
// the kernel cannot take it.
func SocketPath(dir string) (string, error) {
	path := filepath.Join(dir, SocketName)
	if len(path) > maxSocketPath {
		return "", fmt.Errorf("%w: %d bytes, at most %d", ErrSocketPath, len(path), maxSocketPath)
	}
	return path, nil
}

// Listen opens the control socket in dir. A socket that nobody answers on is
// left from a node that was killed and is replaced; where somebody answers it
// is ErrDirInUse.
func Listen(ctx context.Context, dir string) (net.Listener, error) {
	path, err := SocketPath(dir)
	if err != nil {
		return nil, err
	}
	if conn, err := new(net.Dialer).DialContext(ctx, "unix", path); err == nil {
		conn.Close()
		return nil, fmt.Errorf("%w: %s", ErrDirInUse, dir)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, readOnly(err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, readOnly(err)
	}
	if err := os.Chmod(path, socketMode); err != nil {
		l.Close()
		return nil, readOnly(err)
	}
	return l, nil
}

func readOnly(err error) error {
	if errors.Is(err, os.ErrPermission) || isReadOnly(err) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return fmt.Errorf("api: control socket: %w", err)
}
