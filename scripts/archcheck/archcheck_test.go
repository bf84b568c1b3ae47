package archcheck

import (
	"strings"
	"testing"
)

// rules are all that is checked; each returns its complaints.
var rules = map[string]func(tree) []string{
	"knowledge flows one way":             importComplaints,
	"crdt and protocol are pure":          purityComplaints,
	"the top is short":                    topComplaints,
	"every package says what it is for":   docComplaints,
	"nothing is imported for its effects": blankComplaints,
	"nothing is put off":                  promiseComplaints,
}

func TestTheRepositoryKeepsItsRules(t *testing.T) {
	files := repository(t)
	if len(files) < 10 {
		t.Fatalf("only %d files found: the rules were held against nothing", len(files))
	}
	for name, complaints := range rules {
		t.Run(name, func(t *testing.T) {
			for _, complaint := range complaints(files) {
				t.Error(complaint)
			}
		})
	}
}

// breaches are one small repository for each way to break a rule: the file that
// breaks it, and words of the complaint it must draw.
var breaches = []struct{ rule, path, text, complaint string }{
	{"knowledge flows one way", "crdt/a.go", `package crdt; import "gotong/protocol"`, "crdt may not import protocol"},
	{"knowledge flows one way", "protocol/cell/a.go", `package cell; import "gotong/protocol/roster"`, "protocol/cell may not import protocol/roster"},
	{"knowledge flows one way", "protocol/record/a.go", `package record; import "gotong/protocol/roster"`, "may not import protocol/roster"},
	{"knowledge flows one way", "protocol/board/a.go", `package board; import "gotong/node/store"`, "may not import node/store"},
	{"knowledge flows one way", "node/store/a.go", `package store; import "gotong/node"`, "node/store may not import node"},
	{"knowledge flows one way", "node/store/a.go", `package store; import "gotong/node/mesh"`, "node/store may not import node/mesh"},
	{"knowledge flows one way", "node/mesh/a.go", `package mesh; import "gotong/node/store/storetest"`, "may not import node/store/storetest"},
	{"knowledge flows one way", "node/a.go", `package node; import "gotong/cmd/gotong"`, "node may not import cmd/gotong"},
	{"knowledge flows one way", "node/a.go", `package node; import "gotong/scripts/bench"`, "node may not import scripts/bench"},
	{"knowledge flows one way", "protocol/shiny/a.go", `package shiny`, "protocol/shiny has no place"},
	{"knowledge flows one way", "node/a.go", `package`, "expected"},
	{"crdt and protocol are pure", "crdt/a.go", `package crdt; import "sync/atomic"`, "sync/atomic, which looks outside"},
	{"crdt and protocol are pure", "protocol/a.go", `package protocol; import "time"`, "time, which looks outside"},
	{"crdt and protocol are pure", "protocol/cell/a.go", `package cell; import "crypto/rand"`, "crypto/rand, which looks outside"},
	{"crdt and protocol are pure", "protocol/cell/a.go", `package cell; import "math/rand/v2"`, "math/rand/v2, which looks outside"},
	{"crdt and protocol are pure", "crdt/a.go", `package crdt; import "google.golang.org/protobuf/proto"`, "nothing but the standard library"},
	{"crdt and protocol are pure", "protocol/a.go", `package protocol; import "example.org/clever"`, "nobody has judged pure"},
	{"crdt and protocol are pure", "protocol/a.go", `package protocol; func f() { go f() }`, "a go statement"},
	{"crdt and protocol are pure", "protocol/a.go", `package protocol; func init() {}`, "an init function"},
	{"the top is short", "docs/plan.md", ``, "docs does not belong at the top"},
	{"the top is short", "Makefile", ``, "Makefile does not belong at the top"},
	{"every package says what it is for", "node/a.go", `package node`, "node: no package comment"},
	{"every package says what it is for", "node/a.go", "// Package edon is\npackage node", "node: no package comment"},
	{"every package says what it is for", "cmd/gotong/a.go", `package main`, "no package comment"},
	{"every package says what it is for", "node/util/a.go", "// Package util does things.\npackage util", "a name that says nothing"},
	{"nothing is imported for its effects", "node/a.go", `package node; import _ "net/http/pprof"`, "net/http/pprof as _"},
	{"nothing is imported for its effects", "node/a.go", `package node; import . "fmt"`, "fmt as ."},
	{"nothing is put off", "node/store/keys.md", "one\n# TO" + "DO: two", "node/store/keys.md:2"},
}

func TestEveryRuleSeesItsBreach(t *testing.T) {
	for _, b := range breaches {
		complaints := rules[b.rule](tree{b.path: b.text})
		if len(complaints) != 1 || !strings.Contains(complaints[0], b.complaint) {
			t.Errorf("%s with %q: got %q, want one complaint with %q", b.path, b.text, complaints, b.complaint)
		}
	}
}

// TestWhatIsAllowedDrawsNoComplaint keeps the rules from forbidding good work.
func TestWhatIsAllowedDrawsNoComplaint(t *testing.T) {
	files := tree{
		"README.md":                   "metodologi",
		".github/CONTRIBUTING.md":     "",
		"protocol/cell/a.go":          "// Package cell is.\npackage cell; import (\"crypto/sha256\"; \"gotong/crdt\"; \"golang.org/x/crypto/chacha20poly1305\")",
		"protocol/cell/a.pb.go":       "// Code generated by protoc-gen-go. DO NOT EDIT.\n\npackage cell; import \"sync\"; func init() {}",
		"protocol/cell/a_test.go":     `package cell; import ("time"; "gotong/node/store"); func f() { go f() }`,
		"node/store/a.go":             "// Package store is.\npackage store; import (\"time\"; \"gotong/protocol/board\")",
		"node/store/storetest/a.go":   "// Package storetest is.\npackage storetest; import \"gotong/node/store\"",
		"node/a.go":                   "// Package node is.\npackage node; import (_ \"embed\"; \"gotong/node/store\"; \"gotong/node/store/storetest\")",
		"cmd/gotong/a.go":             "// Gotong is a program.\npackage main; import (\"gotong/node\"; \"gotong/node/api\")",
		"cmd/gotong/testdata/odd.go":  `this is no Go`,
		"scripts/bench/bench_test.go": "// Package bench is.\npackage bench; import \"gotong/node\"",
	}
	for name, complaints := range rules {
		for _, complaint := range complaints(files) {
			t.Errorf("%s: %s", name, complaint)
		}
	}
}
