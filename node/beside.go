package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"gotong/node/store"
	"gotong/protocol"
)

// fact is a small fact of the store beside cells and roster, as a backup has it.
type fact struct {
	Name  []byte `json:"name"`
	Value []byte `json:"value"`
}

// beside returns what the store keeps of the neighbourhood beside cells and
// roster and only this household knows: its name until it is written, whom it
// mutes, and its contacts, sealed under the household's key as they lie there.
func (h *Neighbourhood) beside() ([]fact, error) {
	contacts, err := h.store.Meta(contactsName + string(h.id[:]))
	if err != nil {
		return nil, fmt.Errorf("node: backup: %w", err)
	}
	names := []string{profileName(h.id), muteName(h.id), contactsName + string(h.id[:])}
	for id := range slices.Chunk(contacts, len(protocol.RecordID{})) {
		names = append(names, contactName+protocol.RecordID(id).String())
	}
	var facts []fact
	for _, name := range names {
		value, err := h.store.Meta(name)
		if err != nil {
			return nil, fmt.Errorf("node: backup: %w", err)
		}
		if len(value) > 0 {
			facts = append(facts, fact{[]byte(name), value})
		}
	}
	return facts, nil
}

// putBeside takes the facts that a restore left beside the store into it.
func putBeside(s store.Store, dir string) error {
	path := filepath.Join(dir, factsFile)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	var facts []fact
	if err := json.Unmarshal(content, &facts); err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	for _, f := range facts {
		if err := s.PutMeta(context.Background(), string(f.Name), f.Value); err != nil {
			return fmt.Errorf("node: restore: %w", err)
		}
	}
	return os.Remove(path)
}
