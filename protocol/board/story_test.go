package board_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "gotong/protocol/board"
	"gotong/protocol/record"
)

// update writes into the stories what the boards show now: to be read before it
// is committed.
var update = flag.Bool("update", false, "write the boards into testdata/*.txt")

var errNotHere = errors.New("no such record on the board")

// TestStories tells every story of testdata. Each is a text file; README.md
// there explains its language. Whenever a story shows the board, the facts so
// far are folded again in many orders, and all must show the same.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { tell(t, file) })
	}
}

func tell(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := newStory()
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	var told []string
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		told = append(told, line)
		shown, err := s.hear(t, line)
		if err != nil {
			t.Fatalf("%s:%d: %s: %v", file, i+1, line, err)
		}
		if shown == nil {
			continue
		}
		var want []string
		first := i + 1
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  ") {
			i++
			want = append(want, lines[i])
		}
		if !slices.Equal(want, shown) && !*update {
			t.Errorf("%s:%d:\n%s\nwant\n%s", file, first, strings.Join(shown, "\n"), strings.Join(want, "\n"))
		}
		told = append(told, shown...)
	}
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(told, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// story is a town in which things happen, line by line.
type story struct {
	*town
	now   int64
	skews map[string]int64  // of clocks, by device
	names map[string]*thing // what the story calls its records
}

func newStory() *story {
	return &story{town: newTown(), now: start, skews: make(map[string]int64), names: make(map[string]*thing)}
}

// hear does what a line says. A line that shows the board returns what it
// shows, of which every line is indented.
func (s *story) hear(t *testing.T, line string) ([]string, error) {
	words, err := split(line)
	if err != nil || len(words) == 0 || words[0] == "#" {
		return nil, err
	}
	if words[0] == "board" {
		return s.show(t, words[1:])
	}
	if do, ok := stage[words[0]]; ok {
		return nil, do(s, words[1:])
	}
	d, ok := s.devices[words[0]]
	if !ok || len(words) < 2 || verbs[words[1]] == nil {
		return nil, errors.New("who does what?")
	}
	return nil, verbs[words[1]](s, d, words[2:])
}

// split cuts a line into words; quotes hold some together.
func split(line string) ([]string, error) {
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		word, rest, _ := strings.Cut(line, " ")
		if line[0] == '"' {
			var closed bool
			if word, rest, closed = strings.Cut(line[1:], `"`); !closed {
				return nil, errors.New("a quote is open")
			}
		}
		words, line = append(words, word), rest
	}
	return words, nil
}

// stage holds what happens to the town rather than in it.
var stage = map[string]func(s *story, args []string) error{
	"households": func(s *story, args []string) error {
		for _, name := range args {
			s.settle(name, name)
		}
		return nil
	},
	"device": func(s *story, args []string) error {
		household, _, _ := strings.Cut(args[0], "/")
		s.settle(args[0], household)
		return nil
	},
	"steward": func(s *story, args []string) error {
		s.roster.stewards[householdID(args[0])] = true
		return s.reroll()
	},
	"founder": func(s *story, args []string) error {
		s.roster.founders[householdID(args[0])] = true
		return s.reroll()
	},
	"guest": func(s *story, args []string) error {
		s.roster.guests[householdID(args[0])] = true
		return s.reroll()
	},
	"vouched": func(s *story, args []string) error {
		delete(s.roster.guests, householdID(args[0]))
		return s.reroll()
	},
	"known": func(s *story, args []string) error {
		s.admit(s.devices[args[0]])
		return s.reroll()
	},
	"unknown": func(s *story, args []string) error {
		delete(s.roster.devices, s.devices[args[0]].id())
		return s.reroll()
	},
	"at": func(s *story, args []string) error {
		after, err := duration(args[0])
		s.now = start + after
		return err
	},
	"clock": func(s *story, args []string) error {
		if args[1] == "1970" {
			s.skews[args[0]] = -start
			return nil
		}
		skew, err := duration(args[1])
		s.skews[args[0]] = skew
		return err
	},
	"apart":    func(s *story, _ []string) error { s.scatter(); return nil },
	"together": func(s *story, _ []string) error { s.gather(); return nil },
}

