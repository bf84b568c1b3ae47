package main

import (
	"context"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newGuide(a *app) *cobra.Command {
	return a.family("guide", newGuideList(a), newGuideRead(a), newGuideAdd(a), newGuideRecommend(a), newGuideEnd(a),
		a.searching("search TEXT", "guide-search", record.Kind_KIND_GUIDE.Code()))
}

func newGuideList(a *app) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "list", Short: a.say("help.guide-list", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.GuideList, error) {
				return node.Guides(ctx, a.place(), all)
			}, a.guides)
		},
	}
	c.Flags().BoolVar(&all, "all", false, a.say("flag.guide-all", nil))
	return a.jsonFlag(c)
}

func (a *app) guides(doc api.GuideList) {
	if len(doc.Guides) == 0 {
		a.tell("guide.none", nil)
		return
	}
	for _, g := range doc.Guides {
		a.line(pad(g.Short, shortWidth), "  ", a.strong(words.Plain(g.Title)))
		a.line("      ", joined(" · ", a.who(g.Owner), words.Plain(g.Topic), words.Plain(g.Version), a.recommended(g), a.newer(g)))
	}
}

func (a *app) recommended(g api.Guide) string {
	if len(g.Recommended) == 0 {
		return ""
	}
	return a.say("guide.recommended", words.Args{"n": len(g.Recommended)})
}

func (a *app) newer(g api.Guide) string {
	if g.Newer == nil {
		return ""
	}
	return a.say("guide.newer", words.Args{"id": g.Newer.Short, "title": g.Newer.Title})
}

func newGuideRead(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "read ID", Short: a.say("help.guide-read", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.GuideDoc, error) {
				return node.Guide(ctx, a.target(args[0]))
			}, a.guide)
		},
	}
	return a.jsonFlag(c)
}

// guide shows a guide as its author wrote it: Markdown reads well as it is.
func (a *app) guide(doc api.GuideDoc) {
	g := doc.Guide
	a.line(a.strong(words.Plain(g.Title)))
	a.line(joined(" · ", a.who(g.Owner), words.Plain(g.Version), words.Plain(g.Source), words.Plain(g.Licence), a.recommended(g), a.newer(g)))
	a.line()
	for line := range strings.Lines(g.Text) {
		a.line(words.Plain(strings.TrimRight(line, "\r\n")))
	}
	for _, c := range g.Checklist {
		a.line("[ ] ", words.Plain(c.Text))
	}
	for i, p := range g.Documents {
		a.show("guide.document", words.Args{"n": i + 1, "id": g.Short, "name": p.Name, "size": int(p.Size+1023) / 1024})
	}
}

func newGuideAdd(a *app) *cobra.Command {
	var in api.GuideDraft
	var file string
	var numbers numberFlags
	c := &cobra.Command{
		Use: "add TITLE", Short: a.say("help.guide-add", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			in.Place, in.Title = a.place(), args[0]
			if file != "" {
				if err := a.guideFile(c.Context(), file, &in); err != nil {
					return err
				}
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.GuideDoc, error) {
				in.Numbers = say
				return node.Teach(ctx, in)
			}, func(doc api.GuideDoc) {
				a.data(doc.Guide.Short)
				a.tell("guide.added", words.Args{"id": doc.Guide.Short})
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&file, "file", "", a.say("flag.guide-file", nil))
	flags.StringVar(&in.Text, "text", "", a.say("flag.guide-text", nil))
	flags.StringArrayVar(&in.Checklist, "check", nil, a.say("flag.guide-check", nil))
	flags.StringVar(&in.Topic, "topic", "", a.say("flag.guide-topic", nil))
	flags.StringVar(&in.Language, "language", a.words.Lang(), a.say("flag.guide-language", nil))
	flags.StringVar(&in.Licence, "licence", "", a.say("flag.guide-licence", nil))
	flags.StringVar(&in.Source, "source", "", a.say("flag.guide-source", nil))
	flags.StringVar(&in.Version, "as-version", "", a.say("flag.guide-version", nil))
	flags.StringVar(&in.Instead, "instead", "", a.say("flag.guide-instead", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

// roomInRecord is how many bytes of text stand in the record itself; more is
// sent as a document.
const roomInRecord = 3_000

// guideFile takes a short text into the guide and has anything else attached.
func (a *app) guideFile(ctx context.Context, path string, in *api.GuideDraft) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return refusal("guide.no-file", words.Args{"file": path}, exitNotFound)
	}
	if utf8.Valid(text) && len(text) <= roomInRecord {
		in.Text = string(text)
		return nil
	}
	attached := photoFlags{files: []string{path}}
	in.Photos, err = attached.attach(ctx, a)
	return err
}

func newGuideRecommend(a *app) *cobra.Command {
	in := api.Recommending{}
	c := &cobra.Command{
		Use: "recommend ID", Short: a.say("help.guide-recommend", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			in.Target = a.target(args[0])
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.GuideDoc, error) {
				return node.Recommend(ctx, in)
			}, func(doc api.GuideDoc) {
				a.tell("guide.recommend-done", words.Args{"title": doc.Guide.Title, "n": len(doc.Guide.Recommended)})
			})
		},
	}
	c.Flags().BoolVar(&in.Not, "not", false, a.say("flag.guide-not", nil))
	return a.jsonFlag(c)
}

func newGuideEnd(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "end ID", Short: a.say("help.guide-end", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Gone, error) {
				return node.Unteach(ctx, a.target(args[0]))
			}, func(api.Gone) { a.tell("guide.ended", nil) })
		},
	}
	return a.jsonFlag(c)
}
