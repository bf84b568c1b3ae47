package archcheck

import (
	"fmt"
	"go/ast"
	"strings"
)

// outside lists what the pure packages may not import: each brings in a clock,
// a disk, a socket, chance, another goroutine or the machine. "x/..." is x and
// all below it.
var outside = []string{
	"C", "context", "crypto/rand", "embed", "expvar", "flag", "io/ioutil",
	"log/...", "math/rand/...", "net/...", "os/...", "plugin", "runtime/...",
	"sync/...", "syscall/...", "testing/...", "time", "unsafe",
}

// inside lists the modules of others that the pure packages may import, after
// somebody has read what they do.
var inside = []string{
	"golang.org/x/crypto/...",
	"google.golang.org/protobuf/...",
}

// pure says whether a package must give the same answer everywhere.
func pure(dir string) bool { return matches(dir, "crdt/...") || matches(dir, "protocol/...") }

// matches holds an import path against a pattern.
func matches(path, pattern string) bool {
	root, below := strings.CutSuffix(pattern, "/...")
	return path == root || below && strings.HasPrefix(path, root+"/")
}

func matchesAny(path string, patterns []string) bool {
	for _, pattern := range patterns {
		if matches(path, pattern) {
			return true
		}
	}
	return false
}

// purityComplaints judges direct imports, go statements and init functions in
// crdt and protocol. Tests and generated code are let off: the first never run
// in a node, the second nobody can tidy.
func purityComplaints(files tree) (complaints []string) {
	parsed, complaints := files.goFiles()
	for _, file := range parsed {
		if !pure(file.dir) || file.test() || file.generated() {
			continue
		}
		for _, path := range file.imports {
			if reason := impure(file.dir, path); reason != "" {
				complaints = append(complaints, fmt.Sprintf("%s: imports %s, %s", file.path, path, reason))
			}
		}
		for _, what := range actsAlone(file.ast) {
			complaints = append(complaints, fmt.Sprintf("%s: %s in a pure package", file.path, what))
		}
	}
	return complaints
}

// impure says why a pure package may not import path, or "".
func impure(dir, path string) string {
	switch {
	case strings.HasPrefix(path, module):
		return "" // the table of layers judges it
	case matchesAny(path, outside):
		return "which looks outside"
	case !strings.Contains(strings.SplitN(path, "/", 2)[0], "."):
		return "" // the rest of the standard library
	case matches(dir, "crdt/..."):
		return "but crdt needs nothing but the standard library"
	case !matchesAny(path, inside):
		return "a module that nobody has judged pure"
	}
	return ""
}

// actsAlone lists what starts without being called.
func actsAlone(file *ast.File) (found []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, "a go statement")
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				found = append(found, "an init function")
			}
		}
		return true
	})
	return found
}
