package sneakernet

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gotong/protocol"
	"gotong/protocol/bundle"
)

// trace stands for an item, as it lies here, in the lists of one stick: the
// first 8 bytes of a hash under the stick's salt. A stub's is another one than
// that of the whole cell, so a place that has only the stub counts as lacking
// it (SPEC.md, 3).
type trace uint64

// traces is a set of them.
type traces map[trace]struct{}

func (t traces) has(x trace) bool { _, ok := t[x]; return ok }

const domainItem = "gotong/stick/item/1\x00"

func (s *Stick) trace(raw []byte) trace {
	hash := protocol.Hash(domainItem, s.salt[:], raw)
	return trace(binary.BigEndian.Uint64(hash[:8]))
}

const (
	listMagic = "GOTONGL\x01"
	traceSize = 8
	maxTraces = 2 << 20 // in memory at once, of one list or of the bundles here
	maxList   = int64(len(listMagic) + maxTraces*traceSize + sha256.Size)
)

var errList = errors.New("sneakernet: list damaged")

// writeList says what a place has.
func (s *Stick) writeList(name string, all []trace) error {
	slices.Sort(all)
	b := []byte(listMagic)
	for _, t := range slices.Compact(all) {
		b = binary.BigEndian.AppendUint64(b, uint64(t))
	}
	sum := sha256.Sum256(b)
	return s.put(name, append(b, sum[:]...))
}

// readList returns what a place had.
func (s *Stick) readList(name string) (traces, error) {
	file, size, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if size > maxList {
		return nil, ErrTooLarge
	}
	b, err := io.ReadAll(io.LimitReader(file, maxList))
	if err != nil {
		return nil, fmt.Errorf("sneakernet: list: %w", err)
	}
	return parseList(b)
}

func parseList(b []byte) (traces, error) {
	end := len(b) - sha256.Size
	if end < len(listMagic) || string(b[:len(listMagic)]) != listMagic || (end-len(listMagic))%traceSize != 0 ||
		sha256.Sum256(b[:end]) != [sha256.Size]byte(b[end:]) {
		return nil, errList
	}
	all := make(traces, (end-len(listMagic))/traceSize)
	for at := len(listMagic); at < end; at += traceSize {
		all[trace(binary.BigEndian.Uint64(b[at:]))] = struct{}{}
	}
	return all, nil
}

// everywhere returns what every other place has of a neighbourhood. A place
// whose list cannot be read has nothing: it is brought everything again.
func (s *Stick) everywhere(t bundle.Tag, own string) (traces, error) {
	lists, err := s.names(listEnd)
	if err != nil {
		return nil, err
	}
	var common traces
	for _, name := range lists {
		if !strings.HasPrefix(name, short(t)+"-") || name == own+listEnd {
			continue
		}
		there, err := s.readList(name)
		if err != nil {
			return nil, nil
		}
		common = meet(common, there)
	}
	return common, nil
}

// meet returns what both have; a nil one is not there yet.
func meet(a, b traces) traces {
	if a == nil {
		return b
	}
	for t := range a {
		if !b.has(t) {
			delete(a, t)
		}
	}
	return a
}

// carried returns what bundles of a neighbourhood on the stick hold: the own
// one, and all others.
func (s *Stick) carried(t bundle.Tag, own string) (mine, others traces, err error) {
	names, err := s.names(bundleEnd)
	if err != nil {
		return nil, nil, err
	}
	mine, others = make(traces), make(traces)
	for _, name := range names {
		switch {
		case name == own+bundleEnd:
			s.collect(name, mine)
		case strings.HasPrefix(name, short(t)+"-"):
			s.collect(name, others)
		}
	}
	return mine, others, nil
}

// collect adds the items of a bundle. What cannot be read is not carried, and
// beyond the bound nothing counts as carried: at worst it is written twice.
func (s *Stick) collect(name string, into traces) {
	file, size, err := s.open(name)
	if err != nil || size > maxBundle {
		return
	}
	defer file.Close()
	r, err := bundle.NewReader(io.LimitReader(file, maxBundle))
	if err != nil {
		return
	}
	for len(into) < maxTraces {
		_, raw, err := r.Next()
		if err != nil {
			return
		}
		into[s.trace(raw)] = struct{}{}
	}
}
