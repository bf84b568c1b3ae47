package node

import (
	"context"
	"testing"
	"time"

	"gotong/node/mesh"
	"gotong/protocol"
)

// keptApart starts a node that tells nobody where it is, so that only the hub at
// this address brings it together with the others.
func keptApart(t *testing.T, dir, hub string) *Node {
	t.Helper()
	n, err := New(context.Background(), Config{
		Dir: dir, Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Announce: []string{}, Peers: []string{hub},
	})
	if err != nil {
		t.Fatal(err)
	}
	return untilTheEnd(t, n)
}

// throughHub returns the hub through which n is connected to a device, or none.
func throughHub(n *Node, d protocol.DeviceID) *protocol.DeviceID {
	for _, p := range n.network.Peers() {
		if p.Device == d && p.Connected {
			return p.Hub
		}
	}
	return nil
}

// untilSoon waits for what gives no signal.
func untilSoon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never came true: " + what)
		}
	}
}

// TestGossipAndExchangeRunOverARelayedConnection has a hub that carries the
// connection and nothing else: no fact takes another way. It has the key of a
// member whose own node is gone.
func TestGossipAndExchangeRunOverARelayedConnection(t *testing.T) {
	dirs := []string{t.TempDir(), t.TempDir(), t.TempDir()}
	first := newRealNode(t, dirs[0])
	id, err := first.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	invite, err := first.Invite(t.Context(), id, 2)
	if err != nil {
		t.Fatal(err)
	}
	nodes := []*Node{first}
	for _, dir := range dirs[1:] {
		n := newRealNode(t, dir, first.Addrs()...)
		if _, err := n.Join(t.Context(), invite, "a house"); err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, n)
	}
	for _, n := range nodes {
		untilSoon(t, "all know each other", func() bool { return len(n.devices()) == 3 })
	}
	key, gone := nodes[2].Identity().Device, nodes[2].Identity().DeviceID()
	for _, n := range nodes {
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}

	everybody := func(protocol.DeviceID) mesh.Standing { return mesh.Member }
	relay, err := mesh.New(mesh.Config{Identity: key, Hub: true, Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Admit: everybody})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { relay.Close() })
	if err := relay.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	sari := keptApart(t, dirs[0], relay.Addrs()[0])
	asks(t, hoodOf(t, sari, id), "while apart")
	budi := keptApart(t, dirs[1], relay.Addrs()[0])
	atBudi := hoodOf(t, budi, id)
	eventually(t, atBudi, "an exchange through the hub", titled("while apart"))
	if d := throughHub(budi, sari.Identity().DeviceID()); d == nil || *d != gone {
		t.Errorf("budi is connected to sari through %v", d)
	}
	began := time.Now()
	asks(t, hoodOf(t, sari, id), "together")
	eventually(t, atBudi, "gossip through the hub", titled("together"))
	if took := time.Since(began); took > confirmAfter {
		t.Errorf("it took %v: an exchange brought it", took)
	}
	if err := relay.Close(); err != nil {
		t.Error(err)
	}
	untilSoon(t, "they know that they are apart", func() bool { return throughHub(budi, sari.Identity().DeviceID()) == nil })
}
