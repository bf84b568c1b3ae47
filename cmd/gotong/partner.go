package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newPartner(a *app) *cobra.Command {
	c := a.family("partner", newPartnerList(a), newPartnerProfile(a), newPartnerEnd(a))
	c.Long = a.say("help.partner-long", nil)
	return c
}

func newPartnerList(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "list", Short: a.say("help.partner-list", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.OrganisationList, error) {
				return node.Organisations(ctx, a.place())
			}, a.organisations)
		},
	}
	return a.jsonFlag(c)
}

func newPartnerProfile(a *app) *cobra.Command {
	var d api.OrganisationDraft
	var kindOf string
	var services []string
	var numbers numberFlags
	c := &cobra.Command{
		Use: "profile NAME", Short: a.say("help.partner-profile", nil), Long: a.say("help.partner-profile-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			d.Place, d.Name = a.place(), args[0]
			if d.Type, err = organisationType(kindOf); err != nil {
				return err
			}
			if d.Services, err = servicesOf(services); err != nil {
				return err
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, n api.Numbers) (api.OrganisationShown, error) {
				d.Numbers = n
				return node.Introduce(ctx, d)
			}, func(doc api.OrganisationShown) {
				a.data(doc.Organisation.Short)
				a.tell("partner.done", words.Args{"name": doc.Organisation.Name})
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&kindOf, "type", "", a.say("flag.partner-type", nil))
	flags.StringArrayVar(&services, "service", nil, a.say("flag.service", nil))
	flags.StringVar(&d.Contact, "contact", "", a.say("flag.partner-contact", nil))
	flags.StringVar(&d.AreaServed, "area", "", a.say("flag.area-served", nil))
	flags.StringVar(&d.Description, "body", "", a.say("flag.body", nil))
	flags.StringVar(&d.Web, "web", "", a.say("flag.web", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

func newPartnerEnd(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "end", Short: a.say("help.partner-end", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.OrganisationShown, error) {
				return node.Introduce(ctx, api.OrganisationDraft{Place: a.place(), End: true})
			}, func(doc api.OrganisationShown) { a.tell("partner.ended", words.Args{"name": doc.Organisation.Name}) })
		},
	}
	return a.jsonFlag(c)
}

// organisationType reads a type of organisation: its code or its label.
func organisationType(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if t, ok := record.OrganisationTypeOf(text); ok {
		return t.Code(), nil
	}
	for _, t := range record.OrganisationTypes() {
		if anyLabel("organisation."+t.Code(), text, sameLabel) {
			return t.Code(), nil
		}
	}
	return "", usage("usage.organisation", words.Args{"value": text})
}

// servicesOf reads "NAME" and "NAME=CATEGORY".
func servicesOf(texts []string) ([]api.Service, error) {
	var all []api.Service
	for _, text := range texts {
		name, category, named := strings.Cut(text, "=")
		s := api.Service{Name: strings.TrimSpace(name)}
		if named {
			code, err := kind(category)
			if err != nil {
				return nil, err
			}
			s.Category = code
		}
		all = append(all, s)
	}
	return all, nil
}

func (a *app) organisations(doc api.OrganisationList) {
	if len(doc.Organisations) == 0 {
		a.tell("partner.none", nil)
		return
	}
	for _, o := range doc.Organisations {
		a.line(pad(o.Short, shortWidth), "  ", a.strong(words.Plain(o.Name)), "  ", a.named("organisation.", o.Type))
		indent := strings.Repeat(" ", max(shortWidth, len(o.Short))+2)
		var services []string
		for _, s := range o.Services {
			services = append(services, words.Plain(s.Name))
		}
		for _, said := range []string{strings.Join(services, ", "), joined(" · ", words.Plain(o.Contact), words.Plain(o.AreaServed), words.Plain(o.Web)), words.Plain(o.Description)} {
			if said != "" {
				a.line(indent, said)
			}
		}
		if o.Expired {
			a.line(indent, a.say("partner.expired", nil))
		}
	}
}
