package main

import (
	"bytes"
	"context"

	"gotong/node/api"
	"gotong/node/export"
)

// exportCalendar writes the gatherings that may be told outside; whoever comes
// is not told.
func (a *app) exportCalendar(ctx context.Context, f exportFlags) error {
	node, err := a.node()
	if err != nil {
		return err
	}
	name, events, err := a.toExport(ctx, node, nil)
	if err != nil {
		return err
	}
	if f.preview {
		a.line("UID, DTSTART, DTEND, RRULE, SUMMARY, DESCRIPTION, LOCATION, STATUS")
		return nil
	}
	var b bytes.Buffer
	if err := export.WriteCalendar(&b, name, outside(events)); err != nil {
		return err
	}
	return a.writeTo(f.file, b.Bytes())
}

func outside(events []api.Gathering) []export.Entry {
	var open []export.Entry
	for _, e := range events {
		if e.Outside {
			open = append(open, entryOf(e))
		}
	}
	return open
}
