package pages

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

var (
	shots   = flag.String("shots", "", "folder for pictures of every page")
	figures = flag.Bool("figures", false, "measure, which takes the machine for itself")
)

// verdict is one line of what a program of this folder says.
type verdict struct {
	Story string `json:"story"`
	Wrong string `json:"wrong"` // empty: it went well
	Took  int    `json:"took_ms"`
	Says  string `json:"says"` // a figure
}

// TestInABrowser runs stories.mjs: each story is a test of its own.
func TestInABrowser(t *testing.T) {
	seen := 0
	for _, v := range play(t, "stories.mjs") {
		seen++
		t.Run(v.Story, func(t *testing.T) {
			if v.Wrong != "" {
				t.Error(v.Wrong)
			}
			t.Logf("%d ms", v.Took)
		})
	}
	if seen < 12 {
		t.Errorf("only %d stories were told", seen)
	}
}

// TestFigures prints how fast and how heavy the pages are.
func TestFigures(t *testing.T) {
	if !*figures {
		t.Skip("only with -figures: other work on the machine would be measured too")
	}
	for _, v := range play(t, "figures.mjs") {
		if v.Wrong != "" {
			t.Errorf("%s: %s", v.Story, v.Wrong)
		}
		t.Log(v.Story, ": ", v.Says)
	}
}

// play runs a program of this folder and returns what it says.
func play(t *testing.T, program string) (all []verdict) {
	t.Helper()
	browser := find(t, "chromium", "chromium-browser", "google-chrome")
	dir := install(t, program)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	js := exec.CommandContext(ctx, "node", program)
	js.Dir, js.Stderr = dir, os.Stderr
	js.Env = append(os.Environ(), "GOTONG="+build(t), "CHROMIUM="+browser, "SHOTS="+*shots, "WORK="+t.TempDir(), "TZ=Asia/Jakarta")
	js.Cancel = func() error { return js.Process.Signal(os.Interrupt) } // it ends what it started
	js.WaitDelay = 10 * time.Second
	out, err := js.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := js.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Errorf("%s says %q", program, lines.Text())
			continue
		}
		all = append(all, v)
	}
	if err := js.Wait(); err != nil {
		t.Errorf("%s: %v", program, err)
	}
	return all
}

func find(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("this test needs a browser: apt-get install %s", names[0])
	return ""
}

// install copies the programs to a folder of their own and has npm put their
// packages there, at the versions of package-lock.json.
func install(t *testing.T, program string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "world.mjs", program} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("this test needs npm and its packages: %v\n%s", err, out)
	}
	return dir
}

// build makes the real program.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gotong")
	if out, err := exec.Command("go", "build", "-o", path, "gotong/cmd/gotong").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}
