package api

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"slices"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/roster"
)

// keys are a household's, made from its name.
type keys struct{ household ed25519.PrivateKey }

func keysOf(name string) keys {
	seed := sha256.Sum256([]byte(name))
	return keys{ed25519.NewKeyFromSeed(seed[:])}
}

func (k keys) public() []byte { return k.household.Public().(ed25519.PublicKey) }

func (k keys) me() protocol.HouseholdID { return protocol.HouseholdOf(k.public()) }

// foundStreet returns a street with a real roster that knows one founder.
func foundStreet(founder keys) *street {
	n, genesis, err := roster.NewGenesis(sha256.Sum256([]byte("RT 03 Sukamaju")), roster.Key(founder.public()))
	if err != nil {
		panic(err)
	}
	s := &street{
		id: n, now: begun, slots: make(map[protocol.DeviceID]uint32), arrived: true,
		ops: []roster.Op{genesis}, places: make(map[protocol.HouseholdID]uint16),
		contacts: make(map[protocol.RecordID]Private), gallery: newGallery(),
	}
	s.members = roster.Judge(n, s.ops)
	s.board = board.New(s.members)
	return s
}

func (s *street) moveIn(name string) *home {
	h := &home{street: s, keys: keysOf(name), joined: true, muted: make(map[protocol.HouseholdID]bool)}
	s.homes = append(s.homes, h)
	return h
}

// addDevice gives a household a device, on which it writes from now on.
func (h *home) addDevice(name string) {
	device := keysOf(name + "'s device").household
	h.device = protocol.DeviceOf(device.Public().(ed25519.PublicKey))
	h.mustSign(roster.NewDevice(h.id, roster.Key(h.public()), device, [32]byte{1}, 1))
}

func (h *home) mustSign(body roster.Body) {
	err := h.Sign(context.Background(), h.id, func(p Pen) error {
		_, err := p.Sign(body)
		return err
	})
	if err != nil {
		panic(err)
	}
}

// deskPen signs for one household of the street.
type deskPen struct {
	*home
	ops    []roster.Op
	places uint16
}

func (p *deskPen) Roster() *roster.Roster { return roster.Judge(p.id, p.ops) }

func (p *deskPen) Sign(body roster.Body) (protocol.ID, error) {
	op, err := roster.Sign(p.id, p.household, p.places, body)
	if err != nil {
		return protocol.ID{}, err
	}
	p.ops, p.places = append(p.ops, op), p.places+1
	return op.ID(), nil
}

// Sign makes what was signed the roster of all at once.
func (h *home) Sign(_ context.Context, _ protocol.NeighbourhoodID, say func(Pen) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := &deskPen{home: h, ops: slices.Clone(h.ops), places: h.places[h.me()]}
	if err := say(p); err != nil {
		return err
	}
	h.ops, h.places[h.me()], h.members = p.ops, p.places, p.Roster()
	h.board.SetRoster(h.members)
	return nil
}

func (h *home) Device() protocol.DeviceID { return h.device }

func (h *home) Roster(protocol.NeighbourhoodID) (*roster.Roster, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.members, nil
}

// Held names a fact by its record: the street seals no cells.
func (h *home) Held(_ context.Context, _ protocol.NeighbourhoodID, of []protocol.DeviceID) ([]Held, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []Held
	for _, d := range of {
		for _, f := range h.board.Facts(d) {
			id := f.Part.Birth.Record()
			all = append(all, Held{protocol.ID(id), id})
		}
	}
	return all, nil
}

func (h *home) Muted(protocol.NeighbourhoodID) (map[protocol.HouseholdID]bool, error) {
	return h.muted, nil
}

func (h *home) Mute(_ context.Context, _ protocol.NeighbourhoodID, of protocol.HouseholdID, on bool) error {
	h.muted[of] = on
	return nil
}

// SealedTo has no secrets to seal: the street encrypts nothing.
func (h *home) SealedTo(context.Context, protocol.NeighbourhoodID, [32]byte) ([]*roster.Sealed, error) {
	return nil, nil
}

func (h *home) Pair(_ context.Context, house roster.House) (*roster.Device, error) {
	return roster.NewDevice(house.Neighbourhood, house.Household, keysOf("tablet").household, [32]byte{2}, 1), nil
}

func (h *home) Leave(context.Context, protocol.NeighbourhoodID) error {
	h.joined = false
	return nil
}

func (h *home) HouseholdKey() roster.Key { return roster.Key(h.public()) }
