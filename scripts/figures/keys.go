package main

import (
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gotong/node"
	"gotong/node/identity"
	"gotong/protocol"
	"gotong/protocol/roster"
)

// rekeyed is how many devices read the neighbourhood in the figure rekey.
const rekeyed = 500

// rekey: a founder's node puts one household out; from then until there is a
// new key and every other device is brought it, all of it durable.
func rekey(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "figures-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	home := filepath.Join(dir, "0")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	founder, err := identity.Dir(home).Load()
	if err != nil {
		return err
	}
	n, err := open(ctx, dir, 0)
	if err != nil {
		return err
	}
	defer n.Close()
	id, err := n.Create(ctx, "RT 03", "house 0")
	if err != nil {
		return err
	}
	h, _ := n.Neighbourhood(id)
	v := &settlement{hood: h, founder: founder}
	for i := range rekeyed / protocol.MaxDevices {
		if err := v.household(ctx, i); err != nil {
			return err
		}
	}
	if err := v.untilAllRead(ctx); err != nil {
		return err
	}
	out := v.last
	begun := time.Now()
	if err := v.say(ctx, &roster.Revoke{Kind: roster.TargetHousehold, Target: out[:]}); err != nil {
		return err
	}
	if err := v.untilAllRead(ctx); err != nil {
		return err
	}
	fmt.Printf("one household of %d devices put out -> new key brought to all others: %v\n",
		rekeyed, time.Since(begun).Round(time.Millisecond))
	return nil
}

// settlement is a neighbourhood of households without nodes.
type settlement struct {
	hood    *node.Neighbourhood
	founder identity.Identity
	last    protocol.HouseholdID // that moved in
}

// household moves in, vouched for, with as many devices as it may have.
func (v *settlement) household(ctx context.Context, number int) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	public := roster.Key(key.Public().(ed25519.PublicKey))
	v.last = public.Household()
	if err := v.say(ctx, &roster.Vouch{Household: public[:], Role: roster.RoleMember}); err != nil {
		return err
	}
	var raws [][]byte
	for place := range uint16(protocol.MaxDevices) {
		_, device, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return err
		}
		seal, err := ecdh.X25519().GenerateKey(rand.Reader)
		if err != nil {
			return err
		}
		body := roster.NewDevice(v.hood.ID(), public, device, [32]byte(seal.PublicKey().Bytes()), 1)
		op, err := roster.Sign(v.hood.ID(), key, place, body)
		if err != nil {
			return err
		}
		raws = append(raws, op.Raw())
	}
	_, err = v.hood.Ingest(ctx, raws)
	return err
}

// say takes in an operation of the founder's.
func (v *settlement) say(ctx context.Context, body roster.Body) error {
	members := v.hood.Roster()
	place, ok := members.FreePlace(v.founder.HouseholdID(), v.founder.DeviceID())
	if !ok {
		return node.ErrNoPlaces
	}
	op, err := roster.Sign(v.hood.ID(), v.founder.Household, place, body)
	if err != nil {
		return err
	}
	_, err = v.hood.Ingest(ctx, [][]byte{op.Raw()})
	return err
}

// untilAllRead waits until the roster has a clean epoch that lacks no reader.
func (v *settlement) untilAllRead(ctx context.Context) error {
	for ctx.Err() == nil {
		members := v.hood.Roster()
		if current, ok := members.Current(); ok && len(members.Lacking(current.Epoch)) == 0 {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return ctx.Err()
}
