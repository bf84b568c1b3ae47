package mesh

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// The lab is a home network without a machine behind it. A test that wants it
// runs itself again in a network namespace of its own, which is the house's
// cabling: two bridges with a cable, the trunk, between them. Each node is
// another process in a namespace of its own, with a cable to a bridge.
// Namespaces live as long as a process is in them, and the processes end when
// the test's end of their pipe does, so nothing is left behind whatever happens.

const (
	insideLab = "GOTONG_MESH_LAB"
	nodeRole  = "GOTONG_MESH_NODE"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(nodeRole); role != "" {
		playNode(role)
		return
	}
	flag.Parse()
	flag.Set("test.parallel", "12") // the lab's stories are mostly waiting
	os.Exit(m.Run())
}

// lab runs the story in a lab. Without namespaces there is no answer to what
// the story asks, so that is a failure.
func lab(t *testing.T, story func(*testing.T)) {
	if os.Getenv(insideLab) == t.Name() {
		layCables(t)
		story(t)
		return
	}
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=3m")
	cmd.Env = append(os.Environ(), insideLab+"="+t.Name())
	cmd.SysProcAttr = ownNetwork()
	out, err := cmd.CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatalf("no network namespace could be made (%v): run as root, or allow user namespaces", err)
	}
	t.Logf("\n%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// ownNetwork puts a process into a new network namespace, through a user
// namespace for those who are not root.
func ownNetwork() *syscall.SysProcAttr {
	if os.Getuid() == 0 {
		return &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	}
	return &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWNET | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
}

func layCables(t *testing.T) {
	for _, line := range []string{
		"link add left type bridge", "link add right type bridge",
		"link add trunk0 type veth peer name trunk1",
		"link set trunk0 master left up", "link set trunk1 master right up",
		"link set left up", "link set right up",
	} {
		run(t, "ip", strings.Fields(line)...)
	}
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v: %s (the lab needs ip and nsenter, from iproute2 and util-linux)", name, strings.Join(args, " "), err, out)
	}
}

// machine is a namespace with a process in it that plays a node.
type machine struct {
	t     *testing.T
	name  string
	pid   int
	in    io.WriteCloser
	lines chan string
}

// part is what a machine's process is told to play.
type part struct {
	Key    byte
	Listen []string
	Ear    bool // only count the multicast packets heard on eth0
}

// plug starts a machine and connects it by eth0 to a bridge.
func plug(t *testing.T, bridge, name string, p part) *machine {
	t.Helper()
	m := boot(t, name, p)
	m.cable(bridge)
	return m
}

// boot starts a machine without any cable. Its process waits to be started.
func boot(t *testing.T, name string, p part) *machine {
	t.Helper()
	role, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), nodeRole+"="+string(role))
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, name: name, pid: cmd.Process.Pid, in: in, lines: make(chan string, 10000)}
	go func() {
		defer close(m.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			m.lines <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	m.ip("link set lo up")
	return m
}

// cable lays a cable from the machine's eth0 to a bridge and brings it up.
func (m *machine) cable(bridge string) {
	m.t.Helper()
	for _, line := range []string{
		fmt.Sprintf("link add to-%s type veth peer name eth0 netns %d", m.name, m.pid),
		fmt.Sprintf("link set to-%s master %s up", m.name, bridge),
	} {
		run(m.t, "ip", strings.Fields(line)...)
	}
	m.ip("link set eth0 up")
}

// ip runs ip on the machine.
func (m *machine) ip(line string) {
	m.t.Helper()
	args := append([]string{"-t", fmt.Sprint(m.pid), "-n", "ip"}, strings.Fields(line)...)
	run(m.t, "nsenter", args...)
}

// start has the process begin, and returns when it has.
func (m *machine) start() {
	m.t.Helper()
	m.say("start")
	m.await("started", patient)
}

func (m *machine) say(word string) {
	m.t.Helper()
	if _, err := fmt.Fprintln(m.in, word); err != nil {
		m.t.Fatal(err)
	}
}

// await returns the first line from now on that has this beginning.
func (m *machine) await(beginning string, within time.Duration) string {
	m.t.Helper()
	deadline := time.After(within)
	for {
		select {
		case line, ok := <-m.lines:
			if !ok {
				m.t.Fatalf("%s ended while %q was awaited", m.name, beginning)
			}
			if strings.HasPrefix(line, beginning) {
				return line
			}
		case <-deadline:
			m.t.Fatalf("%s did not say %q within %v", m.name, beginning, within)
		}
	}
}

// playNode is the process in a machine. It speaks on standard output and ends
// with its standard input.
func playNode(role string) {
	var p part
	if err := json.Unmarshal([]byte(role), &p); err != nil {
		panic(err)
	}
	in := bufio.NewScanner(os.Stdin)
	if !in.Scan() {
		return
	}
	if p.Ear {
		playEar(in)
		return
	}
	m, err := start(context.Background(), Config{
		Identity: keyOf(p.Key), Listen: p.Listen, Admit: everybody,
		Remember: func(info peer.AddrInfo) { fmt.Println("remember", info.Addrs) },
		Log:      slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: levelFromEnv()})),
	}, usual)
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	m.Watch(func(p Peer, connected bool) {
		fmt.Println(map[bool]string{true: "up", false: "down"}[connected], p.Address, p.Inbound)
	})
	fmt.Println("started")
	for in.Scan() {
		fmt.Println("addrs", m.Addrs())
	}
	from := time.Now()
	err = m.Close()
	fmt.Println("closed", time.Since(from).Round(time.Millisecond), err)
}

func levelFromEnv() slog.Level {
	if os.Getenv("GOTONG_MESH_DEBUG") != "" {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// playEar counts multicast packets to the port of multicast DNS.
func playEar(in *bufio.Scanner) {
	i, err := net.InterfaceByName("eth0")
	if err != nil {
		panic(err)
	}
	for _, open := range []func([]net.Interface) (group, error){openGroup4, openGroup6} {
		g, err := open([]net.Interface{*i})
		if err != nil {
			panic(err)
		}
		go func() {
			buf := make([]byte, maxPacket)
			for {
				n, _, err := g.receive(buf)
				if err != nil {
					return
				}
				fmt.Printf("heard %q\n", buf[:n])
			}
		}()
	}
	fmt.Println("started")
	for in.Scan() {
		fmt.Println("listening")
	}
}
