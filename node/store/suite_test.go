package store_test

import (
	"os"
	"testing"

	"gotong/node/store"
	"gotong/node/store/storetest"
	"gotong/protocol"
)

func TestBadgerKeepsWhatAStoreMust(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Place {
		dir := inMemory(t)
		var last *store.Badger
		return storetest.Place{
			Open: func() (store.Store, error) {
				b, err := store.Open(dir, store.Options{})
				if err != nil {
					return nil, err
				}
				last = b
				return b, nil
			},
			Spoil: func(n protocol.NeighbourhoodID, device protocol.DeviceID, slot uint32) bool {
				return last.Spoil(n, device, slot)
			},
		}
	})
}

// inMemory returns a directory on a disk of memory, where there is one: the
// suite is about what is kept, and crash_test.go about real disks.
func inMemory(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "store")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestMemoryKeepsWhatAStoreMust(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Place {
		disk := &store.Disk{}
		return storetest.Place{
			Open: func() (store.Store, error) {
				m, err := disk.Open()
				if err != nil {
					return nil, err
				}
				return m, nil
			},
			Spoil: disk.Spoil,
		}
	})
}
