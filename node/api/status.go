package api

import (
	"context"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"gotong/protocol"
	"gotong/protocol/board"
)

// Status returns how the node is.
func (d Desk) Status(ctx context.Context) (Report, error) {
	st := d.Backend.Status(ctx)
	doc := Report{
		Schema: SchemaStatus, Device: st.Device.String(), Dir: st.Dir, Started: utc(st.Started),
		Addrs: filled(st.Addrs), Connected: st.Connected, Relayed: st.Relayed, Troubles: filled(st.Troubles), Neighbourhoods: []Standing{},
	}
	for _, n := range st.Neighbourhoods {
		standing, err := d.standing(ctx, n)
		if err != nil {
			return Report{}, err
		}
		doc.Neighbourhoods = append(doc.Neighbourhoods, standing)
	}
	if d.Pages != nil {
		doc.Pages = d.Pages()
	}
	return doc, nil
}

// filled returns an empty list for none, so that documents have no null.
func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// standing adds to what the node says what the board says.
func (d Desk) standing(ctx context.Context, n NeighbourhoodStatus) (Standing, error) {
	s, err := d.siteOf(ctx, n.ID)
	if err != nil {
		return Standing{}, err
	}
	doc := Standing{
		Neighbourhood: s.document(), Households: n.Households, Devices: n.Devices,
		Operations: n.Operations, Cells: n.Cells, Locked: n.Locked, Lacking: n.Lacking, Crowded: n.Crowded, PartsIn: n.PartsIn, Hash: hex.EncodeToString(n.Hash[:]),
		Connected: n.Connected, LastExchange: utc(n.LastExchange), TurnedAway: n.TurnedAway, Unreached: n.Unreached, Records: map[string]int{},
	}
	if !s.member {
		return doc, nil
	}
	members, err := d.Backend.Roster(n.ID)
	if err != nil {
		return Standing{}, err
	}
	m, _ := members.Member(s.me)
	doc.Role, doc.Standing = roles[m.Role], standings[m.Standing]
	err = d.Backend.Look(ctx, n.ID, func(v board.View) {
		doc.Me = Household{ID: s.me.String(), Name: v.Name(s.me), Me: true}
		for kind, count := range v.Counts() {
			doc.Records[kind.Code()] = count
		}
	})
	if err != nil {
		return Standing{}, err
	}
	return doc, nil
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

// Peers returns the nodes known, the connected ones first.
func (d Desk) Peers(ctx context.Context) (PeerList, error) {
	doc := PeerList{Schema: SchemaPeers, Peers: []PeerSeen{}}
	for _, p := range d.Backend.Peers() {
		households, err := d.households(ctx, p)
		if err != nil {
			return PeerList{}, err
		}
		hub := ""
		if p.Hub != nil {
			hub = p.Hub.String()
		}
		doc.Peers = append(doc.Peers, PeerSeen{
			Device: p.Device.String(), Name: p.Name, Connected: p.Connected, Hub: hub, Addrs: filled(p.Addrs),
			RoundTripMS: float64(p.RoundTrip.Microseconds()) / 1000,
			Seen:        utc(p.Seen), LastExchange: utc(p.LastExchange), Households: households,
		})
	}
	slices.SortFunc(doc.Peers, comparePeers)
	return doc, nil
}

func comparePeers(a, b PeerSeen) int {
	if a.Connected != b.Connected && a.Connected {
		return -1
	} else if a.Connected != b.Connected {
		return 1
	}
	return strings.Compare(a.Device, b.Device)
}

// households names whom a peer belongs to, in the neighbourhoods shared.
func (d Desk) households(ctx context.Context, p Peer) ([]Household, error) {
	docs := []Household{}
	for _, n := range slices.SortedFunc(maps.Keys(p.Shared), compareNeighbourhoods) {
		doc := Household{ID: p.Shared[n].String()}
		var name string
		err := d.Backend.Look(ctx, n, func(v board.View) { name = v.Name(p.Shared[n]) })
		if err != nil && !errors.Is(err, ErrNotMember) {
			return nil, err
		}
		if err == nil {
			doc.Name = name
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

func compareNeighbourhoods(a, b protocol.NeighbourhoodID) int {
	return strings.Compare(a.String(), b.String())
}
