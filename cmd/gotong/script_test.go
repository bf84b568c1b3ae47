package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gotong/node/api"
)

// TestMain lets the stories run the real program: the test binary is gotong
// when it is called by that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gotong": main})
}

// patience bounds what a story waits for.
const patience = 30 * time.Second

func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": start, "halt": halt, "exits": endsWith, "grab": grab, "until": until, "crowd": crowd, "normal": normal, "cut": cut, "picture": picture,
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("no condition %q", cond)
		},
		Setup: func(e *testscript.Env) error {
			e.Values["running"] = make(map[string]*process)
			e.Setenv("LANG", "id_ID.UTF-8")
			e.Setenv("TZ", "Asia/Jakarta")
			return nil
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// process is a program that a story keeps running.
type process struct {
	*exec.Cmd
	out   bytes.Buffer
	talk  *ear
	ended chan error
}

// ear listens for a pattern in what a program says.
type ear struct {
	mu      sync.Mutex
	heard   bytes.Buffer
	pattern *regexp.Regexp
	ready   chan struct{}
}

func (e *ear) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	before := e.pattern.Match(e.heard.Bytes())
	e.heard.Write(b)
	if !before && e.pattern.Match(e.heard.Bytes()) {
		close(e.ready)
	}
	return len(b), nil
}

func (e *ear) text() []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	return bytes.Clone(e.heard.Bytes())
}

func runningIn(ts *testscript.TestScript) map[string]*process {
	return ts.Value("running").(map[string]*process)
}

// start NAME PATTERN PROGRAM ARG...: runs a program beside the story, and goes
// on once its stderr fits PATTERN. NAME.err holds what it said so far.
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: start NAME PATTERN PROGRAM ARG...")
	}
	p := &process{Cmd: command(ts, args[2:]), ended: make(chan error, 1)}
	p.talk = &ear{pattern: regexp.MustCompile(args[1]), ready: make(chan struct{})}
	p.Stdout, p.Stderr = &p.out, p.talk
	ts.Check(p.Start())
	go func() { p.ended <- p.Wait() }()
	ts.Defer(func() { p.Process.Kill() })
	select {
	case <-p.talk.ready:
	case err := <-p.ended:
		ts.Fatalf("%s ended (%v) without %q:\n%s", args[0], err, args[1], p.talk.text())
	case <-time.After(patience):
		ts.Fatalf("%s did not say %q", args[0], args[1])
	}
	runningIn(ts)[args[0]] = p
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), p.talk.text(), 0o644))
}

// halt NAME [KILL]: tells a program to end, or kills it, and waits for it. One
// that was told has to end well. NAME.out and NAME.err hold what it said.
func halt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || runningIn(ts)[args[0]] == nil {
		ts.Fatalf("usage: halt NAME [KILL]")
	}
	p := runningIn(ts)[args[0]]
	signal := syscall.SIGTERM
	if len(args) > 1 {
		signal = syscall.SIGKILL
	}
	ts.Check(p.Process.Signal(signal))
	select {
	case err := <-p.ended:
		if err != nil && len(args) == 1 {
			ts.Fatalf("%s ended badly: %v\n%s", args[0], err, p.talk.text())
		}
	case <-time.After(patience):
		ts.Fatalf("%s does not end", args[0])
	}
	delete(runningIn(ts), args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), p.talk.text(), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), p.out.Bytes(), 0o644))
}

// command makes a command as the story would run it.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	path := args[0]
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if full := filepath.Join(dir, args[0]); exists(full) {
			path = full
			break
		}
	}
	c := exec.Command(path, args[1:]...)
	c.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "LANG", "TZ", "GOTONG_DIR", "NO_COLOR"} {
		c.Env = append(c.Env, name+"="+ts.Getenv(name))
	}
	return c
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// endsWith is exits CODE PROGRAM ARG...: runs a program that has to end with that code.
func endsWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := codeOf(ts, ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("%q ended with %d, want %d", args[1:], got, want)
	}
	if talk := ts.ReadFile("stderr"); strings.Contains(talk, "goroutine ") || strings.Contains(talk, "panic") {
		ts.Fatalf("a stack trace:\n%s", talk)
	}
}

