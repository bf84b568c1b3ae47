package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"gotong/node/api"
	"gotong/node/identity"
	"gotong/node/mesh"
	"gotong/node/store"
)

// Config is what a person can set of a node. Dir is required.
type Config struct {
	Dir      string           // where keys and facts are kept
	Listen   []string         // multiaddrs; none: port 4101 on every link
	Peers    []string         // multiaddrs to dial for ever, as given by hand
	Announce []string         // multiaddrs told to others instead; empty, not nil: none
	Room     int64            // bytes of others' records to keep; 0: what the disk allows for
	Hub      bool             // has room for many, and relays between members who cannot reach each other
	Now      func() time.Time // nil: the machine's clock
	Log      *slog.Logger     // nil: silent
}

// New starts a node in a directory. Its errors are those of package api: the
// directory is in use, cannot be written or is damaged, the port is in use.
//
// A store that cannot be opened is set aside and begun anew: own facts come
// back from the own log, the others' from the neighbours.
func New(ctx context.Context, cfg Config) (*Node, error) {
	cfg = cfg.withDefaults()
	return open(cfg, func(n *Node) (Network, error) { return newWire(ctx, n, cfg) })
}

// Offline opens what a directory holds without a network: for a backup of a
// node that does not run. Errors are those of New.
func Offline(cfg Config) (*Node, error) {
	return open(cfg.withDefaults(), func(*Node) (Network, error) { return alone{}, nil })
}

// open starts a node on the disk, over the network that connect makes.
func open(cfg Config, connect func(*Node) (Network, error)) (*Node, error) {
	disk, err := openStore(cfg)
	if err != nil {
		return nil, startError(err)
	}
	keys := identity.Dir(cfg.Dir)
	me, err := loadKeys(keys, cfg.Log)
	if err != nil {
		return nil, startError(errors.Join(err, disk.Close()))
	}
	if err := putBeside(disk, cfg.Dir); err != nil {
		return nil, startError(errors.Join(err, disk.Close()))
	}
	own, err := openOwn(filepath.Join(cfg.Dir, ownFile))
	if err != nil {
		return nil, startError(errors.Join(err, disk.Close()))
	}
	photos, err := openPhotos(cfg, disk)
	if err != nil {
		return nil, startError(errors.Join(err, own.Close(), disk.Close()))
	}
	parts := Parts{Identity: me, Keys: keys, Store: disk, Own: own, Photos: photos, Now: cfg.Now, Trusted: synchronised, Log: cfg.Log, Room: cfg.Room}
	n, err := Assemble(parts, connect)
	if err != nil {
		return nil, startError(errors.Join(err, own.Close(), disk.Close()))
	}
	return n, nil
}

// loadKeys returns the identity. Keys that others on this machine could read are
// shut first.
func loadKeys(keys identity.Dir, log *slog.Logger) (identity.Identity, error) {
	shut, err := keys.Shut()
	if err != nil {
		return identity.Identity{}, err
	}
	if len(shut) > 0 {
		log.Warn("others on this machine could read the keys; now only their owner can", "files", shut)
	}
	return keys.Load()
}

func (cfg Config) withDefaults() Config {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return cfg
}

// openStore opens the store in its folder of the directory; a damaged one was
// set aside by then, and a new one begins.
func openStore(cfg Config) (store.Store, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	dir := filepath.Join(cfg.Dir, storeDir)
	s, err := store.Open(dir, store.Options{Log: cfg.Log})
	if damaged := (*store.DamagedError)(nil); errors.As(err, &damaged) {
		cfg.Log.Error("the store was damaged and set aside; neighbours bring back what it held", "aside", damaged.Aside)
		s, err = store.Open(dir, store.Options{Log: cfg.Log})
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// startErrors maps what goes wrong below to what keeps a node from starting.
var startErrors = []struct{ below, said error }{
	{store.ErrInUse, api.ErrDirInUse},
	{store.ErrReadOnly, api.ErrReadOnly},
	{store.ErrFull, api.ErrFull},
	{store.ErrDamaged, api.ErrDamaged},
	{identity.ErrDamaged, api.ErrDamagedKeys},
	{identity.ErrExposed, api.ErrExposed},
	{mesh.ErrPortInUse, api.ErrPortInUse},
	{mesh.ErrAddress, api.ErrAddress},
	{fs.ErrPermission, api.ErrReadOnly},
	{syscall.EROFS, api.ErrReadOnly},
	{syscall.ENOTDIR, api.ErrReadOnly},
}

func startError(err error) error {
	for _, e := range startErrors {
		if errors.Is(err, e.below) {
			return fmt.Errorf("%w: %w", e.said, err)
		}
	}
	return err
}
