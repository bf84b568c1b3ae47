package netlab

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// household is one namespace with one cable, one folder and one node.
type household struct {
	lab     *lab
	name    string
	dir     string   // the node's --dir
	program string   // gotong, or gotong with a wrong clock
	flags   []string // to run with
	node    *exec.Cmd
	renews  bool // a copy of its card runs elsewhere: its node may stop for a moment to take new keys
}

func (h *household) namespace() string { return h.lab.name + "-" + h.name }
func (h *household) port() string      { return h.lab.name + h.name }

// start runs the node and waits until it answers.
func (h *household) start(t *testing.T) {
	t.Helper()
	log, err := os.OpenFile(h.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	h.node = h.command(append([]string{"run"}, h.flags...)...)
	h.node.Stdout, h.node.Stderr = log, log
	if err := h.node.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, 20*time.Second, h.name+"'s node answers", func() bool {
		return h.command("status", "--json").Run() == nil
	})
}

// stop asks the node to end and holds it to a clean exit.
func (h *household) stop(t *testing.T) {
	t.Helper()
	if err := h.node.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("%s's node is not running: %v", h.name, err)
	}
	if err := h.node.Wait(); err != nil {
		t.Errorf("%s's node did not end well: %v", h.name, err)
	}
	h.node = nil
}

// copyFolder gives h everything that another household's node has on its disk.
func (h *household) copyFolder(t *testing.T, from *household) {
	t.Helper()
	run(t, "cp", "-a", from.dir+"/.", h.dir)
}

// end makes sure the node is gone. After a failure it shows how the node stands
// and its last words.
func (h *household) end(t *testing.T) {
	if t.Failed() {
		stands, _ := h.command("status").CombinedOutput()
		log, _ := os.ReadFile(h.logFile())
		t.Logf("%s's node stands so:\n%s\nand said:\n%s", h.name, stands, log[max(0, len(log)-4000):])
	}
	if h.node != nil {
		_ = h.node.Process.Kill()
		_ = h.node.Wait()
	}
}

func (h *household) logFile() string { return filepath.Join(labRoot, h.lab.name, h.name+".log") }

// command prepares gotong in this household.
func (h *household) command(args ...string) *exec.Cmd {
	args = append([]string{"netns", "exec", h.namespace(), h.program, "--dir", h.dir, "--lang", "en"}, args...)
	return exec.Command("ip", args...)
}

// gotong runs a command of gotong that has to work and returns its output.
func (h *household) gotong(t *testing.T, args ...string) string {
	t.Helper()
	cmd := h.command(args...)
	return run(t, cmd.Path, cmd.Args[1:]...)
}

// read runs a reading command of gotong and decodes its JSON.
func (h *household) read(t *testing.T, into any, args ...string) {
	t.Helper()
	args = append(args, "--json")
	if h.renews {
		waitFor(t, 10*time.Second, h.name+"'s node is back with new keys", func() bool { return h.tryToRead(t, into, args) })
		return
	}
	decode(t, h.gotong(t, args...), into)
}

// notRunning is gotong's exit code where no node runs.
const notRunning = 69

// tryToRead is read where the node may be gone for a moment. Any other failure
// ends the story.
func (h *household) tryToRead(t *testing.T, into any, args []string) bool {
	t.Helper()
	cmd := h.command(args...)
	out, err := cmd.Output()
	if cmd.ProcessState.ExitCode() == notRunning {
		return false
	}
	if err != nil {
		t.Fatalf("%s: gotong %v: %v", h.name, args, err)
	}
	decode(t, string(out), into)
	return true
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// ip runs the ip command inside the household.
func (h *household) ip(t *testing.T, args ...string) {
	t.Helper()
	run(t, "ip", append([]string{"-n", h.namespace()}, args...)...)
}

// unplug takes the household's own interface down, plugIn brings it up again.
func (h *household) unplug(t *testing.T) { h.ip(t, "link", "set", "eth0", "down") }
func (h *household) plugIn(t *testing.T) { h.ip(t, "link", "set", "eth0", "up") }

// setAddress gives the household this IPv4 address in place of any other.
func (h *household) setAddress(t *testing.T, address string) {
	t.Helper()
	h.ip(t, "-4", "addr", "flush", "dev", "eth0")
	h.ip(t, "addr", "add", address+"/24", "broadcast", "+", "dev", "eth0")
}
