package mesh

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"

	"github.com/libp2p/go-libp2p/core/network"
	pb "github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/pb"
	relay "github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/proto"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/util"
)

// spy relays like a hub and writes down all that passes.
type spy struct {
	hub *Mesh
	mu  sync.Mutex
	saw bytes.Buffer
}

// Write takes a copy.
func (s *spy) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saw.Write(p)
}

// serve is the hub's side of circuit relay v2, as far as an honest caller needs it.
func (s *spy) serve(from network.Stream) {
	var asked pb.HopMessage
	if util.NewDelimitedReader(from, 4096).ReadMsg(&asked) != nil {
		return
	}
	yes := &pb.HopMessage{Type: pb.HopMessage_STATUS.Enum(), Status: pb.Status_OK.Enum()}
	if asked.GetType() == pb.HopMessage_RESERVE {
		_ = util.NewDelimitedWriter(from).WriteMsg(yes)
		return
	}
	to, err := util.PeerToPeerInfoV2(asked.GetPeer())
	if err != nil {
		return
	}
	on, err := s.hub.host.NewStream(context.Background(), to.ID, relay.ProtoIDv2Stop)
	if err != nil {
		return
	}
	caller := &pb.Peer{Id: []byte(from.Conn().RemotePeer())}
	_ = util.NewDelimitedWriter(on).WriteMsg(&pb.StopMessage{Type: pb.StopMessage_CONNECT.Enum(), Peer: caller})
	var answer pb.StopMessage
	if util.NewDelimitedReader(on, 4096).ReadMsg(&answer) != nil {
		return
	}
	_ = util.NewDelimitedWriter(from).WriteMsg(yes)
	go s.copy(on, from)
	s.copy(from, on)
}

// copy goes on until either end is gone.
func (s *spy) copy(to, from network.Stream) {
	_, _ = io.Copy(to, io.TeeReader(from, s))
	_ = to.Reset()
}

func TestAHubReadsNothingOfWhatItRelays(t *testing.T) {
	s := &spy{hub: aHub(t, 1, nil)}
	s.hub.host.SetStreamHandler(relay.ProtoIDv2Hop, s.serve)
	a, b := tucked(t, 2, s.hub, 3), tucked(t, 3, s.hub, 2)
	meets(t, a, b, s.hub.Host().ID())
	secret := bytes.Repeat([]byte("obat untuk Bu Sari "), 1000)
	arrived := make(chan []byte, 1)
	b.host.SetStreamHandler("/gotong/test", func(st network.Stream) {
		got, _ := io.ReadAll(st)
		arrived <- got
	})
	st, err := a.host.NewStream(network.WithNoDial(t.Context(), "test"), b.host.ID(), "/gotong/test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Write(secret); err != nil {
		t.Fatal(err)
	}
	if err := st.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got := <-arrived; !bytes.Equal(got, secret) {
		t.Fatal("something else arrived")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.saw.Len() < len(secret) {
		t.Fatalf("the hub saw %d bytes pass, of at least %d", s.saw.Len(), len(secret))
	}
	if bytes.Contains(s.saw.Bytes(), []byte("Bu Sari")) {
		t.Error("a hub can read what it relays")
	}
}
