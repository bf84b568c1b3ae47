package main

import (
	"strings"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

// lines reads further things that are asked for or offered.
func lines(texts []string) ([]api.DraftLine, error) {
	var all []api.DraftLine
	for _, text := range texts {
		line, err := lineOf(text)
		if err != nil {
			return nil, err
		}
		all = append(all, line)
	}
	return all, nil
}

// lineOf reads "10 kg beras", "2 selimut" or "perahu": how many, of which unit,
// of what. What is no known kind stands as it was written.
func lineOf(text string) (line api.DraftLine, err error) {
	rest := strings.Fields(text)
	if len(rest) == 0 {
		return line, usage("usage.also", words.Args{"value": text})
	}
	if strings.IndexAny(rest[0], "0123456789") == 0 {
		if line.Quantity, err = quantity("--also", rest[0]); err != nil {
			return line, err
		}
		rest = rest[1:]
	}
	if len(rest) > 1 && line.Quantity > 0 {
		if code, err := unit(rest[0]); err == nil {
			line.Unit, rest = code, rest[1:]
		}
	}
	if len(rest) == 0 {
		return line, usage("usage.also", words.Args{"value": text})
	}
	what := strings.Join(rest, " ")
	if line.Category, err = kind(what); err != nil {
		line.Category, line.What = record.CategoryOther, what
	}
	return line, nil
}
