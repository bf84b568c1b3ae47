package netlab

import (
	"encoding/binary"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// tap listens to every cable of a lab, where the switches are.
type tap struct {
	control string // a word that is sent in the clear, to be found

	mu      sync.Mutex
	sockets []int
	frames  []byte            // all that was heard, one frame after the other
	flows   map[string][]byte // and what was said by TCP, without the headers between
}

// tap begins to listen; households plugged in later are listened to as well.
func (l *lab) tap(t *testing.T) *tap {
	t.Helper()
	p := &tap{control: "kontrol" + l.name + "terbuka", flows: make(map[string][]byte)}
	l.plugged = func(port string) { p.listen(t, port) }
	t.Cleanup(p.stop)
	return p
}

// listen takes down what passes through one port of a switch.
func (p *tap) listen(t *testing.T, port string) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW, int(htons(syscall.ETH_P_ALL)))
	if err != nil {
		t.Fatal(err)
	}
	link, err := net.InterfaceByName(port)
	if err != nil {
		t.Fatal(err)
	}
	wait := syscall.NsecToTimeval(int64(100 * time.Millisecond))
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &wait); err != nil {
		t.Fatal(err)
	}
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, 8<<20); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrLinklayer{Protocol: htons(syscall.ETH_P_ALL), Ifindex: link.Index}); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	p.sockets = append(p.sockets, fd)
	p.mu.Unlock()
	go p.read(fd)
}

func htons(n uint16) uint16 { return n<<8 | n>>8 }

func (p *tap) read(fd int) {
	frame := make([]byte, 1<<16)
	for {
		n, _, err := syscall.Recvfrom(fd, frame, 0)
		switch {
		case err == syscall.EAGAIN || err == syscall.EINTR:
			continue
		case err != nil:
			return
		}
		p.mu.Lock()
		p.frames = append(append(p.frames, '\n'), frame[:n]...)
		if flow, said, ok := tcp(frame[:n]); ok {
			flow = fmt.Sprint(fd, flow)
			p.flows[flow] = append(p.flows[flow], said...)
		}
		p.mu.Unlock()
	}
}

// tcp returns which way a frame went and what it said, if it is TCP.
func tcp(frame []byte) (flow string, said []byte, ok bool) {
	if len(frame) < 14 {
		return "", nil, false
	}
	packet, length := frame[14:], 0
	switch binary.BigEndian.Uint16(frame[12:]) {
	case syscall.ETH_P_IP:
		if len(packet) < 20 || packet[9] != syscall.IPPROTO_TCP {
			return "", nil, false
		}
		length = int(packet[0]&15) * 4
		flow = string(packet[12:20])
	case syscall.ETH_P_IPV6:
		if len(packet) < 40 || packet[6] != syscall.IPPROTO_TCP {
			return "", nil, false
		}
		length = 40
		flow = string(packet[8:40])
	default:
		return "", nil, false
	}
	if len(packet) < length+20 {
		return "", nil, false
	}
	segment := packet[length:]
	offset := int(segment[12]>>4) * 4
	if len(segment) < offset {
		return "", nil, false
	}
	return flow + string(segment[:4]), segment[offset:], true
}

// listenTo proves that the tap hears: somebody sends a word in the clear, from
// one side of the lab to the other.
func (p *tap) listenTo(t *testing.T, l *lab) {
	t.Helper()
	from := l.households[0]
	say := fmt.Sprintf("for i in 1 2 3; do echo %s > /dev/udp/10.77.0.%d/9; sleep 0.1; done", p.control, len(l.households))
	out, err := exec.Command("ip", "netns", "exec", from.namespace(), "bash", "-c", say).CombinedOutput()
	if err != nil {
		t.Logf("the control was sent in part: %v %s", err, out)
	}
}

// heard stops listening and returns all that passed.
func (p *tap) heard() []byte {
	time.Sleep(200 * time.Millisecond) // what is still in a socket's queue
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	all := slices.Clone(p.frames)
	for _, said := range p.flows {
		all = append(append(all, '\n'), said...)
	}
	return all
}

func (p *tap) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fd := range p.sockets {
		_ = syscall.Close(fd)
	}
	p.sockets = nil
}
