package netlab

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// nowLine is the line of Go's time.Now that asks the system for the time.
const nowLine = "\tsec, nsec, mono := runtimeNow()\n"

// clockOverlay writes an overlay for "go build -overlay" in which time.Now is
// behind by the seconds since 1970, and returns its path. The whole program,
// libraries included, then believes that it is 1970, as on a machine without a
// battery for its clock, while time passes as usual. Neither a time namespace
// nor a preloaded library can do that to a Go program: the first leaves the wall
// clock alone, and Go does not ask the C library for the time.
func clockOverlay(folder string) (string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	original := filepath.Join(strings.TrimSpace(string(root)), "src/time/time.go")
	text, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	before, after, found := strings.Cut(string(text), nowLine)
	if !found {
		return "", fmt.Errorf("%s has changed: time.Now no longer reads %q", original, nowLine)
	}
	behind := fmt.Sprintf("\tsec -= %d\n", time.Now().Truncate(yearish).Unix())
	changed := filepath.Join(folder, "time.go")
	if err := os.WriteFile(changed, []byte(before+nowLine+behind+after), 0o600); err != nil {
		return "", err
	}
	return writeOverlay(folder, original, changed)
}

// yearish is how long one overlay serves, so that Go's build cache does too.
const yearish = 365 * 24 * time.Hour

func writeOverlay(folder, original, changed string) (string, error) {
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: changed}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "overlay.json")
	return path, os.WriteFile(path, overlay, 0o600)
}
