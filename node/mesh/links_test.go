package mesh

import (
	"net"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func prefixesFrom(texts ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range texts {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

const ordinary = net.FlagUp | net.FlagRunning | net.FlagMulticast | net.FlagBroadcast

func TestALinkIsWhereNeighboursCanBe(t *testing.T) {
	everywhere := addrsFrom("0.0.0.0:4101", "[::]:4102")
	for name, c := range map[string]struct {
		iface  net.Interface
		nets   []netip.Prefix
		listen []netip.AddrPort
		want   []netip.AddrPort
	}{
		"home network": {
			net.Interface{Index: 3, Name: "wlan0", Flags: ordinary},
			prefixesFrom("192.168.1.7/24", "fd00::7/64", "fe80::7/64"), everywhere,
			addrsFrom("192.168.1.7:4101", "[fd00::7]:4102", "[fe80::7%3]:4102"),
		},
		"bridge of a router": {
			net.Interface{Index: 4, Name: "br-lan", Flags: ordinary},
			prefixesFrom("192.168.1.1/24"), everywhere, addrsFrom("192.168.1.1:4101"),
		},
		"only IPv4 is listened on": {
			net.Interface{Index: 3, Name: "wlan0", Flags: ordinary},
			prefixesFrom("192.168.1.7/24", "fd00::7/64"), everywhere[:1], addrsFrom("192.168.1.7:4101"),
		},
		"only this address is listened on": {
			net.Interface{Index: 3, Name: "wlan0", Flags: ordinary},
			prefixesFrom("192.168.1.7/24", "192.168.1.8/24"), addrsFrom("192.168.1.8:99"), addrsFrom("192.168.1.8:99"),
		},
		"another address is listened on": {
			net.Interface{Index: 3, Name: "wlan0", Flags: ordinary},
			prefixesFrom("192.168.1.7/24"), addrsFrom("10.0.0.1:4101"), nil,
		},
		"loopback": {
			net.Interface{Index: 1, Name: "lo", Flags: ordinary | net.FlagLoopback},
			prefixesFrom("127.0.0.1/8"), addrsFrom("127.0.0.1:4101"), nil,
		},
		"containers":      {net.Interface{Index: 5, Name: "docker0", Flags: ordinary}, prefixesFrom("172.17.0.1/16"), everywhere, nil},
		"more containers": {net.Interface{Index: 6, Name: "br-0123456789ab", Flags: ordinary}, prefixesFrom("172.18.0.1/16"), everywhere, nil},
		"tunnel":          {net.Interface{Index: 7, Name: "tun0", Flags: ordinary | net.FlagPointToPoint}, prefixesFrom("10.8.0.2/24"), everywhere, nil},
		"tunnel that a person chose": {
			net.Interface{Index: 7, Name: "tun0", Flags: ordinary | net.FlagPointToPoint},
			prefixesFrom("10.8.0.2/24"), addrsFrom("10.8.0.2:4101"), addrsFrom("10.8.0.2:4101"),
		},
	} {
		l, ok := linkOf(c.iface, c.nets, c.listen)
		if !slices.Equal(l.at, c.want) || ok != (len(c.want) > 0) {
			t.Errorf("%s: at %v, want %v", name, l.at, c.want)
		}
		if l.cast && c.iface.Flags&net.FlagPointToPoint != 0 {
			t.Errorf("%s: multicast into a tunnel", name)
		}
	}
}

func TestOthersAreToldNoLoopbackAndNoZone(t *testing.T) {
	w := whereabouts{links: []link{{at: addrsFrom("192.168.1.7:4101", "[fe80::7%3]:4101")}}}
	if got := w.announced(addrsFrom("0.0.0.0:4101")); !slices.Equal(got, addrsFrom("192.168.1.7:4101")) {
		t.Errorf("told %v", got)
	}
	local := addrsFrom("127.0.0.1:4101")
	if got := (&whereabouts{}).announced(local); !slices.Equal(got, local) {
		t.Errorf("a node on loopback tells %v", got)
	}
}

func TestOnlyAddressesOnTheLinkAreBelieved(t *testing.T) {
	var got []sighting
	b := &beacon{self: idOf(t, 1), heard: func(s sighting) { got = append(got, s) }}
	l := &link{index: 3, nets: prefixesFrom("192.168.1.7/24", "fe80::7/64")}
	b.see(l, sighting{idOf(t, 2), addrsFrom("192.168.1.9:4101", "198.51.100.1:22", "[fe80::9]:4101", "192.168.2.9:4101", "192.168.1.9:0")})
	b.see(l, sighting{idOf(t, 3), addrsFrom("198.51.100.1:22")})
	b.see(l, sighting{idOf(t, 1), addrsFrom("192.168.1.7:4101")})
	want := addrsFrom("192.168.1.9:4101", "[fe80::9%3]:4101")
	if len(got) != 1 || got[0].id != idOf(t, 2) || !slices.Equal(got[0].at, want) {
		t.Errorf("believed %+v", got)
	}
}

func TestALinkLocalAddressPassesThroughLibp2pUnharmed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := [16]byte{0: 0xfe, 1: 0x80}
		copy(raw[8:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "id"))
		ip := zoned(netip.AddrFrom16(raw), int(rapid.Uint16().Draw(t, "index")))
		hidden := veil(ip)
		if hidden.IsLinkLocalUnicast() || hidden.Zone() != "" {
			t.Fatalf("%v is still seen in %v", ip, hidden)
		}
		if got := unveil(hidden); got != ip {
			t.Fatalf("%v came back as %v", ip, got)
		}
	})
	for _, text := range []string{"192.168.1.7", "fd00::7", "2001:db8::7", "::1"} {
		if ip := netip.MustParseAddr(text); veil(ip) != ip || unveil(ip) != ip {
			t.Errorf("%v is changed", ip)
		}
	}
}

func TestUsableAddressesAreThoseThatCanBeDialledFromHere(t *testing.T) {
	all := addrsFrom("127.0.0.1:1", "192.168.1.7:1", "0.0.0.0:1", "[fe80::7]:1", "[fd00::7]:1")
	if got, want := usable(slices.Clone(all), addrsFrom("0.0.0.0:4101")), addrsFrom("192.168.1.7:1", "[fd00::7]:1"); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := usable(slices.Clone(all), addrsFrom("127.0.0.1:4101")); !slices.Contains(got, all[0]) {
		t.Errorf("on loopback: %v", got)
	}
}
