package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// A full disk kills Badger where it stands, since it writes through mapped
// files, and again at every opening. So the disk is never let run full:
//
//   - Below three marks' room, ballast included, others' changes are refused;
//     below two, this household's as well. What was taken up before still has
//     to be written out of memory, and that fits into one mark.
//   - Merging needs more. It reserves its room first, or waits (merge.go).
//
// Somebody else who takes everything from one moment to the next can still
// catch Badger writing. It then dies with what it has acknowledged in its log,
// and is not opened again before there is room.
//   - The ballast is room already taken. It is given up when nobody may write
//     any more: for that work, for opening and closing, and for the person who
//     has to free something on a disk where nothing goes.
const (
	lowWater    = 48 << 20 // bytes: one mark, above what is in memory and its log
	ballastSize = lowWater
	closingNeed = 4 * memTable // bytes: writing out what is in memory
)

type room struct {
	free    func() (uint64, error)
	ballast string // path

	mu       sync.Mutex
	without  bool   // the file system cannot hold ballast
	reserved uint64 // bytes that a merge under way may still take
}

func newRoom(dir string, o Options) *room {
	r := &room{free: o.Free, ballast: filepath.Join(dir, "ballast")}
	if r.free == nil {
		r.free = func() (uint64, error) { return freeBytes(dir) }
	}
	return r
}

// held returns how many bytes are in the ballast. Anybody may have removed it.
func (r *room) held() uint64 {
	info, err := os.Stat(r.ballast)
	if err != nil {
		return 0
	}
	return uint64(allocated(info))
}

// now says who may write size bytes more, and how many are free. It takes the
// ballast on board or throws it off accordingly.
func (r *room) now(size int) (Room, int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	free, err := r.free()
	if err != nil {
		return Full, 0, kindOf(err)
	}
	held := r.held()
	state := judge(free+held, uint64(size)+r.reserved)
	switch {
	case state == Full:
		err = r.release()
	case state == Ample && held == 0 && !r.without:
		r.fill()
	}
	return state, int64(free), err
}

func judge(spare, size uint64) Room {
	switch {
	case spare < lowWater+ballastSize+size:
		return Full
	case spare < 2*lowWater+ballastSize+size:
		return Tight
	}
	return Ample
}

// forOpening returns ErrFull if the tree must not even be opened: that writes
// out what was in memory.
func (r *room) forOpening() error { return r.makeFree(lowWater) }

// forClosing returns ErrFull if Badger must not be closed, which does the same.
func (r *room) forClosing() error { return r.makeFree(closingNeed) }

// makeFree gives up the ballast if need bytes are only to be had with it.
func (r *room) makeFree(need uint64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	free, err := r.free()
	switch {
	case err != nil:
		return kindOf(err)
	case free >= need:
		return nil
	case free+r.held() < need:
		return ErrFull
	}
	return r.release()
}

// reserve keeps size bytes for a merge, or returns ErrFull. The ballast is not
// for that: it may be needed before the merge ends.
func (r *room) reserve(size uint64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	free, err := r.free()
	switch {
	case err != nil:
		return kindOf(err)
	case free < size+lowWater:
		return ErrFull
	}
	r.reserved = size
	return nil
}

func (r *room) unreserve() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reserved = 0
}

func (r *room) release() error {
	if err := os.Remove(r.ballast); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return kindOf(err)
	}
	return nil
}

// fill takes ballast on board. Where that is impossible the marks alone have
// to do.
func (r *room) fill() {
	f, err := os.OpenFile(r.ballast, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		r.without = true
		return
	}
	defer f.Close()
	if err := allocate(f, ballastSize); err != nil {
		r.without = true
		os.Remove(r.ballast)
	}
}
