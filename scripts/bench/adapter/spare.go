package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// spare is the writers' devices and how far their slots are filled.
type spare struct {
	devices []ed25519.PrivateKey
	used    []uint32
	clock   crdt.Clock
	key     cell.Key
}

// errFull: the neighbourhood of the bench holds no more records.
var errFull = errors.New("no slot left on any device")

func (b *bench) newSpare() (*spare, error) {
	s := &spare{devices: b.village.writers, key: cell.NewKey(b.village.id, b.village.secret)}
	err := b.hood.Do(context.Background(), func(brd *board.Board) {
		for _, d := range s.devices {
			s.used = append(s.used, uint32(len(brd.Facts(deviceOf(d)))))
		}
	})
	return s, err
}

func deviceOf(key ed25519.PrivateKey) protocol.DeviceID {
	return protocol.DeviceOf(key.Public().(ed25519.PublicKey))
}

// writeElsewhere seals records with the writers' keys and brings them in by
// the door, as if they had been heard.
func (b *bench) writeElsewhere(batch []entry) error {
	var raws [][]byte
	for _, e := range batch {
		if _, own := b.known[e.k]; own {
			return fmt.Errorf("%s: rewritten after the device was full", e.k)
		}
		c, err := b.spare.seal(b.village.id, e)
		if err != nil {
			return err
		}
		raws = append(raws, c.Raw())
	}
	taken, err := b.hood.Ingest(context.Background(), raws)
	for _, t := range taken {
		if !t.New {
			return errors.Join(err, fmt.Errorf("a sealed cell was not taken in: verdict %v", t.Verdict))
		}
	}
	return err
}

// holdDays is for how long carriers keep a cell, as for a household's own.
const holdDays = 210

func (s *spare) seal(n protocol.NeighbourhoodID, e entry) (cell.Cell, error) {
	device, slot, err := s.next()
	if err != nil {
		return cell.Cell{}, err
	}
	now := time.Now().UnixMilli()
	content, common := e.content()
	birth := protocol.Birth{Device: deviceOf(device), Slot: slot, Stamp: s.clock.Next(now)}
	fields, err := record.FieldsOf(birth.Stamp, content, common)
	if err != nil {
		return cell.Cell{}, err
	}
	part := record.Part{Birth: birth, Kind: record.KindOf(content), Fields: fields}
	body, err := part.Encode(birth.Device, slot, birth.Stamp)
	if err != nil {
		return cell.Cell{}, err
	}
	var nonce cell.Nonce
	if _, err := rand.Read(nonce[:]); err != nil {
		return cell.Cell{}, err
	}
	draft := cell.Draft{Slot: slot, Stamp: birth.Stamp, Hold: cell.DayAt(now) + holdDays, Class: cell.Normal, Body: body}
	return cell.Seal(n, draft, device, s.key, nonce)
}

// next returns a free slot and whose it is.
func (s *spare) next() (ed25519.PrivateKey, uint32, error) {
	for i, used := range s.used {
		if used < protocol.MaxSlots {
			s.used[i]++
			return s.devices[i], used, nil
		}
	}
	return nil, 0, errFull
}