// reroll gives the board a copy of the roster as it is now.
func (s *story) reroll() error {
	s.roster = &roll{maps.Clone(s.roster.devices), maps.Clone(s.roster.stewards), maps.Clone(s.roster.founders), maps.Clone(s.roster.guests)}
	s.board.SetRoster(s.roster)
	return nil
}

// show looks at the board, without some records if the line says so, in all the
// ways in which it can have come about.
func (s *story) show(t *testing.T, args []string) ([]string, error) {
	if len(args) == 0 {
		s.sameInAnyOrder(t, s.facts(), s.history, s.board)
		return s.look(s.board), nil
	}
	without := func(f Fact) bool {
		return slices.ContainsFunc(args[1:], func(name string) bool { return f.Part.Birth == s.names[name].birth })
	}
	facts, history := slices.DeleteFunc(s.facts(), without), slices.DeleteFunc(slices.Clone(s.history), without)
	b := Fold(s.roster, facts)
	s.sameInAnyOrder(t, facts, history, b)
	return s.look(b), nil
}

// sameInAnyOrder folds the facts in shuffled orders, and applies the history in
// shuffled orders as a node does that keeps the newest cell of a place.
func (s *story) sameInAnyOrder(t *testing.T, facts, history []Fact, b *Board) {
	t.Helper()
	want, hash := s.look(b), b.Hash()
	chance := rand.New(rand.NewSource(int64(len(history))))
	for range 20 {
		shuffled := slices.Clone(facts)
		chance.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		s.expectSame(t, "folded in another order", Fold(s.roster, shuffled), want, hash)

		shuffled = slices.Clone(history)
		chance.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		s.expectSame(t, "heard in another order", s.heard(t, shuffled, chance), want, hash)
	}
}

// heard applies a history as it comes, looking at the board and renewing the
// roster now and then.
func (s *story) heard(t *testing.T, history []Fact, chance *rand.Rand) *Board {
	b := New(&roll{stewards: s.roster.stewards, founders: s.roster.founders, guests: s.roster.guests})
	stands := make(map[Place]Fact)
	for i, f := range history {
		if old, ok := stands[f.Place]; !ok || newer(f, old) {
			stands[f.Place] = f
			b.Apply(f)
		}
		if i == len(history)/2 {
			b.SetRoster(s.roster)
		}
		if chance.Intn(2) == 0 {
			s.look(b)
			s.expectOpen(t, b)
		}
	}
	b.SetRoster(s.roster)
	return b
}

func (s *story) expectSame(t *testing.T, how string, b *Board, want []string, hash [32]byte) {
	t.Helper()
	if got := s.look(b); !slices.Equal(got, want) {
		t.Fatalf("%s the board shows\n%s\nnot\n%s", how, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if b.Hash() != hash {
		t.Fatalf("%s the board shows the same, but its hash is another", how)
	}
	s.expectOpen(t, b)
}

// expectOpen: what Open lists are the items that have not ended, in order.
func (s *story) expectOpen(t *testing.T, b *Board) {
	t.Helper()
	for _, kind := range []record.Kind{record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER} {
		var open, items []string
		for i := range b.At(s.now).Open(kind) {
			open = append(open, i.ID.String())
		}
		for _, i := range b.At(s.now).Items(kind) {
			if !i.Ended() {
				items = append(items, i.ID.String())
			}
		}
		if !slices.Equal(open, items) {
			t.Fatalf("Open lists %v, Items %v", open, items)
		}
	}
}

func (s *story) wall(d *device) int64 { return s.now + s.skews[d.name] }

func duration(text string) (int64, error) {
	units := map[string]int64{"m": 60_000, "h": 3_600_000, "d": 86_400_000}
	var n int64
	var unit string
	if _, err := fmt.Sscanf(text, "%d%1s", &n, &unit); err != nil || units[unit] == 0 {
		return 0, fmt.Errorf("how long is %s?", text)
	}
	return n * units[unit], nil
}
