package archcheck

import (
	"fmt"
	"strings"
	"testing"
)

// layers says who may import whom among our own packages. "a < b" means b may
// import a and all that a may import; "dir/*" is everything below dir that has
// no line of its own. Two packages on one line, or two below one "dir/*", do
// not know each other. Tests may import what they like.
//
// This is policy. A new package is put where it belongs; a line is not loosened
// to let an import through.
const layers = `
	# True anywhere, then what every node must do alike.
	crdt
	< protocol
	< protocol/cell
	< protocol/record, protocol/roster
	< protocol/board
	< protocol/allocate;

	protocol < protocol/reconcile, protocol/numbers, protocol/blob;
	protocol/record, protocol/roster < protocol/bundle;

	# What each machine may do its own way. A leaf receives what it needs from
	# above as a function or a small interface of its own.
	protocol/allocate, protocol/bundle, protocol/reconcile, protocol/numbers, protocol/blob
	< node/*, node/api, node/words
	< node
	< cmd/*;

	# The pages are a third way to the verbs of node/api, beside its socket and
	# its client, and say its documents in the words of node/words; a second set
	# of either would drift from the first. Nothing but cmd knows them, and of
	# what makes a node they know nothing.
	node/api, node/words < node/web < cmd/*;

	# The simulator is test code, assembled from the node and its leaves.
	node < node/sim;

	# What a developer runs may look at everything; nothing looks at it.
	cmd/* < scripts/*;
`

// TestTheTableIsRead makes sure that a slip in the notation cannot allow
// everything.
func TestTheTableIsRead(t *testing.T) {
	below := mayImport(layers)
	for _, c := range []struct {
		who, whom string
		want      bool
	}{
		{"protocol", "crdt", true},
		{"cmd/*", "crdt", true},
		{"node/*", "protocol/cell", true},
		{"node", "node/*", true},
		{"crdt", "protocol", false},
		{"protocol/record", "protocol/roster", false},
		{"node/*", "node/*", false},
		{"node/*", "node", false},
		{"node/*", "node/api", false},
		{"node/api", "node/words", false},
		{"node/web", "node/api", true},
		{"node/web", "node/*", false},
		{"node/web", "node", false},
		{"node", "node/web", false},
		{"node", "cmd/*", false},
		{"cmd/*", "scripts/*", false},
	} {
		if below[c.who][c.whom] != c.want {
			t.Errorf("%s may import %s: %v, want %v", c.who, c.whom, !c.want, c.want)
		}
	}
}

// mayImport reads a table: for every place the places it may import.
func mayImport(table string) map[string]map[string]bool {
	direct := map[string][]string{}
	for _, rule := range strings.Split(withoutComments(table), ";") {
		var lower []string
		for _, stage := range strings.Split(rule, "<") {
			var upper []string
			for _, name := range strings.Split(stage, ",") {
				if name = strings.TrimSpace(name); name == "" {
					continue
				}
				direct[name] = append(direct[name], lower...)
				upper = append(upper, name)
			}
			lower = upper
		}
	}
	return closure(direct)
}

func withoutComments(table string) string {
	var kept []string
	for _, line := range strings.Split(table, "\n") {
		line, _, _ = strings.Cut(line, "#")
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}

// closure adds to every name what is reachable from it.
func closure(direct map[string][]string) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	var visit func(from, at string)
	visit = func(from, at string) {
		for _, next := range direct[at] {
			if !all[from][next] {
				all[from][next] = true
				visit(from, next)
			}
		}
	}
	for name := range direct {
		all[name] = map[string]bool{}
		visit(name, name)
	}
	return all
}

// placeOf returns the table's name for a package, or "" if it has none.
func placeOf(table map[string]map[string]bool, dir string) string {
	if _, ok := table[dir]; ok {
		return dir
	}
	first, _, _ := strings.Cut(dir, "/")
	if _, ok := table[first+"/*"]; ok && first != dir {
		return first + "/*"
	}
	return ""
}

// importComplaints holds every file against the table.
func importComplaints(files tree) (complaints []string) {
	below := mayImport(layers)
	parsed, complaints := files.goFiles()
	for _, file := range parsed {
		place := placeOf(below, file.dir)
		if place == "" {
			complaints = append(complaints, fmt.Sprintf("%s: %s has no place in the table of layers", file.path, file.dir))
			continue
		}
		for _, path := range file.imports {
			other, ours := strings.CutPrefix(path, module)
			if !ours || file.test() || below[place][placeOf(below, other)] || ownParent(place, file.dir, other) {
				continue
			}
			complaints = append(complaints, fmt.Sprintf("%s: %s may not import %s", file.path, file.dir, other))
		}
	}
	return complaints
}

// ownParent lets node/store/storetest, say, import node/store: a package below a
// leaf belongs to that leaf.
func ownParent(place, dir, other string) bool {
	return strings.HasPrefix(dir, other+"/") && strings.HasPrefix(other, strings.TrimSuffix(place, "*")) && strings.HasSuffix(place, "/*")
}
