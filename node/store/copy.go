package store

import "bytes"

// Copy returns another disk with what a copy of d's files would hold: what is
// synced, and nothing that is on its way.
func (d *Disk) Copy() *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := &Disk{SyncTime: d.SyncTime, AckEarly: d.AckEarly, kept: make(map[string][]byte, len(d.kept))}
	for key, value := range d.kept {
		c.kept[key] = bytes.Clone(value)
	}
	for i := len(d.waiting) - 1; i >= 0; i-- {
		for j := len(d.waiting[i].undo) - 1; j >= 0; j-- {
			undo := d.waiting[i].undo[j]
			if undo.value == nil {
				delete(c.kept, string(undo.key))
			} else {
				c.kept[string(undo.key)] = bytes.Clone(undo.value)
			}
		}
	}
	return c
}
