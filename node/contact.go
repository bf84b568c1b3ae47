package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gotong/crdt"
	"gotong/node/identity"
	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Contact is how to reach a household for one request or offer: what only the
// helpers that it accepted read.
type Contact struct {
	Name     string `json:",omitempty"` // of the person whom a request on behalf is for
	Contact  string // a telephone number, as a rule
	Place    string // exact
	Stewards bool   // let stewards read it too
}

// empty reports whether there is nothing to tell.
func (c Contact) empty() bool { return c.Name == "" && c.Contact == "" && c.Place == "" }

func (c Contact) private() *record.Private {
	return &record.Private{Name: c.Name, Contact: c.Contact, Place: c.Place}
}

// ownContact is the contact of an own request or offer. It stays on this
// device; what leaves it is sealed (confide.go). An empty one was taken back;
// with Set 0 nothing is known of it here: another device of the household has
// it, or had.
type ownContact struct {
	Contact
	Set crdt.Stamp
}

// known reports whether this device has it.
func (c *ownContact) known() bool { return c.Set != 0 && !c.empty() }

// takenBack reports whether nobody may read it any longer.
func (c *ownContact) takenBack() bool { return c.Set != 0 && c.empty() }

// Names in the store: of the list of requests and offers with a contact, by
// neighbourhood, and of each contact, by record.
const (
	contactsName = "contacts/"
	contactName  = "contact/"
)

// maxContacts bounds how many contacts are kept at a time: the list of their
// records fits in one value of the store.
const maxContacts = store.MaxMeta / len(protocol.RecordID{})

// ErrNoContacts: no further contact can be kept.
var ErrNoContacts = errors.New("node: too many contacts")

// keptInfo binds a contact at rest to its record.
func (h *Neighbourhood) keptInfo(id protocol.RecordID) []byte {
	return slices.Concat([]byte("gotong/kept-contact/1\x00"), h.id[:], id[:])
}

// atRest is the key that contacts lie under on the disk. It is made of the
// household's own, which lies on the same disk: it helps where a copy of the
// store gets about without the keys, not against a thief with the card.
func (h *Neighbourhood) atRest() [32]byte {
	return [32]byte(h.parts.Identity.Household.Seed())
}

// loadContacts reads the kept contacts, and notes those that this device sealed
// but does not keep any longer.
func (h *Neighbourhood) loadContacts() error {
	list, err := h.store.Meta(contactsName + string(h.id[:]))
	if err != nil && !errors.Is(err, store.ErrBadValue) {
		return fmt.Errorf("node: contacts: %w", err)
	}
	for id := range slices.Chunk(list, len(protocol.RecordID{})) {
		if err := h.loadContact(protocol.RecordID(id)); err != nil {
			h.log.Warn("a contact cannot be read and has to be given again", "err", err)
		}
	}
	for _, f := range h.board.Facts(h.parts.Identity.DeviceID()) {
		if target, ok := record.SubjectOf(f.Part.Kind, f.Part.Fields); ok && f.Part.Kind == record.Kind_KIND_CONTACT {
			h.noteContact(target.Record())
		}
	}
	h.stirred = true
	return nil
}

// noteContact has a request or an offer looked after, whose contact was sealed.
func (h *Neighbourhood) noteContact(id protocol.RecordID) {
	if h.contacts[id] == nil {
		h.contacts[id] = new(ownContact)
	}
}

func (h *Neighbourhood) loadContact(id protocol.RecordID) error {
	sealed, err := h.store.Meta(contactName + id.String())
	if err != nil || len(sealed) == 0 {
		return err
	}
	content, err := identity.OpenUnder(h.atRest(), h.keptInfo(id), sealed)
	if err != nil {
		return err
	}
	kept := new(ownContact)
	if err := json.Unmarshal(content, kept); err != nil {
		return fmt.Errorf("node: contact: %w", err)
	}
	h.contacts[id] = kept
	return nil
}

// keepContact makes a contact durable; one with Set 0 is erased.
func (h *Neighbourhood) keepContact(ctx context.Context, id protocol.RecordID, c *ownContact) error {
	var sealed []byte
	if c.Set != 0 {
		content, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("node: contact: %w", err)
		}
		if sealed, err = identity.SealUnder(h.atRest(), h.keptInfo(id), content); err != nil {
			return err
		}
	}
	before := h.contacts[id]
	h.contacts[id] = c
	err := h.store.PutMeta(ctx, contactName+id.String(), sealed)
	if err == nil {
		err = h.listContacts(ctx)
	}
	if err != nil {
		h.contacts[id] = before
		if before == nil {
			delete(h.contacts, id)
		}
		return fmt.Errorf("node: contact: %w", err)
	}
	return nil
}