func codeOf(ts *testscript.TestScript, err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}

// grab VAR FILE PATTERN: puts what the pattern's group fits in FILE, which may
// be stdout or stderr, into an environment variable.
func grab(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: grab VAR FILE PATTERN")
	}
	m := regexp.MustCompile(args[2]).FindStringSubmatch(ts.ReadFile(args[1]))
	if len(m) != 2 {
		ts.Fatalf("%s does not fit %q", args[1], args[2])
	}
	ts.Setenv(args[0], m[1])
}

// until PATTERN PROGRAM ARG...: runs a program again and again until its stdout
// fits PATTERN: what neighbours wrote takes a moment to arrive.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until PATTERN PROGRAM ARG...")
	}
	pattern := regexp.MustCompile(args[0])
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err := ts.Exec(args[1], args[2:]...); err == nil && pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("%q never showed %q", args[1:], args[0])
}

// crowd DIR N VAR: writes N requests and puts into VAR a character that the ids
// of several begin with; N has to be more than there are characters.
func crowd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: crowd DIR N VAR")
	}
	node, err := api.NewClient(ts.MkAbs(args[0]))
	ts.Check(err)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	firsts := make(map[string]int)
	for range n {
		doc, err := node.Ask(context.Background(), api.Draft{Title: "galon"})
		ts.Check(err)
		firsts[doc.ID[:1]]++
	}
	for first, count := range firsts {
		if count > 1 {
			ts.Setenv(args[2], first)
			return
		}
	}
	ts.Fatalf("no two of %d ids begin alike", n)
}

// cut FILE HALF: writes the first half of a file to another.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cut FILE HALF")
	}
	whole := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(whole[:len(whole)/2]), 0o600))
}

// variable is what differs between two runs of a story, and what stands for it.
var variable = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`), "TIME"},
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "HASH"},
	{regexp.MustCompile(`\bGTG1(-[0-9A-Z]{5}){13}\b`), "INVITE"},
	{regexp.MustCompile(`/tcp/\d+`), "/tcp/PORT"},
	{regexp.MustCompile(`\b12D3Koo\w+`), "PEER"},
	{regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{26}\b`), "ID"},
	{regexp.MustCompile(`"(short)": "[0-9A-HJKMNP-TV-Z]{4,8}"`), `"$1": "SHORT"`},
	{regexp.MustCompile(`"(round_trip_ms)": [0-9.]+`), `"$1": MS`},
}

// normal FILE: writes the JSON on stdout to FILE, indented, with what differs
// between runs replaced, so that a story can compare it.
func normal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: normal FILE")
	}
	var indented bytes.Buffer
	ts.Check(json.Indent(&indented, []byte(strings.TrimSpace(ts.ReadFile("stdout"))), "", "  "))
	text := strings.ReplaceAll(indented.String(), ts.MkAbs("."), "WORK") + "\n"
	for _, v := range variable {
		text = v.pattern.ReplaceAllString(text, v.name)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// picture FILE SECRET [SIDE]: writes a photo as a phone does, with a place and a
// camera in it; one of noise, so that it is not small.
func picture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: picture FILE SECRET [SIDE]")
	}
	side := 300
	if len(args) > 2 {
		n, err := strconv.Atoi(args[2])
		ts.Check(err)
		side = n
	}
	p := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range p.Pix {
		p.Pix[i] = byte(i*i>>3) ^ byte(i>>9)*37
	}
	var b bytes.Buffer
	ts.Check(jpeg.Encode(&b, p, nil))
	exif := "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x00" + args[1]
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1, byte((len(exif) + 2) >> 8), byte(len(exif) + 2)}, exif...)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(head, b.Bytes()[2:]...), 0o644))
}
