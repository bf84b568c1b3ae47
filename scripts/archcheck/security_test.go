package archcheck

import (
	"regexp"
	"strings"
	"testing"
)

// TestEveryPromiseOfSecurityHasItsTest: a test that SECURITY.md names is there,
// so that a promise does not outlive what holds it.
func TestEveryPromiseOfSecurityHasItsTest(t *testing.T) {
	files := repository(t)
	missing := promisedInVain(files[".github/SECURITY.md"], files)
	for _, name := range missing {
		t.Errorf("SECURITY.md names %s, and there is no such test", name)
	}
	if got := promisedInVain("TestThatNobodyWrote, TestStories", files); len(got) != 1 {
		t.Errorf("the search misses what is missing: %q", got)
	}
}

var testName = regexp.MustCompile(`Test[A-Z]\w+`)

// promisedInVain returns the tests that a text names and no file has.
func promisedInVain(text string, files tree) (missing []string) {
	for _, name := range testName.FindAllString(text, -1) {
		found := false
		for path, content := range files {
			found = found || strings.HasSuffix(path, "_test.go") && strings.Contains(content, "func "+name+"(")
		}
		if !found {
			missing = append(missing, name)
		}
	}
	return missing
}
