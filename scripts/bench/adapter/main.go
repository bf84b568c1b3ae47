// Adapter starts one real Gotong node and lets a bench drive it by JSON lines on
// stdin and stdout, so that the same work can be given to other replicated
// stores and to this one. The node listens on loopback, syncs every write and
// speaks to its neighbours as a household's node does; only its neighbourhood
// is made beforehand (village.go). The verbs are those of the bench's protocol:
// load, flush, arm, connect, disconnect, digest, wait, stats, lat_put, lat_get,
// quit.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"gotong/node"
)

// options are what the bench starts a node with.
type options struct {
	dir, announce, profile string
	port                   int
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "", "where the node keeps its things; the last element names its seat (village.go)")
	flag.IntVar(&o.port, "port", 0, "TCP port on loopback")
	flag.StringVar(&o.announce, "announce", "", "address told to others: a multiaddr, \"real\" for its own, empty for none")
	flag.StringVar(&o.profile, "profile", "", "file for a CPU profile from arm to quit")
	flag.Parse()
	debug.SetGCPercent(50) // both as "gotong run" does
	go node.KeepSmall(context.Background())
	if err := run(o, bufio.NewReaderSize(os.Stdin, 1<<20), json.NewEncoder(os.Stdout)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run starts the node and answers until quit.
func run(o options, in *bufio.Reader, out *json.Encoder) error {
	v, err := newVillage()
	if err != nil {
		return err
	}
	me, err := seatOf(filepath.Base(o.dir))
	if err != nil {
		return err
	}
	if err := v.furnish(o.dir, me); err != nil {
		return err
	}
	n, err := node.New(context.Background(), node.Config{
		Dir: o.dir, Listen: []string{fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", o.port)}, Announce: announced(o.announce),
	})
	if err != nil {
		return err
	}
	b, err := newBench(v, me, n, o.profile)
	if err != nil {
		return err
	}
	return b.serve(in, out, o.port)
}

// announced returns the addresses to tell others instead of one's own; nil
// means one's own.
func announced(text string) []string {
	switch text {
	case "real":
		return nil
	case "":
		return []string{}
	}
	return []string{text}
}

// answer is one line to the bench.
type answer map[string]any

// serve says that the node is ready and answers until quit.
func (b *bench) serve(in *bufio.Reader, out *json.Encoder, port int) error {
	ready := answer{"ready": true, "id": b.peer, "addr": fmt.Sprintf("/ip4/127.0.0.1/tcp/%d/p2p/%s", port, b.peer)}
	if err := out.Encode(ready); err != nil {
		return err
	}
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return b.node.Close() // the bench is gone
		}
		var c command
		said, err := answer(nil), json.Unmarshal(line, &c)
		if err == nil && c.Op == "quit" {
			return b.quit(out)
		}
		if err == nil {
			said, err = b.do(c)
		}
		if err != nil {
			said = answer{"err": err.Error()}
		}
		if err := out.Encode(said); err != nil {
			return err
		}
	}
}

func (b *bench) quit(out *json.Encoder) error {
	begun := time.Now()
	b.endProfile()
	if err := b.node.Close(); err != nil {
		return err
	}
	return out.Encode(answer{"ok": true, "secs": time.Since(begun).Seconds()})
}

// command is one line from the bench.
type command struct {
	Op       string
	Path     string
	Batch    int
	Addr     string
	Digest   string
	Count    int
	TimeoutS float64
	GapMs    int
	Prefix   string
}

func (b *bench) do(c command) (answer, error) {
	switch c.Op {
	case "load":
		return b.load(c)
	case "flush": // every write was synced before it was answered
		return answer{"ok": true}, nil
	case "arm":
		return answer{"ok": true}, b.arm()
	case "connect":
		return b.connect(c.Addr)
	case "disconnect":
		return answer{"ok": true}, b.disconnect(c.Addr)
	case "digest":
		s, err := b.digest()
		return answer{"n": s.n, "digest": s.digest}, err
	case "wait":
		return b.wait(c)
	case "stats":
		return b.stats()
	case "size": // not of the bench's protocol: what the bytes on the wire are compared with
		return b.size()
	case "lat_put":
		return answer{"ok": true}, b.latPut(c)
	case "lat_get":
		return b.latGet()
	}
	return nil, fmt.Errorf("no such op: %q", c.Op)
}
