package mesh

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
)

// attempt opens and ends a connection as far as the limits are concerned.
func attempt(limits network.ResourceManager, d network.Direction, ip netip.Addr) error {
	scope, err := limits.OpenConnection(d, true, multiaddr(netip.AddrPortFrom(ip, Port)))
	if err == nil {
		scope.Done()
	}
	return err
}

// siteOf returns n addresses of one home network.
func siteOf(first string, n int) []netip.Addr {
	out := []netip.Addr{netip.MustParseAddr(first)}
	for len(out) < n {
		out = append(out, out[len(out)-1].Next())
	}
	return out
}

func TestAnEveningOfAbsentNeighboursDoesNotUseUpTheDials(t *testing.T) {
	for _, first := range []string{"192.168.1.1", "fd00::1", "2001:db8::1"} {
		synctest.Test(t, func(t *testing.T) {
			limits, err := resources(household)
			if err != nil {
				t.Fatal(err)
			}
			defer limits.Close()
			absent := siteOf(first, 30)
			for begun := time.Now(); time.Since(begun) < time.Hour; time.Sleep(usual.eager) {
				for _, ip := range absent {
					if err := attempt(limits, network.DirOutbound, ip); err != nil {
						t.Fatalf("%v after %v: %v", ip, time.Since(begun), err)
					}
				}
			}
		})
	}
}

func TestOneAddressCannotTakeAllTheConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits, err := resources(household)
		if err != nil {
			t.Fatal(err)
		}
		defer limits.Close()
		let := 0
		for range 1000 {
			if attempt(limits, network.DirInbound, netip.MustParseAddr("192.168.1.66")) == nil {
				let++
			}
		}
		if let > 32 {
			t.Errorf("%d connections in one moment", let)
		}
		if err := attempt(limits, network.DirInbound, netip.MustParseAddr("192.168.1.7")); err != nil {
			t.Errorf("and its neighbour has none: %v", err)
		}
	})
}
