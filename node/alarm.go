package node

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"gotong/node/store"
	"gotong/protocol"
)

// ErrCloned: another node runs with this device's key. Nothing is written
// until this one has a key of its own.
var ErrCloned = errors.New("node: a copy of this device runs elsewhere")

// alarm is whether a copy of this device was found running elsewhere: two that
// write under one key put each other's records out. It stays across restarts,
// until the device has another key.
type alarm struct {
	store  store.Store
	device protocol.DeviceID
	now    func() time.Time
	once   sync.Once
	raised chan struct{}
	before time.Time // when it was raised for an earlier key; zero: never
}

const alarmName = "cloned"

// newAlarm reads whether the alarm was raised: the device it was raised for,
// and when, in milliseconds since 1970.
func newAlarm(p Parts) (*alarm, error) {
	a := &alarm{store: p.Store, device: p.Identity.DeviceID(), now: p.Now, raised: make(chan struct{})}
	b, err := p.Store.Meta(alarmName)
	if err != nil {
		return nil, fmt.Errorf("node: alarm: %w", err)
	}
	if len(b) != len(a.device)+8 {
		return a, nil
	}
	if protocol.DeviceID(b[:len(a.device)]) == a.device {
		a.once.Do(func() { close(a.raised) })
		return a, nil
	}
	a.before = time.UnixMilli(int64(binary.BigEndian.Uint64(b[len(a.device):])))
	return a, nil
}

// raise stops this device's writing for good.
func (a *alarm) raise(ctx context.Context) error {
	var err error
	a.once.Do(func() {
		close(a.raised)
		mark := binary.BigEndian.AppendUint64(a.device[:], uint64(a.now().UnixMilli()))
		err = a.store.PutMeta(ctx, alarmName, mark)
	})
	return err
}

func (a *alarm) on() bool {
	select {
	case <-a.raised:
		return true
	default:
		return false
	}
}

// renewedFor is how long it is said that a device has new keys.
const renewedFor = 2 * 24 * time.Hour

// lately reports whether the alarm was raised in the last days for a key that
// this device has no more.
func (a *alarm) lately() bool {
	return !a.before.IsZero() && a.now().Sub(a.before).Abs() < renewedFor
}

// Cloned yields once a copy of this device was found: close the node, give the
// directory a new device (identity.Dir.Renew) and start again.
func (n *Node) Cloned() <-chan struct{} { return n.alarm.raised }

// Renewable reports whether this node can make itself a new device: it holds
// the household's key, and every roster has a seat left.
func (n *Node) Renewable() bool {
	me := n.parts.Identity.HouseholdID()
	for _, id := range n.Neighbourhoods() {
		h, _ := n.Neighbourhood(id)
		if h.house != nil {
			return false
		}
		members, seats := h.Roster(), protocol.MaxDevices
		for _, d := range members.Devices() {
			if of, ok := members.Household(d.ID); ok && of == me && d.Serve {
				seats--
			}
		}
		if seats <= 0 {
			return false
		}
	}
	return true
}

// cry raises the alarm, and says what was seen.
func (h *Neighbourhood) cry(slot uint32, id protocol.ID) {
	if h.alarm.on() {
		return
	}
	h.log.Error("another node writes with this device's key; this one writes no more under it", "slot", slot, "cell", id)
	if err := h.alarm.raise(h.ctx); err != nil {
		h.log.Warn("alarm", "err", err)
	}
}
