package interop

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gotong/node"
	"gotong/protocol"
	"gotong/protocol/roster"
)

// program is greet.mjs, ready to run in a folder with what it needs.
type program string

// install copies the program to a folder of its own and has npm put its
// packages there, at the versions of package-lock.json.
func install(t *testing.T) program {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "promises.mjs", "frames.mjs", "greet.mjs"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("this test needs npm and its packages: %v\n%s", err, out)
	}
	return program(dir)
}

// greet runs the program against a node.
func (p program) greet(t *testing.T, n *node.Node, invite, name string) seen {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	js := exec.CommandContext(ctx, "node", "--import", "./promises.mjs", "greet.mjs", n.Addrs()[0], invite, name)
	js.Dir = string(p)
	var wrong bytes.Buffer
	js.Stderr = &wrong
	out, err := js.Output()
	if err != nil {
		t.Fatalf("greet.mjs: %v\n%s", err, wrong.Bytes())
	}
	var s seen
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatalf("greet.mjs says %q: %v", out, err)
	}
	return s
}

// start starts a node on loopback.
func start(t *testing.T) *node.Node {
	t.Helper()
	n, err := node.New(context.Background(), node.Config{Dir: t.TempDir(), Listen: []string{"/ip4/127.0.0.1/tcp/0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// foreign returns an invitation to a neighbourhood that no node is in.
func foreign() string {
	return roster.Invite{Neighbourhood: protocol.NeighbourhoodID{1}, Seed: [16]byte{2}}.Text()
}

// deviceNamed is the device that greet.mjs has for a household.
func deviceNamed(name string) protocol.DeviceID {
	seed := sha256.Sum256([]byte(name + "'s device"))
	return protocol.DeviceOf(ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey))
}

// digest is what a node says of its roster to a dialer (node/exchange/SPEC.md 3).
func digest(h *node.Neighbourhood, listener, dialer protocol.DeviceID) string {
	n := h.ID()
	parts := [][]byte{n[:], dialer[:], listener[:]}
	var ids [][]byte
	for _, op := range h.Roster().Keep() {
		id := op.ID()
		ids = append(ids, id[:])
	}
	slices.SortFunc(ids, bytes.Compare)
	sum := protocol.Hash("gotong/exchange/roster/1\x00", append(parts, ids...)...)
	return hex.EncodeToString(sum[:])
}
