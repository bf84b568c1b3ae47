package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newProject(a *app) *cobra.Command {
	return a.family("project", newProjectNew(a), newProjectList(a), newProjectShow(a), newProjectAdd(a), newProjectEnd(a))
}

func newProjectNew(a *app) *cobra.Command {
	in := api.ProjectDraft{}
	var numbers numberFlags
	c := &cobra.Command{
		Use: "new TITLE", Short: a.say("help.project-new", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			in.Place, in.Title = a.place(), args[0]
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.ProjectDoc, error) {
				in.Numbers = say
				return node.Rebuild(ctx, in)
			}, func(doc api.ProjectDoc) {
				a.data(doc.Project.Short)
				a.tell("project.new", words.Args{"id": doc.Project.Short})
			})
		},
	}
	c.Flags().StringVar(&in.Body, "body", "", a.say("flag.body", nil))
	c.Flags().StringVar(&in.At, "at", "", a.say("flag.at", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

func newProjectList(a *app) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "list", Short: a.say("help.project-list", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ProjectList, error) {
				return node.Projects(ctx, a.place(), all)
			}, a.projects)
		},
	}
	c.Flags().BoolVar(&all, "all", false, a.say("flag.project-all", nil))
	return a.jsonFlag(c)
}

func (a *app) projects(doc api.ProjectList) {
	if len(doc.Projects) == 0 {
		a.tell("project.none", nil)
	}
	for _, p := range doc.Projects {
		a.line(pad(p.Short, shortWidth), "  ", a.strong(words.Plain(p.Title)), "  ", joined(" · ", a.how(p), a.who(p.Owner), words.Plain(p.Place)))
	}
}

// how says how far a project is.
func (a *app) how(p api.Project) string {
	var came, ended string
	if p.People > 0 {
		came = a.say("project.work", words.Args{"n": p.People, "hours": a.number(p.Hours)})
	}
	if p.Ended {
		ended = a.say("project.ended", nil)
	}
	return joined(", ", a.say("project.progress", words.Args{"percent": p.Permille / 10}), came, ended)
}

func newProjectShow(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "show ID", Short: a.say("help.project-show", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ProjectDoc, error) {
				return node.Project(ctx, a.target(args[0]))
			}, a.project)
		},
	}
	return a.jsonFlag(c)
}

func (a *app) project(doc api.ProjectDoc) {
	p := doc.Project
	a.line(p.Short, "  ", a.strong(words.Plain(p.Title)))
	a.line(joined(" · ", a.how(p), a.who(p.Owner), words.Plain(p.Place)))
	for paragraph := range strings.Lines(p.Body) {
		a.line("  ", words.Plain(strings.TrimSpace(paragraph)))
	}
	for _, part := range p.Parts {
		if part.Kind == "" {
			a.show("project.not-here", words.Args{"id": part.ID})
			continue
		}
		said := ""
		if part.Counts {
			said = a.say("project.progress", words.Args{"percent": part.Permille / 10})
		}
		a.line("  ", pad(part.Short, shortWidth), "  ", joined(", ", a.named("found.", part.Kind)+": "+words.Plain(part.Title), said))
	}
	for _, photo := range p.Photos {
		a.show("project.photo", words.Args{"n": photo.N, "phase": a.named("photo-phase.", photo.Phase), "who": a.who(photo.Owner), "id": p.Short, "note": photo.Note})
	}
}

func newProjectAdd(a *app) *cobra.Command {
	in := api.PartDraft{}
	var photos photoFlags
	c := &cobra.Command{
		Use: "add ID [PART]", Short: a.say("help.project-add", nil), Args: between(1, 2),
		RunE: func(c *cobra.Command, args []string) (err error) {
			in.Target = a.target(args[0])
			if len(args) > 1 {
				in.Part = args[1]
			}
			if in.Photos, err = photos.attach(c.Context(), a); err != nil {
				return err
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ProjectDoc, error) {
				return node.AddPart(ctx, in)
			}, func(doc api.ProjectDoc) {
				a.tell("project.added", words.Args{"title": doc.Project.Title, "n": len(doc.Project.Parts)})
			})
		},
	}
	c.Flags().BoolVar(&in.Out, "out", false, a.say("flag.project-out", nil))
	c.Flags().StringVar(&in.Phase, "phase", "", a.say("flag.phase", nil))
	c.Flags().StringVar(&in.Note, "note", "", a.say("flag.note", nil))
	photos.add(a, c)
	return a.jsonFlag(c)
}

func newProjectEnd(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "end ID", Short: a.say("help.project-end", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ProjectDoc, error) {
				return node.Finish(ctx, a.target(args[0]))
			}, func(doc api.ProjectDoc) { a.tell("project.end", words.Args{"title": doc.Project.Title}) })
		},
	}
	return a.jsonFlag(c)
}
