package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

// contactFlags are what only accepted helpers read.
type contactFlags struct {
	contact, place string
	stewards       bool
}

func (f *contactFlags) add(a *app, c *cobra.Command) {
	c.Flags().StringVar(&f.contact, "contact", "", a.say("flag.contact", nil))
	f.addRest(a, c)
}

func (f *contactFlags) addRest(a *app, c *cobra.Command) {
	c.Flags().StringVar(&f.place, "place-exact", "", a.say("flag.place-exact", nil))
	c.Flags().BoolVar(&f.stewards, "stewards", false, a.say("flag.stewards", nil))
}

func newContact(a *app) *cobra.Command {
	var flags contactFlags
	var remove bool
	c := &cobra.Command{
		Use: "contact ID [CONTACT]", Short: a.say("help.contact", nil), Long: a.say("help.contact-long", nil), Args: between(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				flags.contact = args[1]
			}
			if nothing := flags.contact == "" && flags.place == ""; nothing != remove {
				return usage("usage.contact", nil)
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Written, error) {
				return node.Confide(ctx, api.Confidence{Target: a.target(args[0]),
					Contact: flags.contact, PlaceExact: flags.place, Stewards: flags.stewards})
			}, func(doc api.Written) { a.confided(doc, remove) })
		},
	}
	flags.addRest(a, c)
	c.Flags().BoolVar(&remove, "remove", false, a.say("flag.remove-contact", nil))
	return a.jsonFlag(c)
}

func (a *app) confided(doc api.Written, removed bool) {
	if removed {
		a.tell("contact.removed", words.Args{"title": a.title(doc.Item)})
		return
	}
	a.tell("contact.kept", nil)
}

// confides tells that the helper who was accepted can now read the contact or,
// where there is none, how to give one.
func (a *app) confides(doc api.Written, pledge string) {
	if doc.Contact == nil {
		a.tell("accept.no-contact", words.Args{"id": doc.Item.Short})
		return
	}
	for _, p := range doc.Item.Pledges {
		if !strings.HasPrefix(p.ID, strings.ToUpper(pledge)) {
			continue
		}
		key := "accept.contact"
		if slices.ContainsFunc(doc.Contact.Waiting, func(h api.Household) bool { return h.ID == p.Owner.ID }) {
			key = "accept.contact-waits"
		}
		a.tell(key, words.Args{"who": a.who(p.Owner)})
	}
}

// contactOf shows how to reach the household, to those who may read it.
func (a *app) contactOf(i api.Item, c *api.Contact) {
	if c == nil {
		return
	}
	if c.Contact != "" {
		a.show("show.contact", words.Args{"who": a.who(i.Owner), "contact": c.Contact})
	}
	if c.PlaceExact != "" {
		a.show("show.place-exact", words.Args{"place": c.PlaceExact})
	}
	if i.Owner.Me {
		a.readers(c)
	}
}

// readers says who can read the own contact by now.
func (a *app) readers(c *api.Contact) {
	if len(c.Readers) == 0 {
		a.show("show.contact-nobody", nil)
	} else {
		a.show("show.contact-readers", words.Args{"who": a.names(c.Readers)})
	}
	if len(c.Waiting) > 0 {
		a.show("show.contact-waiting", words.Args{"who": a.names(c.Waiting)})
	}
}

func (a *app) names(all []api.Household) string {
	var names []string
	for _, h := range all {
		names = append(names, a.who(h))
	}
	return joined(", ", names...)
}
