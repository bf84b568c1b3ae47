package archcheck

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// top is all that may lie at the top of the repository, beside dot files.
var top = []string{"cmd", "crdt", "node", "protocol", "scripts", "go.mod", "go.sum", "README.md", "LICENSE"}

// vague are package names that say nothing about what is inside.
var vague = []string{"util", "utils", "common", "lib", "model", "manager", "helper", "helpers", "misc"}

// promises are words that put work off. They are written in two parts here so
// that this file does not accuse itself.
var promises = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)

// topComplaints keeps the top of the repository short.
func topComplaints(files tree) (complaints []string) {
	seen := map[string]bool{}
	for _, name := range files.names() {
		first, _, _ := strings.Cut(name, "/")
		if seen[first] || strings.HasPrefix(first, ".") || slices.Contains(top, first) {
			continue
		}
		seen[first] = true
		complaints = append(complaints, fmt.Sprintf("%s does not belong at the top", first))
	}
	return complaints
}

// docComplaints asks every package to say what it is for, and for a name that
// does too.
func docComplaints(files tree) (complaints []string) {
	parsed, complaints := files.goFiles()
	documented := map[string]bool{}
	for _, file := range parsed {
		says := file.ast.Doc.Text()
		named := strings.HasPrefix(says, "Package "+file.ast.Name.Name+" ")
		documented[file.dir] = documented[file.dir] || named || file.ast.Name.Name == "main" && says != ""
	}
	for dir, ok := range documented {
		if !ok {
			complaints = append(complaints, fmt.Sprintf("%s: no package comment", dir))
		}
		if slices.Contains(vague, path.Base(dir)) {
			complaints = append(complaints, fmt.Sprintf("%s: a name that says nothing", dir))
		}
	}
	sort.Strings(complaints)
	return complaints
}

// blankComplaints finds packages imported for what they do on their own; only
// embed needs that.
func blankComplaints(files tree) (complaints []string) {
	parsed, complaints := files.goFiles()
	for _, file := range parsed {
		for i, spec := range file.ast.Imports {
			if file.generated() || file.imports[i] == "embed" || spec.Name == nil {
				continue
			}
			if spec.Name.Name == "." && file.test() && file.imports[i] == module+file.dir {
				continue // a test from outside that reads like one from inside
			}
			if name := spec.Name.Name; name == "_" || name == "." {
				complaints = append(complaints, fmt.Sprintf("%s: imports %s as %s", file.path, file.imports[i], name))
			}
		}
	}
	return complaints
}

// promiseComplaints finds words that put work off, in whatever kind of file.
func promiseComplaints(files tree) (complaints []string) {
	for _, name := range files.names() {
		for i, line := range strings.Split(files[name], "\n") {
			if word := promises.FindString(line); word != "" {
				complaints = append(complaints, fmt.Sprintf("%s:%d: %s", name, i+1, word))
			}
		}
	}
	return complaints
}
