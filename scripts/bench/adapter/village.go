package main

import (
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gotong/node"
	"gotong/node/identity"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// The bench's neighbourhood. All of it follows from fixed seeds, so that every
// node of a bench is in the same one without having met: a founder who has no
// node, households with a node each (seats), and households whose many devices
// take the records that do not fit into one device's slots (writers).
const (
	seats       = 12
	writerHomes = 4
)

// village is the neighbourhood and everybody's keys.
type village struct {
	id      protocol.NeighbourhoodID
	secret  [32]byte
	ops     [][]byte
	writers []ed25519.PrivateKey
}

// founder vouches for everybody.
const founder = "founder"

func newVillage() (*village, error) {
	id, genesis, err := roster.NewGenesis(seed("nonce"), publicKey(founder))
	if err != nil {
		return nil, err
	}
	v := &village{id: id, secret: seed("secret"), ops: [][]byte{genesis.Raw()}}
	epoch := cell.NewKey(id, v.secret).Epoch
	var errs []error
	add := func(by string, place uint16, body roster.Body) {
		op, err := roster.Sign(id, privateKey(by), place, body)
		errs = append(errs, err)
		v.ops = append(v.ops, op.Raw())
	}
	add(founder, 0, roster.Judge(id, []roster.Op{genesis}).NextEpoch(epoch))
	vouched := uint16(0)
	household := func(name string, devices []string) {
		key := publicKey(name)
		vouched++
		add(founder, vouched, &roster.Vouch{Household: key[:], Role: roster.RoleMember, Slots: protocol.MaxSlots})
		for place, d := range devices {
			add(name, uint16(place), roster.NewDevice(id, key, privateKey(d), [32]byte(sealKey(d).PublicKey().Bytes()), incarnation))
		}
	}
	for i := range seats {
		household(seatName(i), []string{deviceName(seatName(i), 0)})
	}
	for i := range writerHomes {
		household(writerName(i), v.writerDevices(i))
	}
	return v, errors.Join(errs...)
}

// writerDevices names the devices of a writers' household and keeps their keys.
func (v *village) writerDevices(home int) (names []string) {
	for d := range protocol.MaxDevices {
		name := deviceName(writerName(home), d)
		names = append(names, name)
		v.writers = append(v.writers, privateKey(name))
	}
	return names
}

func seatName(i int) string                     { return fmt.Sprint("seat ", i) }
func writerName(i int) string                   { return fmt.Sprint("writers ", i) }
func deviceName(household string, d int) string { return fmt.Sprintf("%s, device %d", household, d) }

// incarnation of every device: nobody was restored from paper.
const incarnation = 1

func seed(name string) [32]byte { return sha256.Sum256([]byte("gotong bench: " + name)) }

func privateKey(name string) ed25519.PrivateKey {
	s := seed(name)
	return ed25519.NewKeyFromSeed(s[:])
}

func publicKey(name string) roster.Key {
	return roster.Key(privateKey(name).Public().(ed25519.PublicKey))
}

func sealKey(name string) *ecdh.PrivateKey {
	s := seed("seal of " + name)
	key, err := ecdh.X25519().NewPrivateKey(s[:])
	if err != nil {
		panic(err) // only for keys of another length
	}
	return key
}

// seatOf returns the seat of a node by its directory's name: y is the second
// of a pair, n3 the fourth of a row, anything else the first.
func seatOf(dir string) (int, error) {
	if dir == "y" {
		return 1, nil
	}
	var i int
	if n, err := fmt.Sscanf(dir, "n%d", &i); err != nil || n != 1 {
		return 0, nil
	}
	if i >= seats {
		return 0, fmt.Errorf("seat %d of %d", i, seats)
	}
	return i, nil
}

// furnish gives a directory the keys of a seat, unless it has some.
func (v *village) furnish(dir string, seat int) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(dir, "identity.key")
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.WriteFile(path, []byte(keyFile(seat)), 0o600); err != nil {
		return err
	}
	return identity.Dir(dir).SaveKeyring(v.id, identity.Keyring{Secrets: [][32]byte{v.secret}})
}

// keyFile is the identity of a seat in the form of package identity.
func keyFile(seat int) string {
	household, device := seed(seatName(seat)), seed(deviceName(seatName(seat), 0))
	seal := sealKey(deviceName(seatName(seat), 0)).Bytes()
	content := strings.Join([]string{string(household[:]), string(device[:]), string(seal)}, "")
	content += string(binary.BigEndian.AppendUint64(nil, incarnation))
	sum := sha256.Sum256([]byte(content))
	return fmt.Sprintf("gotong-key-1 %x %x\n", content, sum[:4])
}

// settle brings the roster in.
func (v *village) settle(ctx context.Context, n *node.Node) (*node.Neighbourhood, error) {
	h, ok := n.Neighbourhood(v.id)
	if !ok {
		return nil, node.ErrNoNeighbourhood
	}
	taken, err := h.Ingest(ctx, v.ops)
	if err != nil {
		return nil, err
	}
	for i, t := range taken {
		if t.Verdict != protocol.Accept {
			return nil, fmt.Errorf("roster operation %d: verdict %v", i, t.Verdict)
		}
	}
	return h, nil
}
