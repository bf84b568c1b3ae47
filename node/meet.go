package node

import (
	"maps"
	"slices"

	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/node/api"
	"gotong/node/mesh"
	"gotong/protocol"
	"gotong/protocol/roster"
)

// together reports whether any neighbourhood's roster has both devices.
func (n *Node) together(a, b protocol.DeviceID) bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, h := range n.hoods {
		if members := h.Roster(); members.Serve(a) && members.Serve(b) {
			return true
		}
	}
	return false
}

// devices returns, as peers, whom this node's households would like to meet:
// all devices of its rosters but hubs, which carry for all of them.
func (n *Node) devices() []peer.ID {
	n.mu.RLock()
	defer n.mu.RUnlock()
	found := make(map[peer.ID]bool)
	for _, h := range n.hoods {
		members := h.Roster()
		for _, d := range members.Devices() {
			if m, _ := members.Member(d.Household); !d.Serve || m.Role == roster.RoleHub {
				continue
			}
			if id, err := mesh.PeerOf(d.Key[:]); err == nil {
				found[id] = true
			}
		}
	}
	return slices.Collect(maps.Keys(found))
}

// relayed returns what a hub carries between others, nil where this node is none.
func (n *Node) relayed() *api.Relayed {
	w, ok := n.network.(*wire)
	if !ok {
		return nil
	}
	now, ok := w.mesh.Relayed()
	if !ok {
		return nil
	}
	return &api.Relayed{Devices: now.Devices, Connections: now.Connections}
}
