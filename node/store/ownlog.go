package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gotong/protocol"
)

// syncEvery is how long a cell may wait in the own log before it is synced.
// The tree has synced it already; this is the second copy.
const syncEvery = time.Second

// OwnLog is a file beside the tree with the cells and operations that perhaps
// only this node has: those this household made and fewer than two neighbours
// hold. Should the tree be lost, they are not. Frames are appended one after
// the other:
//
//	length:4 crc:4 neighbourhood:16 raw:length
//
// with a CRC-32C over all but itself. Reading skips what is damaged, so a
// torn end or a flipped bit costs the frames it lies in and no others.
type OwnLog struct {
	path string

	mu     sync.Mutex
	file   *os.File
	size   int64       // where the next frame goes
	timer  *time.Timer // set while something waits to be synced
	failed error       // a sync that went wrong: what it was for may be lost for good
}

const ownHeader = 4 + 4 + 16

// OpenOwnLog opens the log at path, making it where there is none, and calls
// replay with everything in it, oldest first. raw is replay's to keep.
func OpenOwnLog(path string, replay func(n protocol.NeighbourhoodID, raw []byte)) (*OwnLog, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, kindOf(err)
	}
	l := &OwnLog{path: path, file: file}
	b, err := io.ReadAll(file)
	if err == nil {
		l.size = eachFrame(b, replay)
		err = file.Truncate(l.size)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		file.Close()
		return nil, kindOf(err)
	}
	return l, nil
}

// Append adds a raw cell or operation. It is synced within a second, or by Sync.
func (l *OwnLog) Append(n protocol.NeighbourhoodID, raw []byte) error {
	if len(raw) > maxFrame {
		return fmt.Errorf("store: own log: %d bytes: %w", len(raw), ErrTooLarge)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return ErrClosed
	}
	if l.failed != nil {
		return l.failed
	}
	if err := l.write(ownFrame(n, raw)); err != nil {
		return err
	}
	if l.timer == nil {
		l.timer = time.AfterFunc(syncEvery, l.syncLate)
	}
	return nil
}

// write puts a frame where the last good one ended, so that one that a full
// disk cut short is written over.
func (l *OwnLog) write(frame []byte) error {
	if _, err := l.file.WriteAt(frame, l.size); err != nil {
		return kindOf(err)
	}
	l.size += int64(len(frame))
	return nil
}

// Sync makes everything appended so far durable.
func (l *OwnLog) Sync() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return ErrClosed
	}
	return l.sync()
}

func (l *OwnLog) sync() error {
	if l.timer == nil || l.failed != nil {
		return l.failed
	}
	l.timer.Stop()
	l.timer = nil
	if err := l.file.Sync(); err != nil {
		l.failed = kindOf(err)
	}
	return l.failed
}

// syncLate runs when a second is over. An error waits for the next caller.
func (l *OwnLog) syncLate() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		_ = l.sync()
	}
}

// Trim drops what keep does not want any more. The log is written anew beside
// the old one and takes its place once it is synced, which also mends a log
// that could not be synced before.
func (l *OwnLog) Trim(keep func(n protocol.NeighbourhoodID, raw []byte) bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return ErrClosed
	}
	kept, err := l.wanted(keep)
	if err != nil {
		return kindOf(err)
	}
	file, err := replaceFile(l.path, kept)
	if err != nil {
		return kindOf(err)
	}
	l.file.Close()
	l.file, l.size, l.failed = file, int64(len(kept)), nil
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	return nil
}

// wanted returns the frames that keep wants.
func (l *OwnLog) wanted(keep func(n protocol.NeighbourhoodID, raw []byte) bool) ([]byte, error) {
	b := make([]byte, l.size)
	if _, err := l.file.ReadAt(b, 0); err != nil {
		return nil, err
	}
	var kept []byte
	eachFrame(b, func(n protocol.NeighbourhoodID, raw []byte) {
		if keep(n, raw) {
			kept = append(kept, ownFrame(n, raw)...)
		}
	})
	return kept, nil
}

// replaceFile puts a synced file with content b in the place of path and
// returns it open.
func replaceFile(path string, b []byte) (*os.File, error) {
	file, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = file.Write(b)
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// Size returns the log's length in bytes.
func (l *OwnLog) Size() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.size
}

// Close syncs the log and closes it.
func (l *OwnLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := errors.Join(l.sync(), l.file.Close())
	l.file = nil
	return err
}

// AppendFrame adds a raw cell or operation to b as an own log holds it.
func AppendFrame(b []byte, n protocol.NeighbourhoodID, raw []byte) []byte {
	return append(b, ownFrame(n, raw)...)
}

// Frames calls do with every whole frame of an own log, and reports whether
// there was nothing else in it.
func Frames(b []byte, do func(n protocol.NeighbourhoodID, raw []byte)) bool {
	whole := 0
	eachFrame(b, func(n protocol.NeighbourhoodID, raw []byte) {
		whole += ownHeader + len(raw)
		do(n, raw)
	})
	return whole == len(b)
}

func ownFrame(n protocol.NeighbourhoodID, raw []byte) []byte {
	b := make([]byte, ownHeader, ownHeader+len(raw))
	binary.BigEndian.PutUint32(b, uint32(len(raw)))
	copy(b[8:], n[:])
	b = append(b, raw...)
	binary.BigEndian.PutUint32(b[4:], ownSum(b))
	return b
}

func ownSum(frame []byte) uint32 {
	return crc32.Update(crc32.Checksum(frame[:4], castagnoli), castagnoli, frame[8:])
}

// eachFrame calls do with every whole frame in b and returns where the last of
// them ends. After damage it looks for the next frame byte by byte.
func eachFrame(b []byte, do func(n protocol.NeighbourhoodID, raw []byte)) (end int64) {
	for at := 0; at+ownHeader <= len(b); {
		size := binary.BigEndian.Uint32(b[at:])
		next := at + ownHeader + int(min(size, maxFrame+1))
		if size > maxFrame || next > len(b) || ownSum(b[at:next]) != binary.BigEndian.Uint32(b[at+4:]) {
			at++
			continue
		}
		do(protocol.NeighbourhoodID(b[at+8:at+24]), append([]byte(nil), b[at+24:next]...))
		at, end = next, int64(next)
	}
	return end
}
