package mesh

import (
	"errors"
	"net/netip"
	"strings"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	"golang.org/x/net/dns/dnsmessage"
)

// The bytes of multicast DNS (RFC 6762) and service discovery (RFC 6763), as
// the libp2p specification of it uses them: the peer's addresses stand in TXT
// strings "dnsaddr=/ip4/…/tcp/…/p2p/…". Nothing in them tells which
// neighbourhood or household the node belongs to: the instance name is random
// and new at each start.

const (
	serviceName = "_gotong._udp.local."
	dnsaddr     = "dnsaddr="

	// recordTTL is the seconds others may keep an announcement (RFC 6762, 10).
	recordTTL = 120
	// flush marks a record that replaces what its receiver had (RFC 6762, 10.2).
	flush = dnsmessage.Class(1 << 15)

	maxPacket     = 9000 // bytes (RFC 6762, 17)
	maxHeardAddrs = 8    // addresses taken from one announcement
)

var service = dnsmessage.MustNewName(serviceName)

// sighting is a neighbour heard on a link.
type sighting struct {
	id peer.ID
	at []netip.AddrPort
}

// askPacket asks who is here.
func askPacket() ([]byte, error) {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{})
	err := errors.Join(b.StartQuestions(), b.Question(dnsmessage.Question{
		Name: service, Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET,
	}))
	if err != nil {
		return nil, err
	}
	return b.Finish()
}

// tellPacket says that id is at these addresses, under the name instance. The
// host records are for tools that list services; a node reads only the TXT.
func tellPacket(instance string, id peer.ID, at []netip.AddrPort) ([]byte, error) {
	name, err := dnsmessage.NewName(instance + "." + serviceName)
	if err != nil {
		return nil, err
	}
	host, err := dnsmessage.NewName(instance + ".local.")
	if err != nil {
		return nil, err
	}
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{Response: true, Authoritative: true})
	b.EnableCompression()
	one := dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET | flush, TTL: recordTTL}
	many := dnsmessage.ResourceHeader{Name: service, Class: dnsmessage.ClassINET, TTL: recordTTL}
	err = errors.Join(
		b.StartAnswers(),
		b.PTRResource(many, dnsmessage.PTRResource{PTR: name}),
		b.SRVResource(one, dnsmessage.SRVResource{Port: at[0].Port(), Target: host}),
		b.TXTResource(one, dnsmessage.TXTResource{TXT: texts(id, at)}),
		hostRecords(&b, host, at))
	if err != nil {
		return nil, err
	}
	return b.Finish()
}

func hostRecords(b *dnsmessage.Builder, host dnsmessage.Name, at []netip.AddrPort) error {
	var err error
	head := dnsmessage.ResourceHeader{Name: host, Class: dnsmessage.ClassINET | flush, TTL: recordTTL}
	for _, a := range at {
		if a.Addr().Is4() {
			err = errors.Join(err, b.AResource(head, dnsmessage.AResource{A: a.Addr().As4()}))
		} else {
			err = errors.Join(err, b.AAAAResource(head, dnsmessage.AAAAResource{AAAA: a.Addr().As16()}))
		}
	}
	return err
}

// texts drops the zone of link-local addresses: it is the reader's to add.
func texts(id peer.ID, at []netip.AddrPort) []string {
	var out []string
	for _, a := range at {
		plain := netip.AddrPortFrom(a.Addr().WithZone(""), a.Port())
		out = append(out, dnsaddr+multiaddr(plain).String()+"/p2p/"+id.String())
	}
	return out
}

// heard is what a packet from the link said.
type heard struct {
	asked bool // somebody wants to know who is here
	seen  []sighting
}

// readPacket reads any bytes. What is not about our service is skipped.
func readPacket(packet []byte) (heard, error) {
	var p dnsmessage.Parser
	head, err := p.Start(packet)
	if err != nil {
		return heard{}, err
	}
	if !head.Response {
		asked, err := readQuestions(&p)
		return heard{asked: asked}, err
	}
	if err := p.SkipAllQuestions(); err != nil {
		return heard{}, err
	}
	seen, err := readAnswers(&p)
	return heard{seen: seen}, err
}

func readQuestions(p *dnsmessage.Parser) (asked bool, err error) {
	for {
		q, err := p.Question()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return asked, nil
		}
		if err != nil {
			return asked, err
		}
		wanted := q.Type == dnsmessage.TypePTR || q.Type == dnsmessage.TypeALL
		asked = asked || wanted && strings.EqualFold(q.Name.String(), serviceName)
	}
}

// readAnswers looks in the answers and, since other announcers put them
// there, in the additional records.
func readAnswers(p *dnsmessage.Parser) ([]sighting, error) {
	seen, err := readTexts(p.AnswerHeader, p.TXTResource, p.SkipAnswer)
	if err != nil {
		return nil, err
	}
	if err := p.SkipAllAuthorities(); err != nil {
		return nil, err
	}
	more, err := readTexts(p.AdditionalHeader, p.TXTResource, p.SkipAdditional)
	return append(seen, more...), err
}

func readTexts(next func() (dnsmessage.ResourceHeader, error), text func() (dnsmessage.TXTResource, error), skip func() error) ([]sighting, error) {
	var seen []sighting
	for {
		head, err := next()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return seen, nil
		}
		if err != nil {
			return nil, err
		}
		if head.Type != dnsmessage.TypeTXT || !ours(head.Name) || head.TTL == 0 {
			if err := skip(); err != nil {
				return nil, err
			}
			continue
		}
		txt, err := text()
		if err != nil {
			return nil, err
		}
		if s, ok := readSighting(txt.TXT); ok {
			seen = append(seen, s)
		}
	}
}

func ours(n dnsmessage.Name) bool {
	return strings.HasSuffix(strings.ToLower(n.String()), "."+serviceName)
}

// readSighting takes the addresses of the peer named first.
func readSighting(texts []string) (sighting, bool) {
	var s sighting
	for _, text := range texts {
		info, at, ok := readDNSAddr(text)
		if !ok || s.id != "" && s.id != info || len(s.at) == maxHeardAddrs {
			continue
		}
		s.id = info
		s.at = append(s.at, at)
	}
	return s, len(s.at) > 0
}

func readDNSAddr(text string) (peer.ID, netip.AddrPort, bool) {
	rest, ok := strings.CutPrefix(text, dnsaddr)
	if !ok {
		return "", netip.AddrPort{}, false
	}
	a, err := ma.NewMultiaddr(rest)
	if err != nil {
		return "", netip.AddrPort{}, false
	}
	transport, id := peer.SplitAddr(a)
	if id == "" || transport == nil {
		return "", netip.AddrPort{}, false
	}
	at, ok := addrPort(transport)
	return id, at, ok
}
