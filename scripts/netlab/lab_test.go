package netlab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// lab is one story's network: a west and an east switch, a trunk between them,
// and the households plugged into them.
type lab struct {
	name       string // in front of every name, so that stories may run side by side
	households []*household
	routers    int
	plugged    func(port string) // told of every port of a switch
}

// side is one of the two switches.
type side string

const (
	west side = "w"
	east side = "e"
)

var labs atomic.Int32

// newLab builds the two switches and the trunk.
func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{name: fmt.Sprintf("l%d", labs.Add(1))}
	t.Cleanup(func() { l.takeDown(t) })
	for _, s := range []side{west, east} {
		ip(t, "link", "add", l.bridge(s), "type", "bridge")
		ip(t, "link", "set", l.bridge(s), "up")
	}
	ip(t, "link", "add", l.trunk(west), "type", "veth", "peer", "name", l.trunk(east))
	for _, s := range []side{west, east} {
		ip(t, "link", "set", l.trunk(s), "master", l.bridge(s), "up")
	}
	return l
}

// names are given to the households of a lab in turn.
var names = []string{"sari", "wati", "budi", "joko", "dewi", "agus", "rini", "tono", "ayu", "eko"}

// plug adds a household to a switch; it is not running yet.
func (l *lab) plug(t *testing.T, s side) *household {
	t.Helper()
	h := l.plugInto(t, l.bridge(s))
	h.setAddress(t, fmt.Sprintf("10.77.0.%d", len(l.households)))
	return h
}

// nameOf names the nth household of a lab.
func nameOf(n int) string {
	if n < len(names) {
		return names[n]
	}
	return fmt.Sprintf("rumah%d", n)
}

// plugInto adds a household without an address to a bridge.
func (l *lab) plugInto(t *testing.T, bridge string) *household {
	t.Helper()
	h := &household{lab: l, name: nameOf(len(l.households)), program: program("gotong")}
	h.dir = filepath.Join(labRoot, l.name, h.name)
	if err := os.MkdirAll(h.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ip(t, "netns", "add", h.namespace())
	ip(t, "link", "add", h.port(), "type", "veth", "peer", "name", "eth0", "netns", h.namespace())
	ip(t, "link", "set", h.port(), "master", bridge, "up")
	if l.plugged != nil {
		l.plugged(h.port())
	}
	h.ip(t, "link", "set", "lo", "up")
	h.ip(t, "link", "set", "eth0", "up")
	l.households = append(l.households, h)
	return h
}

func (l *lab) bridge(s side) string { return l.name + "-" + string(s) }
func (l *lab) trunk(s side) string  { return l.name + "-t" + string(s) }

// cutTrunk parts west from east; no household sees its own cable go.
func (l *lab) cutTrunk(t *testing.T) { ip(t, "link", "set", l.trunk(west), "down") }

// mendTrunk joins west and east again.
func (l *lab) mendTrunk(t *testing.T) { ip(t, "link", "set", l.trunk(west), "up") }

// slowTrunk lets the trunk carry that much each way, as in "64kbit".
func (l *lab) slowTrunk(t *testing.T, rate string) {
	for _, s := range []side{west, east} {
		run(t, "tc", "qdisc", "add", "dev", l.trunk(s), "root", "tbf", "rate", rate, "burst", "4kb", "latency", "500ms")
	}
}

// takeDown ends the nodes and frees what a story no longer needs. What it leaves
// goes with the lab's namespaces.
func (l *lab) takeDown(t *testing.T) {
	for _, h := range l.households {
		h.end(t)
		_ = exec.Command("ip", "netns", "del", h.namespace()).Run()
	}
	for _, s := range []side{west, east} {
		_ = exec.Command("ip", "link", "del", l.bridge(s)).Run()
	}
	_ = exec.Command("ip", "link", "del", l.trunk(west)).Run()
	_ = os.RemoveAll(filepath.Join(labRoot, l.name))
}

// ip runs the ip command where the switches are.
func ip(t *testing.T, args ...string) {
	t.Helper()
	run(t, "ip", args...)
}

// run runs a command that has to work and returns what it printed.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	var stdout, stderr strings.Builder
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String()
}
