package mesh

import (
	"crypto/ed25519"
	"encoding/hex"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden packets anew")

func addrsFrom(texts ...string) []netip.AddrPort {
	var out []netip.AddrPort
	for _, text := range texts {
		out = append(out, netip.MustParseAddrPort(text))
	}
	return out
}

// golden compares a packet with the one kept in testdata, byte for byte.
func golden(t *testing.T, name string, packet []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".hex")
	if *update {
		if err := os.WriteFile(path, []byte(hex.EncodeToString(packet)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(packet); got != strings.TrimSpace(string(want)) {
		t.Errorf("%s is now\n%s", name, got)
	}
}

func TestTheQuestionIsTheGoldenOne(t *testing.T) {
	packet, err := askPacket()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "ask", packet)
	said, err := readPacket(packet)
	if err != nil || !said.asked || len(said.seen) != 0 {
		t.Errorf("read as %+v, %v", said, err)
	}
}

func TestTheAnnouncementIsTheGoldenOneAndTellsNoMoreThanItMust(t *testing.T) {
	at := addrsFrom("192.168.1.7:4101", "[fd00::7]:4101", "[fe80::7%3]:4101")
	packet, err := tellPacket("0123456789abcdef", idOf(t, 1), at)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "tell", packet)
	said, err := readPacket(packet)
	if err != nil || said.asked || len(said.seen) != 1 {
		t.Fatalf("read as %+v, %v", said, err)
	}
	want := addrsFrom("192.168.1.7:4101", "[fd00::7]:4101", "[fe80::7]:4101")
	if s := said.seen[0]; s.id != idOf(t, 1) || !slices.Equal(s.at, want) {
		t.Errorf("read as %v at %v", s.id, s.at)
	}
}

func TestAnAnnouncementIsReadAsItWasMeant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ips := rapid.SliceOfNDistinct(rapid.SliceOfN(rapid.Byte(), 4, 4), 1, maxAddrsPerLink, func(b []byte) string { return string(b) }).Draw(t, "ips")
		var at []netip.AddrPort
		for _, ip := range ips {
			at = append(at, netip.AddrPortFrom(netip.AddrFrom4([4]byte(ip)), rapid.Uint16().Draw(t, "port")))
		}
		id, err := PeerOf(keyOf(rapid.Byte().Draw(t, "key")).Public().(ed25519.PublicKey))
		if err != nil {
			t.Fatal(err)
		}
		packet, err := tellPacket(instanceName(), id, at)
		if err != nil {
			t.Fatal(err)
		}
		said, err := readPacket(packet)
		if err != nil || len(said.seen) != 1 || said.seen[0].id != id || !slices.Equal(said.seen[0].at, at) {
			t.Fatalf("%v at %v was read as %+v, %v", id, at, said, err)
		}
	})
}

func TestTheLargestAnnouncementFitsOnePacketOfALink(t *testing.T) {
	var at []netip.AddrPort
	for i := range maxAddrsPerLink {
		ip := [16]byte{0: 0x20, 1: 1, 2: 0xd, 3: 0xb8, 8: 0xaa, 9: 0xbb, 10: 0xcc, 11: 0xdd, 12: 0xee, 13: 0xff, 14: 0x99, 15: byte(i + 16)}
		at = append(at, netip.AddrPortFrom(netip.AddrFrom16(ip), 65535))
	}
	packet, err := tellPacket(instanceName(), idOf(t, 1), at)
	if err != nil {
		t.Fatal(err)
	}
	const link = 1500 - 48 // Ethernet less the headers of IPv6 and UDP
	if len(packet) > link {
		t.Errorf("%d bytes", len(packet))
	}
}

func TestWhatIsNotAnAddressOfOnePeerIsSkipped(t *testing.T) {
	one, two := idOf(t, 1).String(), idOf(t, 2).String()
	for _, c := range []struct {
		texts []string
		want  int
	}{
		{[]string{"dnsaddr=/ip4/10.0.0.1/tcp/4101/p2p/" + one}, 1},
		{[]string{"path=/", "dnsaddr=/ip4/10.0.0.1/tcp/4101/p2p/" + one}, 1},
		{[]string{"dnsaddr=/ip4/10.0.0.1/tcp/4101/p2p/" + one, "dnsaddr=/ip4/10.0.0.2/tcp/4101/p2p/" + two}, 1},
		{[]string{"dnsaddr=/ip4/10.0.0.1/tcp/4101"}, 0},
		{[]string{"dnsaddr=/p2p/" + one}, 0},
		{[]string{"dnsaddr=/dns4/outside.example/tcp/4101/p2p/" + one}, 0},
		{[]string{"dnsaddr=/ip4/10.0.0.1/udp/4101/quic-v1/p2p/" + one}, 0},
		{[]string{"dnsaddr=/ip4/10.0.0.1/tcp/4101/p2p/" + two + "/p2p-circuit/p2p/" + one}, 0},
		{slices.Repeat([]string{"dnsaddr=/ip4/10.0.0.1/tcp/4101/p2p/" + one}, 100), maxHeardAddrs},
	} {
		s, ok := readSighting(c.texts)
		if len(s.at) != c.want || ok != (c.want > 0) {
			t.Errorf("%.90q: %d addresses", c.texts, len(s.at))
		}
	}
}

func FuzzReadPacket(f *testing.F) {
	ask, err := askPacket()
	if err != nil {
		f.Fatal(err)
	}
	tell, err := tellPacket("0123456789abcdef", idOf(f, 1), addrsFrom("192.168.1.7:4101", "[fd00::7]:4101"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ask)
	f.Add(tell)
	f.Fuzz(func(t *testing.T, packet []byte) {
		said, err := readPacket(packet)
		if err != nil {
			return
		}
		for _, s := range said.seen {
			if s.id == "" || len(s.at) == 0 || len(s.at) > maxHeardAddrs {
				t.Errorf("read %+v", s)
			}
		}
	})
}
