package api

import (
	"context"

	"gotong/protocol"
	"gotong/protocol/roster"
)

// The schemas of what is said about devices.
const (
	SchemaDevices = "gotong.devices/1"
	SchemaPaired  = "gotong.paired/1"
)

// DeviceList answers Devices.
type DeviceList struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Devices       []Device      `json:"devices"`
	Most          int           `json:"most"`            // that a household can have
	House         string        `json:"house,omitempty"` // what a new device is told; empty where this one cannot take it in
}

// Pairing is what Pair needs.
type Pairing struct {
	House string `json:"house"`
}

// Paired answers Pair.
type Paired struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Device        string        `json:"device"`
	Code          string        `json:"code"` // for the device that takes this one in
}

// Adding is what AddDevice needs.
type Adding struct {
	Place
	Code    string `json:"code"`
	Preview bool   `json:"preview,omitempty"`
}

// Devices returns the household's devices.
func (d Desk) Devices(ctx context.Context, p Place) (DeviceList, error) {
	s, err := d.known(ctx, p.In)
	if err != nil {
		return DeviceList{}, err
	}
	doc := DeviceList{Schema: SchemaDevices, Neighbourhood: s.document(), Devices: []Device{}, Most: protocol.MaxDevices}
	var house roster.House
	err = d.registered(ctx, s, func(r register) error {
		m, _ := r.Member(s.me)
		house = roster.House{Neighbourhood: s.id, Household: m.Key}
		doc.Devices = r.person(m).Devices
		return nil
	})
	if err != nil {
		return DeviceList{}, err
	}
	if d.sign(ctx, s, true, func(Pen) error { return nil }) == nil {
		doc.House = house.Text()
	}
	return doc, nil
}

// Pair makes this node a further device of the household of another.
func (d Desk) Pair(ctx context.Context, p Pairing) (Paired, error) {
	house, err := roster.ParseHouse(p.House)
	if err != nil {
		return Paired{}, codeError(err)
	}
	body, err := d.Backend.Pair(ctx, house)
	if err != nil {
		return Paired{}, err
	}
	s, err := d.siteOf(ctx, house.Neighbourhood)
	return Paired{SchemaPaired, s.document(), protocol.DeviceOf(body.GetKey()).String(), body.Text()}, err
}

// AddDevice takes a new device into the household.
func (d Desk) AddDevice(ctx context.Context, a Adding) (Decided, error) {
	body, err := roster.ParseDevice(a.Code)
	if err != nil {
		return Decided{}, codeError(err)
	}
	s, err := d.writing(ctx, a.In)
	if err != nil {
		return Decided{}, err
	}
	err = d.registered(ctx, s, func(r register) error { return r.takesIn(s, body) })
	if err != nil {
		return Decided{}, err
	}
	if body.Secrets, err = d.Backend.SealedTo(ctx, s.id, [32]byte(body.GetSeal())); err != nil {
		return Decided{}, err
	}
	var after *roster.Roster
	err = d.sign(ctx, s, a.Preview, func(p Pen) error {
		_, err := p.Sign(body)
		after = p.Roster()
		return err
	})
	if err != nil {
		return Decided{}, err
	}
	return d.tookIn(ctx, s, after, protocol.DeviceOf(body.GetKey()), !a.Preview)
}

// takesIn says why a device cannot be taken in.
func (r register) takesIn(s site, body *roster.Device) error {
	m, _ := r.Member(s.me)
	id := protocol.DeviceOf(body.GetKey())
	_, known := r.Device(id)
	switch {
	case !body.For(roster.House{Neighbourhood: s.id, Household: m.Key}):
		return ErrOtherHouse
	case known && len(r.Revokers(roster.TargetDevice, id)) > 0:
		return ErrPutOut
	case known:
		return ErrDeviceKnown
	case !r.Room(s.me):
		return ErrDevices
	}
	return nil
}

// tookIn shows the household with its new device.
func (d Desk) tookIn(ctx context.Context, s site, after *roster.Roster, id protocol.DeviceID, done bool) (Decided, error) {
	p, err := d.personIn(ctx, s, after, s.me)
	if err != nil {
		return Decided{}, err
	}
	doc := Decided{Schema: SchemaDecided, Neighbourhood: s.document(), Done: done, Person: p}
	for _, device := range p.Devices {
		if device.ID == id.String() {
			doc.Device = &device
		}
	}
	return doc, nil
}
