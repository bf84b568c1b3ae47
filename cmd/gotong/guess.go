package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

// guess takes the kind from the text where nobody said one, if the person at
// the terminal agrees.
func (a *app) guess(line *api.DraftLine, text string) {
	likely := words.Guess(text)
	if line.Category != "" || len(likely) == 0 || a.json || !isTerminal(os.Stdin) {
		return
	}
	fmt.Fprint(a.err, a.say("guess.ask", words.Args{"kind": a.label(likely[0])}), " ")
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "", "y", "ya", "yes":
		line.Category = likely[0]
	}
}

// hint tells how to say the kind of what was written without one.
func (a *app) hint(doc api.Written) {
	likely := words.Guess(doc.Item.Title)
	if len(likely) == 0 || doc.Repeated || len(doc.Item.Lines) != 1 || doc.Item.Lines[0].Category != record.CategoryOther {
		return
	}
	a.tell("guess.hint", words.Args{"kind": a.label(likely[0]), "id": doc.Item.Short, "code": likely[0]})
}
