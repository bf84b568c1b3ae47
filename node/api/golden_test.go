package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

var update = flag.Bool("update", false, "write the golden documents anew")

func encode(t *testing.T, doc any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDocumentsKeepTheirShape holds every document against a golden file: what
// is in one may never be renamed or go.
func TestDocumentsKeepTheirShape(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	draft := water(4)
	draft.Body, draft.Until = "Sumur keruh sejak banjir", begun.Add(2*time.Hour)
	asked := must[Written](t)(sari.Ask(ctx, draft))
	pledged := must[Written](t)(budi.Pledge(ctx, Promise{Target: to(asked.ID), Share: Share{Quantity: 5500}, Promised: begun.Add(time.Hour), Note: "naik motor"}))
	must[Written](t)(sari.Accept(ctx, Yes{to(asked.ID), pledged.ID}))
	must[Written](t)(budi.Comment(ctx, Remark{Target: to(asked.ID), Text: "Galonnya ada?"}))
	written := must[Written](t)(sari.Arrived(ctx, Arrival{Target: to(asked.ID), Share: Share{Quantity: 1500}}))
	s.homes[0].status, s.homes[0].peers = someStatus(s), somePeers(s)
	_, unknown := sari.Show(ctx, to("ZZZZ"))
	_, err := sari.Ask(ctx, Draft{})
	s.invited("Keluarga Ani", s.homes[0])
	for name, doc := range map[string]any{
		"people":        must[People](t)(sari.People(ctx, Place{})),
		"decided":       must[Decided](t)(sari.Revoke(ctx, Revoking{What: "Budi", Preview: true})),
		"devices":       must[DeviceList](t)(sari.Devices(ctx, Place{})),
		"paired":        must[Paired](t)(sari.Pair(ctx, Pairing{House: must[DeviceList](t)(sari.Devices(ctx, Place{})).House})),
		"muted":         must[MutedDoc](t)(sari.Mute(ctx, Muting{Who: s.homes[2].me().String()})),
		"invitations":   must[InvitationList](t)(sari.Invitations(ctx, Place{})),
		"list":          must[List](t)(sari.List(ctx, Query{})),
		"show":          must[Shown](t)(sari.Show(ctx, to(asked.ID))),
		"written":       written,
		"status":        must[Report](t)(sari.Status(ctx)),
		"peers":         must[PeerList](t)(sari.Peers(ctx)),
		"invite":        must[Invited](t)(sari.Invite(ctx, Inviting{Uses: 3})),
		"neighbourhood": must[Joined](t)(sari.Join(ctx, Joining{Invite: "GTG1-1", Household: "Keluarga Sari"})),
		"change":        must[Change](t)(sari.change(ctx, Event{Type: EventRecord, Neighbourhood: s.id, Change: changeOf(t, s, pledged.ID)})),
		"not-found":     ProblemOf(unknown),
		"invalid":       ProblemOf(err),
		"ambiguous":     ProblemOf(&Ambiguous{"7K", []Candidate{{ID: "7KAA", Short: "7KAA", Kind: "request", Title: "Air", Owner: "Keluarga Sari"}}}),
		"which":         ProblemOf(&WhichNeighbourhood{[]Neighbourhood{{"7KAA", "RT 03", true}}}),
	} {
		golden(t, name, encode(t, doc))
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is now\n%s", name, got)
	}
}

func changeOf(t *testing.T, s *street, id string) board.Change {
	return board.Change{ID: recordID(t, s, id), Kind: record.Kind_KIND_PLEDGE}
}

func someStatus(s *street) Status {
	return Status{
		Device: s.homes[0].device, Dir: "/var/lib/gotong", Started: begun, Addrs: []string{"/ip4/127.0.0.1/tcp/4001"},
		Connected: 1, Relayed: &Relayed{Devices: 3, Connections: 2}, Troubles: []Trouble{TroubleClock},
		Neighbourhoods: []NeighbourhoodStatus{{
			ID: s.id, Member: true, Households: 2, Devices: 2, Operations: 5, Cells: 8, Locked: 1,
			Hash: [32]byte{0xa6, 31: 0x44}, Connected: 1, LastExchange: begun.Add(-time.Minute),
		}},
	}
}

func somePeers(s *street) []Peer {
	hub := protocol.DeviceID(id16("hub"))
	return []Peer{
		{Device: id16("far"), Name: "12D3KooWfar", Seen: begun.Add(-time.Hour)},
		{
			Device: s.homes[1].device, Name: "12D3KooWbudi", Addrs: []string{"/ip4/127.0.0.1/tcp/4002"}, Connected: true, Hub: &hub,
			RoundTrip: 1500 * time.Microsecond, Seen: begun, LastExchange: begun,
			Shared: map[protocol.NeighbourhoodID]protocol.HouseholdID{s.id: s.homes[1].me()},
		},
	}
}
