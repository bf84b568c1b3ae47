package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// driven is an adapter as the bench sees it: lines in, lines out.
type driven struct {
	t    *testing.T
	in   io.Writer
	out  *json.Decoder
	addr string
	done chan error
}

func drive(t *testing.T, dir, announce string) *driven {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	d := &driven{t: t, in: inW, out: json.NewDecoder(outR), done: make(chan error, 1)}
	port := freePort(t)
	go func() {
		d.done <- run(options{dir: dir, announce: announce, port: port}, bufio.NewReader(inR), json.NewEncoder(outW))
	}()
	d.addr = d.answer()["addr"].(string)
	t.Cleanup(func() {
		d.ask(map[string]any{"op": "quit"})
		if err := <-d.done; err != nil {
			t.Error(err)
		}
	})
	return d
}

// freePort returns a port that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (d *driven) answer() map[string]any {
	d.t.Helper()
	var a map[string]any
	if err := d.out.Decode(&a); err != nil {
		d.t.Fatal(err)
	}
	if a["err"] != nil {
		d.t.Fatal(a["err"])
	}
	return a
}

func (d *driven) ask(c map[string]any) map[string]any {
	d.t.Helper()
	line, err := json.Marshal(c)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.in.Write(append(line, '\n')); err != nil {
		d.t.Fatal(err)
	}
	return d.answer()
}

// records writes a file as the bench does.
func records(t *testing.T, n int, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "records.jsonl")
	var lines []byte
	for i := range n {
		lines = fmt.Appendf(lines, "{\"k\":\"k%d\",\"v\":{\"text\":\"%s\"}}\n", i, text)
	}
	if err := os.WriteFile(path, lines, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatOneNodeLoadsAnotherHolds(t *testing.T) {
	dir := t.TempDir()
	x, y := drive(t, dir+"/x", "real"), drive(t, dir+"/y", "")
	x.ask(map[string]any{"op": "load", "path": records(t, 150, "air minum"), "batch": 100})
	x.ask(map[string]any{"op": "load", "path": records(t, 120, "air bersih"), "batch": 1})
	want := x.ask(map[string]any{"op": "digest"})
	if want["n"] != 150.0 {
		t.Fatalf("150 records, of which 120 were rewritten, are %v", want["n"])
	}
	if empty := y.ask(map[string]any{"op": "digest"}); empty["n"] != 0.0 {
		t.Fatalf("the second node begins with %v records", empty["n"])
	}
	y.ask(map[string]any{"op": "arm"})
	y.ask(map[string]any{"op": "connect", "addr": x.addr})
	got := y.ask(map[string]any{"op": "wait", "Digest": want["digest"], "Count": 150, "TimeoutS": 60})
	if got["ok"] != true || got["n"] != 150.0 {
		t.Fatalf("the second node has %v", got)
	}
	x.ask(map[string]any{"op": "lat_put", "Count": 1, "GapMs": 1, "Prefix": "a"})
	if after := x.ask(map[string]any{"op": "digest"}); after["digest"] != want["digest"] {
		t.Error("records of the latency test change the digest")
	}
}

func TestRecordsBeyondADeviceGoToOthers(t *testing.T) {
	x := drive(t, t.TempDir()+"/x", "")
	x.ask(map[string]any{"op": "load", "path": records(t, 4300, "beras"), "batch": 256})
	if got := x.ask(map[string]any{"op": "digest"}); got["n"] != 4300.0 {
		t.Fatalf("4,300 records are %v", got["n"])
	}
	if got := x.ask(map[string]any{"op": "size"}); got["cells"].(float64) < 4300 {
		t.Fatalf("4,300 records are %v", got)
	}
}
