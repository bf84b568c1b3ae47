package api

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gotong/protocol"
	"gotong/protocol/roster"
)

// SchemaPeople is the schema of [People].
const SchemaPeople = "gotong.people/1"

// People answers People: the own household first, then those who belong by
// name, then those who wait, then those who were put out.
type People struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	People        []Person      `json:"people"`
}

// Person is a household as the roster has it.
type Person struct {
	Household
	Short    string     `json:"short"`              // the shortest beginning of the id that fits no other household
	Role     string     `json:"role"`               // one of the Role constants
	Standing string     `json:"standing"`           // one of the Standing constants
	Offered  string     `json:"offered,omitempty"`  // the role that its invitation proposes
	Inviter  *Household `json:"inviter,omitempty"`  // whose invitation it came by
	Voucher  *Household `json:"voucher,omitempty"`  // who vouched for its role
	Formerly *Household `json:"formerly,omitempty"` // whom the voucher says it was
	Muted    bool       `json:"muted,omitempty"`    // not listed on this node
	Slots    uint32     `json:"slots"`              // how much each device may have on the board
	Devices  []Device   `json:"devices"`
}

// Device is a device of a household.
type Device struct {
	ID        string    `json:"id"`
	Short     string    `json:"short"`
	Me        bool      `json:"me,omitempty"`      // this node
	Retired   bool      `json:"retired,omitempty"` // it, or its household, was revoked
	Waiting   bool      `json:"waiting,omitempty"` // beyond the devices that a household may have
	Connected bool      `json:"connected,omitempty"`
	Seen      time.Time `json:"seen,omitzero"`
}

// The roles.
const (
	RoleNone    = "none"
	RoleMember  = "member"
	RoleSteward = "steward"
	RolePartner = "partner"
	RoleHub     = "hub"
	RoleFounder = "founder"
)

var roles = map[roster.Role]string{
	roster.RoleNone: RoleNone, roster.RoleMember: RoleMember, roster.RoleSteward: RoleSteward,
	roster.RolePartner: RolePartner, roster.RoleHub: RoleHub, roster.RoleFounder: RoleFounder,
}

// Roles returns the roles that can be given, the usual one first.
func Roles() []string { return []string{RoleMember, RoleSteward, RolePartner, RoleHub} }

// How far a household belongs.
const (
	StandingWaiting = "waiting"   // invited, but too many came by the invitation, or it was closed
	StandingNew     = "probation" // joined, and nobody vouched for it yet
	StandingFull    = "full"
	StandingOut     = "out" // put out
)

var standings = map[roster.Standing]string{
	roster.Waiting: StandingWaiting, roster.Probation: StandingNew, roster.Full: StandingFull, roster.Revoked: StandingOut,
}

// register is a sight of the board together with the roster.
type register struct {
	sight
	*roster.Roster
	all   []roster.Member
	muted map[protocol.HouseholdID]bool
	self  protocol.DeviceID
	peers map[protocol.DeviceID]Peer
}

// registered reads roster and board together.
func (d Desk) registered(ctx context.Context, s site, read func(register) error) error {
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return err
	}
	muted, err := d.Backend.Muted(s.id)
	if err != nil {
		return err
	}
	r := register{Roster: members, all: members.Members(), muted: muted, self: d.Backend.Device(), peers: make(map[protocol.DeviceID]Peer)}
	for _, p := range d.Backend.Peers() {
		r.peers[p.Device] = p
	}
	return d.look(ctx, s, func(v sight) error {
		r.sight = v
		return read(r)
	})
}

// People returns the households of a neighbourhood.
func (d Desk) People(ctx context.Context, p Place) (People, error) {
	s, err := d.known(ctx, p.In)
	if err != nil {
		return People{}, err
	}
	doc := People{Schema: SchemaPeople, Neighbourhood: s.document(), People: []Person{}}
	err = d.registered(ctx, s, func(r register) error {
		for _, m := range r.all {
			doc.People = append(doc.People, r.person(m))
		}
		return nil
	})
	if err != nil {
		return People{}, err
	}
	slices.SortStableFunc(doc.People, comparePeople)
	return doc, nil
}

func comparePeople(a, b Person) int {
	return cmp.Or(rankOf(a)-rankOf(b), strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.ID, b.ID))
}

func rankOf(p Person) int {
	if p.Me {
		return 0
	}
	return 1 + slices.Index([]string{StandingFull, StandingNew, StandingWaiting, StandingOut}, p.Standing)
}

func (r register) person(m roster.Member) Person {
	p := Person{
		Household: r.household(m.ID), Short: r.shortOf(m.ID), Role: roles[m.Role], Standing: standings[m.Standing],
		Inviter: r.named(m.Inviter), Voucher: r.named(m.Voucher), Formerly: r.named(m.Formerly),
		Muted: r.muted[m.ID], Slots: m.Slots, Devices: []Device{},
	}
	if m.Offered != roster.RoleNone && m.Offered != m.Role && m.Standing != roster.Full {
		p.Offered = roles[m.Offered]
	}
	for _, id := range m.Devices {
		if state, ok := r.Device(id); ok {
			p.Devices = append(p.Devices, r.device(m, state))
		}
	}
	return p
}

// named returns a household that a roster names, nil where it names none.
func (r register) named(id protocol.HouseholdID) *Household {
	if id == (protocol.HouseholdID{}) {
		return nil
	}
	doc := r.household(id)
	return &doc
}

func (r register) device(m roster.Member, state roster.DeviceState) Device {
	out := state.Revoked || m.Standing == roster.Revoked
	peer := r.peers[state.ID]
	return Device{
		ID: state.ID.String(), Short: state.ID.String()[:deviceShown], Me: state.ID == r.self,
		Retired: out, Waiting: m.In() && !out && !state.Serve, Connected: peer.Connected, Seen: utc(peer.Seen),
	}
}

// deviceShown is how many characters of a device's id are shown.
const deviceShown = 8

// shortOf returns the shortest beginning of a household's id that fits no
// other. Members come by id, so only its two neighbours matter.
func (r register) shortOf(id protocol.HouseholdID) string {
	at, _ := slices.BinarySearchFunc(r.all, id, func(m roster.Member, id protocol.HouseholdID) int { return bytes.Compare(m.ID[:], id[:]) })
	text, length := id.String(), shortest
	for _, next := range []int{at - 1, at + 1} {
		if next >= 0 && next < len(r.all) {
			length = max(length, 1+common(text, r.all[next].ID.String()))
		}
	}
	return text[:min(length, len(text))]
}
