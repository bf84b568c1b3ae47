package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"gotong/node/words"
)

// paper is the page that a household prints its words on, or copies them from.
//
//go:embed page.html
var paper string

// sheetOfWords is what the page shows.
type sheetOfWords struct {
	Lang, Title, Lead, Warn, Code, Name, Kept, Checked, How string
	Words                                                   []string
}

// backupPage writes the page for printing.
func (a *app) backupPage(path string) error {
	me, list, err := a.paperWords()
	if err != nil {
		return err
	}
	page, err := template.New("paper").Funcs(template.FuncMap{"inc": func(n int) int { return n + 1 }}).Parse(paper)
	if err != nil {
		return fmt.Errorf("gotong: page: %w", err)
	}
	sheet := sheetOfWords{
		Lang: a.words.Lang(), Words: list,
		Title: a.say("page.title", nil), Lead: a.say("page.lead", nil), Warn: a.say("page.warn", nil),
		Code: a.say("page.code", words.Args{"code": householdCode(me)}), Name: a.say("page.name", nil),
		Kept: a.say("page.kept", nil), Checked: a.say("page.checked", nil), How: a.words.Say("page.how", words.Args{"gotong": "gotong"}),
	}
	if err := writeNew(path, func(w io.Writer) error { return page.Execute(w, sheet) }); err != nil {
		return err
	}
	a.tell("page.done", words.Args{"file": path})
	return nil
}
