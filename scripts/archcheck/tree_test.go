package archcheck

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// module is the prefix of our own import paths.
const module = "gotong/"

// tree holds the text of every file of the repository by its path.
type tree map[string]string

// goFile is one parsed Go file.
type goFile struct {
	path    string // within the repository
	dir     string // its package, as in "node/store"
	ast     *ast.File
	imports []string
}

// test says whether the file is compiled for tests only.
func (f goFile) test() bool { return strings.HasSuffix(f.path, "_test.go") }

// generated says whether a program wrote the file; nobody can tidy such code.
func (f goFile) generated() bool { return ast.IsGenerated(f.ast) }

// repository reads what git knows and what it would add, so that a breach shows
// before it is committed and a developer's own build results do not.
func repository(t *testing.T) tree {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	list := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("git cannot list the files of %s: %v", root, err)
	}
	files := tree{}
	for _, name := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // removed, and the removal not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	return files
}

// names returns the paths of all files in order.
func (files tree) names() []string {
	var all []string
	for name := range files {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}

// goFiles parses every Go file outside testdata; what does not parse is a
// complaint.
func (files tree) goFiles() (parsed []goFile, complaints []string) {
	for _, name := range files.names() {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "testdata/") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, files[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			complaints = append(complaints, err.Error())
			continue
		}
		parsed = append(parsed, goFile{name, path.Dir(name), file, importsOf(file)})
	}
	return parsed, complaints
}

// importsOf returns the paths a file imports.
func importsOf(file *ast.File) []string {
	var paths []string
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser has let it through
		}
		paths = append(paths, name)
	}
	return paths
}
