package roster

import (
	"bytes"
	"cmp"
	"slices"

	"gotong/protocol"
)

// device is a device of the closure. Its key signed every claim, so only its
// own holder can bring about more than one.
type device struct {
	id     protocol.DeviceID
	key    Key
	claims []claim // by household, the one that holds first
	seated bool    // among the first protocol.MaxDevices of its household
}

// claim is a device operation of a household.
type claim struct {
	by   *household
	op   *Op
	body *Device
}

func (d *device) claimants() []*household {
	hs := make([]*household, 0, len(d.claims))
	for _, c := range d.claims {
		hs = append(hs, c.by)
	}
	return hs
}

// household returns whose device it is: of several claims, the one with the
// lowest id. What is revoked through any claim is revoked.
func (d *device) household() *household { return d.claims[0].by }

// findDevices indexes the device operations of the closure, and who wrote what.
func (r *Roster) findDevices() {
	for _, h := range r.order {
		for _, op := range h.ops {
			switch body := op.body.(type) {
			case *Device:
				r.claimDevice(claim{by: h, op: op, body: body})
			case *Grant, *Vouch:
				r.authors[op.id] = h
			}
		}
	}
	for _, d := range r.devices {
		slices.SortFunc(d.claims, claimOrder)
		r.deviceOrder = append(r.deviceOrder, d)
	}
	slices.SortFunc(r.deviceOrder, func(a, b *device) int { return bytes.Compare(a.id[:], b.id[:]) })
	for _, d := range r.deviceOrder {
		d.household().devices = append(d.household().devices, d)
	}
}

func (r *Roster) claimDevice(c claim) {
	id := c.body.id()
	if r.devices[id] == nil {
		r.devices[id] = &device{id: id, key: Key(c.body.GetKey())}
	}
	d := r.devices[id]
	d.claims = append(d.claims, c)
}

func claimOrder(a, b claim) int { return bytes.Compare(a.op.id[:], b.op.id[:]) }

// seat gives each household's devices their seats by place; a revoked device
// leaves its seat to the next.
func (r *Roster) seat() {
	taken := make(map[*household]int)
	for _, d := range r.byClaimPlace() {
		h := d.household()
		if r.revoked(TargetDevice, d.id) || taken[h] == protocol.MaxDevices {
			continue
		}
		taken[h]++
		d.seated = true
	}
}

func (r *Roster) byClaimPlace() []*device {
	ds := slices.Clone(r.deviceOrder)
	slices.SortStableFunc(ds, func(a, b *device) int { return cmp.Compare(a.claims[0].op.Place, b.claims[0].op.Place) })
	return ds
}

// newest returns the claim of the newest incarnation by d's household, of
// equals the lowest id.
func (d *device) newest() *Device {
	best := d.claims[0].body
	for _, c := range d.claims {
		if c.by == d.household() && c.body.GetIncarnation() > best.GetIncarnation() {
			best = c.body
		}
	}
	return best
}