// listContacts writes down of which records contacts are kept.
func (h *Neighbourhood) listContacts(ctx context.Context) error {
	var ids []protocol.RecordID
	for id, c := range h.contacts {
		if c.Set != 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) > maxContacts {
		return ErrNoContacts
	}
	slices.SortFunc(ids, func(a, b protocol.RecordID) int { return slices.Compare(a[:], b[:]) })
	var list []byte
	for _, id := range ids {
		list = append(list, id[:]...)
	}
	return h.store.PutMeta(ctx, contactsName+string(h.id[:]), list)
}

// Confide keeps the contact of an own request or offer in place of any earlier
// one, durable when it returns; an empty one takes it back. From then on this
// node seals it to the devices of whoever may read it.
func (h *Neighbourhood) Confide(ctx context.Context, id protocol.RecordID, c Contact) error {
	if _, err := c.private().Pad(); err != nil {
		return err
	}
	var failed error
	err := h.do(ctx, func() { failed = h.confideOwn(ctx, id, c) })
	return errors.Join(err, failed)
}

func (h *Neighbourhood) confideOwn(ctx context.Context, id protocol.RecordID, c Contact) error {
	me, _ := h.Me()
	r, ok := h.board.Record(id)
	switch {
	case !ok:
		return ErrNotFound
	case r.Owner != me || r.Kind != record.Kind_KIND_REQUEST && r.Kind != record.Kind_KIND_OFFER:
		return ErrNotYours
	}
	set, err := h.clock.next(ctx, h.lastSet(id))
	if err != nil {
		return err
	}
	h.stirred = true
	return h.keepContact(ctx, id, &ownContact{c, set})
}

// lastSet is when the household last wrote a contact of a record, as far as
// this node knows.
func (h *Neighbourhood) lastSet(id protocol.RecordID) crdt.Stamp {
	last := crdt.Stamp(0)
	if kept := h.contacts[id]; kept != nil {
		last = kept.Set
	}
	for _, r := range h.board.At(0).Contacts(id) {
		last = max(last, crdt.Stamp(r.Content.(*record.Contact).Set))
	}
	return last
}

// Told is a contact as this node may show it.
type Told struct {
	Contact
	Readers []protocol.HouseholdID // of an own one: whom it is sealed to
	Waiting []protocol.HouseholdID // and which helpers nobody vouched for yet
}

// Contact returns the contact of a request or an offer: the own one, or one
// that was sealed to this device and may still be read. False where there is
// none for this household.
func (h *Neighbourhood) Contact(ctx context.Context, id protocol.RecordID) (told Told, found bool, err error) {
	err = h.do(ctx, func() {
		now := h.board.At(h.parts.Now().UnixMilli())
		if kept := h.contacts[id]; kept != nil && kept.known() {
			told, found = Told{kept.Contact, readers(now.Contacts(id)), h.waiting(now.Helpers(id))}, true
		} else if h.mayRead(now, id) {
			told, found = h.opened(now.Contacts(id))
		}
	})
	return told, found, err
}

func readers(contacts []*board.Record) []protocol.HouseholdID {
	var all []protocol.HouseholdID
	for _, r := range contacts {
		if m := r.Content.(*record.Contact); len(m.Sealed) > 0 {
			all = append(all, protocol.HouseholdID(m.Household))
		}
	}
	return all
}

// waiting returns the helpers that are on probation: they are told once somebody
// has vouched for them.
func (h *Neighbourhood) waiting(helpers []board.Helper) []protocol.HouseholdID {
	var all []protocol.HouseholdID
	for _, helper := range helpers {
		if m, ok := h.roster.Load().Member(helper.Household); ok && !m.Vouched() {
			all = append(all, helper.Household)
		}
	}
	return all
}

// mayRead reports whether this household is one that may read a contact now.
// What was sealed to it stays hidden when it no longer may.
func (h *Neighbourhood) mayRead(now board.View, id protocol.RecordID) bool {
	me, ok := h.Me()
	helps := slices.ContainsFunc(now.Helpers(id), func(p board.Helper) bool { return p.Household == me })
	_, open := now.Confides(id)
	return ok && (helps || open && h.roster.Load().Steward(me))
}

// opened returns the latest contact that this device can open.
func (h *Neighbourhood) opened(contacts []*board.Record) (Told, bool) {
	me := h.parts.Identity
	for _, r := range contacts {
		m := r.Content.(*record.Contact)
		target, _ := m.Target.Place()
		for _, s := range m.Sealed {
			if protocol.DeviceID(s.Device) != me.DeviceID() {
				continue
			}
			plain, err := identity.OpenSealed(me.Seal, record.PrivateInfo(h.id, target, me.DeviceID()), s.Sealed)
			if err != nil {
				continue
			}
			if p, err := record.Unpad(plain); err == nil {
				return Told{Contact: Contact{Name: p.Name, Contact: p.Contact, Place: p.Place}}, true
			}
		}
	}
	return Told{}, false
}
