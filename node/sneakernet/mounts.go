package sneakernet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// Sticks returns where sticks are mounted, in the order of mounting.
func Sticks() ([]string, error) {
	table, err := os.Open("/proc/self/mountinfo")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // no such table on this system: the person says where
	}
	if err != nil {
		return nil, fmt.Errorf("sneakernet: mounts: %w", err)
	}
	defer table.Close()
	return sticksIn(table)
}

// sticksIn reads a table in the format of proc_pid_mountinfo(5): a stick is a
// block device below the folders where desktops and people mount them.
func sticksIn(table io.Reader) ([]string, error) {
	var found []string
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		before, after, ok := strings.Cut(lines.Text(), " - ")
		mount, source := strings.Fields(before), strings.Fields(after)
		if !ok || len(mount) < 5 || len(source) < 2 || !strings.HasPrefix(source[1], "/dev/") {
			continue
		}
		if path := unescaped(mount[4]); removable(path) {
			found = append(found, path)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("sneakernet: mounts: %w", err)
	}
	return found, nil
}

func removable(path string) bool {
	return path == "/mnt" || strings.HasPrefix(path, "/mnt/") || strings.HasPrefix(path, "/media/") || strings.HasPrefix(path, "/run/media/")
}

// unescaped returns a path in which spaces and the like stand as \040.
func unescaped(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		if code, err := strconv.ParseUint(text[1:min(len(text), 4)], 8, 8); text[0] == '\\' && err == nil && len(text) >= 4 {
			b.WriteByte(byte(code))
			text = text[4:]
			continue
		}
		b.WriteByte(text[0])
		text = text[1:]
	}
	return b.String()
}
