package mesh

import (
	"time"

	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/x/rate"
)

// profile is how much a node has room for.
type profile struct {
	// Above most connections the node closes down to fewest, never a member's.
	fewest, most int
	guests       int // strangers connected at once
	perAddress   int // connections with one address,
	perSite      int // and with one IPv6 /56
	limits       rcmgr.PartialLimitConfig
	// Connections a second with one address and with one IPv6 /56, and how many
	// at once.
	address, site rate.Limit
}

// connGrace is how long a new connection is not closed for want of room.
const connGrace = 30 * time.Second

// household is the profile of a small machine among neighbours. Several devices
// behind one address are normal, and a whole site shares an IPv6 /56.
var household = profile{
	fewest: 24, most: 48, guests: maxGuests,
	perAddress: 16, perSite: 64,
	limits: rcmgr.PartialLimitConfig{System: rcmgr.ResourceLimits{
		Conns: 96, ConnsInbound: 64, ConnsOutbound: 64,
		Streams: 512, StreamsInbound: 256, StreamsOutbound: 384,
		Memory: 32 << 20, FD: 128,
	}},
	address: rate.Limit{RPS: 2, Burst: 32},
	site:    rate.Limit{RPS: 25, Burst: 256},
}

// hub is the profile of a machine that stays on and has room. It sees everybody
// behind one router as one address, and after it was away all of them come back
// within seconds. The memory is what the streams' windows add up to if every
// peer filled them at once, of which a quiet hub uses a hundredth.
var hub = profile{
	fewest: 128, most: 256, guests: 16,
	perAddress: 256, perSite: 256,
	limits: rcmgr.PartialLimitConfig{
		System: rcmgr.ResourceLimits{
			Conns: 640, ConnsInbound: 512, ConnsOutbound: 256,
			Streams: 16384, StreamsInbound: 8192, StreamsOutbound: 8192,
			Memory: 1 << 30, FD: 1024,
		},
		Transient:       rcmgr.ResourceLimits{Conns: 256, ConnsInbound: 256, Streams: 1024, StreamsInbound: 512, StreamsOutbound: 512, Memory: 256 << 20, FD: 256},
		ProtocolDefault: rcmgr.ResourceLimits{Streams: 8192, StreamsInbound: 4096, StreamsOutbound: 4096, Memory: 512 << 20},
		ServiceDefault:  rcmgr.ResourceLimits{Streams: 8192, StreamsInbound: 4096, StreamsOutbound: 4096, Memory: 256 << 20},
	},
	address: rate.Limit{RPS: 50, Burst: 512},
	site:    rate.Limit{RPS: 50, Burst: 512},
}

func (c Config) profile() profile {
	if c.Hub {
		return hub
	}
	return household
}
