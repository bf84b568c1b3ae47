// Package store keeps what a node must not lose: the cells and roster
// operations of its neighbourhoods and a few facts of its own.
//
// [Open] gives the real thing, a Badger tree in a directory; [Disk] is its
// in-memory twin with seeded faults, for tests and the simulator. Both share
// keys.go, value.go and read.go, and both pass storetest. [OwnLog] is a second
// copy, outside the tree, of the cells that only this node has.
//
// Three promises, which everything above builds on:
//   - Append returns nil only once the change is synced to the disk.
//   - A value that rotted is never returned: it is reported by its address, so
//     that the node can fetch it from a neighbour.
//   - A full disk stops writes, first those of others, and nothing else; they
//     resume by themselves.
package store

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// What can be wrong with a store, each with its consequence.
var (
	// ErrInUse: another process has the directory open. Do not start a second node.
	ErrInUse = errors.New("store: in use by another process")
	// ErrReadOnly: the directory cannot be written. Somebody has to mend the disk
	// or its permissions.
	ErrReadOnly = errors.New("store: not writable")
	// ErrFull: the change was refused for lack of room. Try again later.
	ErrFull = errors.New("store: disk full")
	// ErrDamaged: the tree cannot be read. See [DamagedError] and [SetAside].
	ErrDamaged = errors.New("store: damaged")
	// ErrBadValue: one kept value rotted. Fetch it again from a neighbour.
	ErrBadValue = errors.New("store: bad value")
	// ErrFailed: a write failed half way, so that the tree in memory can no
	// longer be trusted with another one. Close the store and open it again.
	ErrFailed = errors.New("store: write failed")
	// ErrClosed: the store has been closed.
	ErrClosed = errors.New("store: closed")
	// ErrTooLarge: a value beyond the limits of the format.
	ErrTooLarge = errors.New("store: value too large")
)

// DamagedError is what [Open] returns when the tree could not be opened twice
// in a row. The tree lies under Aside now, so that opening again starts anew;
// what was in it comes back from the own log and from neighbours.
type DamagedError struct {
	Aside string // the directory's new name
	Err   error  // why it could not be opened
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%v, set aside as %s: %v", ErrDamaged, e.Aside, e.Err)
}

// Unwrap makes errors.Is(err, ErrDamaged) hold.
func (e *DamagedError) Unwrap() []error { return []error{ErrDamaged, e.Err} }

// Slot is what is kept of one slot of one device: no cell or up to three of
// them, as [cell.Kept.Stored] gives them. Which one counts is not kept: the roster
// says so anew each time.
type Slot struct {
	Device protocol.DeviceID
	Slot   uint32
	Cells  []cell.Cell
}

// Op is a roster operation by its id, as it arrived.
type Op struct {
	ID  protocol.ID
	Raw []byte // at most protocol.MaxOp bytes
}

// Change is what happens to one neighbourhood at once: all of it survives a
// crash or nothing, up to about 256 KiB or 300 cells. Larger changes are cut
// into several of that size, of which a crash may keep the first.
type Change struct {
	Own     bool   // made by this household: refused last when room gets short
	Slots   []Slot // each replaces whatever was kept in its slot; without cells it empties it
	PutOps  []Op
	DropOps []protocol.ID
}

// Room is who may write, given how full the disk is.
type Room uint8

// With Ample room everyone may. When it is Tight, only this household. In a
// Full store nobody; reads go on.
const (
	Ample Room = iota
	Tight
	Full
)

// Usage is what the store takes of the disk, in bytes.
type Usage struct {
	Disk int64 // taken by the store, its ballast included
	Free int64 // left to this process on the disk
	Room Room
}

// Store is the seam between a node and its disk. All methods may be called
// from many goroutines at once. Close must not be called from inside a loop
// over Slots or Ops.
type Store interface {
	// Append makes c durable: when it returns nil, c is synced. When ctx ends
	// only the waiting ends; the change may still be written.
	Append(ctx context.Context, n protocol.NeighbourhoodID, c Change) error

	// Slots yields every kept slot of n in the order of device and slot. With
	// an error wrapping ErrBadValue the Slot says where and carries only the
	// cells that are still good; any other error is the last thing yielded.
	Slots(n protocol.NeighbourhoodID) iter.Seq2[Slot, error]

	// Slot returns one slot, without cells if nothing is kept there. Errors are
	// those of Slots.
	Slot(n protocol.NeighbourhoodID, device protocol.DeviceID, slot uint32) (Slot, error)

	// Ops yields the roster operations of n in the order of their ids. With an
	// error wrapping ErrBadValue the Op carries only its ID.
	Ops(n protocol.NeighbourhoodID) iter.Seq2[Op, error]

	// Neighbourhoods returns, in order, those of which anything is kept.
	Neighbourhoods() ([]protocol.NeighbourhoodID, error)

	// PutMeta makes a small fact of this machine durable, such as the floor of
	// its stamps: at most MaxMeta bytes.
	PutMeta(ctx context.Context, name string, value []byte) error

	// Meta returns what PutMeta last kept under name, nil if nothing.
	Meta(name string) ([]byte, error)

	Usage() (Usage, error)
	Close() error
}
