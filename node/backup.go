package node

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"gotong/node/identity"
	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/roster"
)

// A backup is a tar archive, encrypted by whoever keeps it, that opens with
// tools found elsewhere:
//
//	about.json     what it is of, for people
//	identity.key   the household's keys, as on the disk
//	ID.keyring     the secrets of a neighbourhood, as on the disk
//	own.log        the roster and what this household said, as on the disk
//	facts.json     its sealed contacts, whom it mutes
//
// With it a household is back, can read and can write, with nobody there.
const (
	aboutFile    = "about.json"
	identityFile = "identity.key"
	ownFile      = "own.log"
	factsFile    = "facts.json"
	storeDir     = "store" // beside them; not in a backup
)

// SchemaBackup is the schema of what a backup says of itself.
const SchemaBackup = "gotong.backup/1"

// About says what a backup is of.
type About struct {
	Schema         string      `json:"schema"`
	Made           time.Time   `json:"made"`
	Household      string      `json:"household"` // its id
	Neighbourhoods []AboutHood `json:"neighbourhoods"`
}

// AboutHood is a neighbourhood that a backup is of.
type AboutHood struct {
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"`
	Household string `json:"household,omitempty"` // what the household is called there
}

// Backup implements [api.Backend].
func (b Backend) Backup(ctx context.Context, w io.Writer) error { return b.Node.Backup(ctx, w) }

// Backup writes a backup to w, in the clear. Anything but the keys is as of the
// moment in which it is read.
func (n *Node) Backup(ctx context.Context, w io.Writer) error {
	out := &archive{tar.NewWriter(w), n.parts.Now().UTC()}
	about := About{Schema: SchemaBackup, Made: out.made.Truncate(time.Second), Household: n.parts.Identity.HouseholdID().String()}
	var own []byte
	facts := []fact{}
	rings := make(map[string][]byte)
	for _, id := range n.Neighbourhoods() {
		h, _ := n.Neighbourhood(id)
		hood, ring, err := h.backup(ctx)
		if err != nil {
			return err
		}
		about.Neighbourhoods = append(about.Neighbourhoods, hood)
		rings[identity.KeyringName(id)] = ring.File()
		own = h.appendOwn(own)
		more, err := h.beside()
		if err != nil {
			return err
		}
		facts = append(facts, more...)
	}
	text, err := json.MarshalIndent(about, "", "  ")
	list, failed := json.Marshal(facts)
	err = errors.Join(err, failed, out.put(aboutFile, text), out.put(factsFile, list), out.put(identityFile, n.parts.Identity.File()))
	for name, ring := range rings {
		err = errors.Join(err, out.put(name, ring))
	}
	return errors.Join(err, out.put(ownFile, own), out.Close())
}

// archive is a backup being written.
type archive struct {
	*tar.Writer
	made time.Time
}

func (a *archive) put(name string, content []byte) error {
	head := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), ModTime: a.made, Format: tar.FormatPAX}
	if err := a.WriteHeader(head); err != nil {
		return fmt.Errorf("node: backup: %w", err)
	}
	if _, err := a.Write(content); err != nil {
		return fmt.Errorf("node: backup: %w", err)
	}
	return nil
}

// backup returns what a backup says of the neighbourhood, and its keyring.
func (h *Neighbourhood) backup(ctx context.Context) (about AboutHood, ring identity.Keyring, err error) {
	about.ID = h.id.String()
	me := h.ourHousehold(h.Roster())
	err = h.do(ctx, func() {
		v := h.board.At(h.parts.Now().UnixMilli())
		about.Name, about.Household = v.Neighbourhood(), v.Name(me)
		ring = h.ring
	})
	return about, ring, err
}

// appendOwn adds the roster and what the household's devices said, as an own
// log holds it. Of one that waits to be let in that is its claim.
func (h *Neighbourhood) appendOwn(b []byte) []byte {
	members := h.Roster()
	ops := rawOps(members.InOrder())
	if len(ops) == 0 {
		ops = h.Credentials()
	}
	for _, raw := range ops {
		b = store.AppendFrame(b, h.id, raw)
	}
	me := h.ourHousehold(members)
	ours := func(at board.Place) bool {
		household, known := members.Household(at.Device)
		return known && household == me
	}
	for _, id := range h.index.idsOf(ours) {
		if raw, ok := h.Raw(id); ok {
			b = store.AppendFrame(b, h.id, raw)
		}
	}
	return b
}

// ourHousehold returns whose device this is: of a further device of a household
// the roster knows.
func (h *Neighbourhood) ourHousehold(members *roster.Roster) protocol.HouseholdID {
	if household, known := members.Household(h.parts.Identity.DeviceID()); known {
		return household
	}
	return h.parts.Identity.HouseholdID()
}

// idsOf returns the kept ids at some places.
func (x *index) idsOf(which func(board.Place) bool) []protocol.ID {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var some []protocol.ID
	for id, l := range x.places {
		if which(l.at) {
			some = append(some, id)
		}
	}
	return some
}
