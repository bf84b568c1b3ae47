package main

import (
	"context"
	"fmt"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/node"
	"gotong/node/mesh"
	"gotong/protocol"
	"gotong/protocol/board"
)

// bench is a running node with what the bench has asked of it.
type bench struct {
	village  *village
	node     *node.Node
	hood     *node.Neighbourhood
	me       protocol.HouseholdID
	peer     string
	first    bool                         // of a pair or row: only it may use the writers' devices
	known    map[string]protocol.RecordID // this household's records by their key
	spare    *spare                       // nil until this device has no slot left
	arrived  *arrivals
	profile  string
	stopping func()
}

func newBench(v *village, seat int, n *node.Node, profile string) (*bench, error) {
	h, err := v.settle(context.Background(), n)
	if err != nil {
		return nil, err
	}
	name, err := mesh.PeerOf(n.Identity().DeviceKey())
	if err != nil {
		return nil, err
	}
	return &bench{
		village: v, node: n, hood: h, me: n.Identity().HouseholdID(), peer: name.String(), first: seat == 0,
		arrived: watch(h), profile: profile, stopping: func() {},
	}, nil
}

// arm forgets what has arrived so far.
func (b *bench) arm() error {
	b.arrived.forget()
	if b.profile == "" {
		return nil
	}
	f, err := os.Create(b.profile)
	if err != nil {
		return err
	}
	b.stopping = func() { pprof.StopCPUProfile(); f.Close() }
	return pprof.StartCPUProfile(f)
}

func (b *bench) endProfile() { b.stopping() }

// connectTime bounds how long a connection may take.
const connectTime = 10 * time.Second

// connect dials a node and returns once it is connected.
func (b *bench) connect(addr string) (answer, error) {
	begun := time.Now()
	at, err := peer.AddrInfoFromString(addr)
	if err != nil {
		return nil, err
	}
	d, err := mesh.DeviceOf(at.ID)
	if err != nil {
		return nil, err
	}
	b.node.Unblock(d)
	ctx, cancel := context.WithTimeout(context.Background(), connectTime)
	defer cancel()
	err = b.node.Dial(ctx, addr)
	return answer{"ok": true, "secs": time.Since(begun).Seconds()}, err
}

// disconnect ends the connection with a node and refuses new ones until it is
// connected again.
func (b *bench) disconnect(addr string) error {
	for _, p := range (node.Backend{Node: b.node}).Peers() {
		if p.Connected && (addr == "" || strings.HasSuffix(addr, p.Name)) {
			b.node.Block(p.Device)
		}
	}
	return nil
}

// stats says how many cells there are, and the hash of what they add up to.
func (b *bench) stats() (answer, error) {
	s := (node.Backend{Node: b.node}).Status(context.Background())
	if len(s.Neighbourhoods) != 1 {
		return nil, node.ErrNoNeighbourhood
	}
	return answer{"heads": []string{fmt.Sprintf("%x", s.Neighbourhoods[0].Hash)}, "height": s.Neighbourhoods[0].Cells}, nil
}

// size returns how many cells count and their raw bytes together.
func (b *bench) size() (answer, error) {
	var ids []protocol.ID
	devices := b.hood.Roster().Devices()
	err := b.hood.Do(context.Background(), func(brd *board.Board) {
		for _, d := range devices {
			for _, f := range brd.Facts(d.ID) {
				ids = append(ids, f.ID)
			}
		}
	})
	size := 0
	for _, id := range ids {
		raw, _ := b.hood.Raw(id)
		size += len(raw)
	}
	return answer{"cells": len(ids), "bytes": size}, err
}
