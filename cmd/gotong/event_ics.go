package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/export"
)

// newEventICS writes a calendar that telephones read.
func newEventICS(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "ics [ID]", Short: a.say("help.event-ics", nil), Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			node, err := a.node()
			if err != nil {
				return err
			}
			name, events, err := a.toExport(c.Context(), node, args)
			if err != nil {
				return err
			}
			var entries []export.Entry
			for _, e := range events {
				entries = append(entries, entryOf(e))
			}
			return export.WriteCalendar(a.out, name, entries)
		},
	}
}

// toExport returns the event named, or all that come.
func (a *app) toExport(ctx context.Context, node *api.Client, ids []string) (string, []api.Gathering, error) {
	if len(ids) == 0 {
		doc, err := node.Gatherings(ctx, api.GatheringQuery{Target: a.target("")})
		return doc.Neighbourhood.Name, doc.Events, err
	}
	doc, err := node.Gathering(ctx, api.GatheringQuery{Target: a.target(ids[0])})
	return doc.Neighbourhood.Name, []api.Gathering{doc.Event}, err
}

// entryOf tells an event from its first time on; who comes is not told.
func entryOf(e api.Gathering) export.Entry {
	return export.Entry{
		UID: e.ID, Summary: e.Title, Description: e.Body, Location: e.Place, Start: e.First, End: e.First.Add(e.End.Sub(e.Start)),
		Offset: time.Duration(e.UTCOffset) * time.Minute, Rule: e.Repeats, Created: e.Created, Changed: e.Changed, CalledOff: e.State == api.EventOff,
	}
}
