package main

import (
	"context"
	"crypto/rand"
	"io"
	"os"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

// pipe stands for stdin or stdout in place of a folder.
const pipe = "-"

func newCarry(a *app) *cobra.Command {
	c := a.family("carry", newCarryExport(a), newCarryImport(a))
	c.Long = a.say("help.carry-long", nil)
	return c
}

func newCarryExport(a *app) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "export DIR|-", Short: a.say("help.carry-export", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if args[0] == pipe {
				return a.pipeOut(c.Context())
			}
			return a.exportTo(c.Context(), args[0], all)
		},
	}
	c.Flags().BoolVar(&all, "all", false, a.say("flag.carry-all", nil))
	return a.jsonFlag(c)
}

func newCarryImport(a *app) *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use: "import DIR|-", Short: a.say("help.carry-import", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if args[0] == pipe {
				return a.pipeIn(c.Context(), os.Stdin, dry)
			}
			return a.importFrom(c.Context(), args[0], dry)
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, a.say("flag.dry-run", nil))
	return a.jsonFlag(c)
}

// pipeOut writes all that is kept to stdout, as one bundle.
func (a *app) pipeOut(ctx context.Context) error {
	switch {
	case a.json:
		return usage("carry.pipe-json", nil)
	case isTerminal(a.out):
		return usage("carry.terminal", nil)
	}
	load := api.Load{Place: a.place()}
	if _, err := rand.Read(load.Salt[:]); err != nil {
		return err
	}
	source, err := a.source(ctx, load)
	if err != nil {
		return err
	}
	defer source.Close()
	_, err = io.Copy(a.out, source)
	return err
}

// source returns what the node keeps, as it comes.
func (a *app) source(ctx context.Context, load api.Load) (io.ReadCloser, error) {
	node, err := a.node()
	if err != nil {
		return nil, err
	}
	return node.CarryOut(ctx, load)
}

// pipeIn takes in the bundle on stdin.
func (a *app) pipeIn(ctx context.Context, in io.Reader, dry bool) error {
	t := trip{Schema: schemaTrip, DryRun: dry}
	err := a.takeIn(ctx, &t, in)
	if err != nil {
		return err
	}
	return a.tripDone(t)
}

// takeIn hands one bundle to the node.
func (a *app) takeIn(ctx context.Context, t *trip, r io.Reader) error {
	node, err := a.node()
	if err != nil {
		return err
	}
	doc, err := node.CarryIn(ctx, r, t.DryRun)
	t.Here = t.Here.Add(doc.Carriage)
	return err
}

func (a *app) exportTo(ctx context.Context, dir string, all bool) error {
	t := trip{Schema: schemaTrip, Stick: dir}
	if err := a.onStick(&t, func(s *visited) error { return s.fill(ctx, all) }); err != nil {
		return err
	}
	if a.json {
		return a.document(t)
	}
	a.tellPhotos(t)
	a.tell("carry.exported", words.Args{"n": t.There.New, "dir": dir})
	return nil
}

func (a *app) importFrom(ctx context.Context, dir string, dry bool) error {
	t := trip{Schema: schemaTrip, Stick: dir, DryRun: dry}
	if err := a.onStick(&t, func(s *visited) error { return s.empty(ctx) }); err != nil {
		return err
	}
	return a.tripDone(t)
}

// tripDone says what was taken in; what was not shows in the exit code.
func (a *app) tripDone(t trip) error {
	if a.json {
		if err := a.document(t); err != nil {
			return err
		}
	}
	key := "carry.imported"
	if t.DryRun {
		key = "carry.dry"
	}
	a.tell(key, words.Args{"n": t.Here.New, "known": t.Here.Known})
	a.tellPhotos(t)
	return a.leftOut(t)
}
