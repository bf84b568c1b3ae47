package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// The README's list of commands is that of the program.
func TestTheReadmeNamesEveryCommand(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "## What one can type")
	list, _, _ = strings.Cut(list, "\n## ")
	var out bytes.Buffer
	named := strings.Count(list, "`") / 2
	all := 0
	for _, c := range newRoot(newApp(nil, os.Getenv, &out, &out, time.Now)).Commands() {
		all++
		if !strings.Contains(list, "`"+c.Name()+"`") {
			t.Errorf("README.md does not name %s", c.Name())
		}
	}
	if named != all+1 { // and "gotong help COMMAND"
		t.Errorf("README.md names %d commands, there are %d", named-1, all)
	}
}
