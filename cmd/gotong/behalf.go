package main

import (
	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

// behalfFlags say for which person of another household a request is written.
type behalfFlags struct{ name, as, consent string }

func (f *behalfFlags) add(a *app, c *cobra.Command) {
	c.Flags().StringVar(&f.name, "behalf", "", a.say("flag.behalf", nil))
	c.Flags().StringVar(&f.as, "as", "", a.say("flag.as", nil))
	c.Flags().StringVar(&f.consent, "consent", "", a.say("flag.consent", nil))
}

// said returns for whom; nil for the own household.
func (f *behalfFlags) said() (*api.Behalf, error) {
	if f.name == "" && f.as == "" && f.consent == "" {
		return nil, nil
	}
	b := &api.Behalf{Name: f.name}
	for _, r := range record.Relatives() {
		if f.as == r.Code() || anyLabel("relative."+r.Code(), f.as, sameLabel) {
			b.Relative = r.Code()
		}
	}
	for _, c := range record.Consents() {
		if f.consent == c.Code() || anyLabel("consent."+c.Code(), f.consent, sameLabel) {
			b.Consent = c.Code()
		}
	}
	switch {
	case b.Consent == "":
		return nil, usage("usage.consent", nil)
	case f.as != "" && b.Relative == "":
		return nil, usage("usage.relative", words.Args{"value": f.as})
	}
	return b, nil
}

// behalf says that a request is for somebody else, and who that is to those who
// may know.
func (a *app) behalf(i api.Item, c *api.Contact) {
	if i.Behalf == nil {
		return
	}
	var as string
	if i.Behalf.Relative != "" {
		as = a.named("relative.", i.Behalf.Relative)
	}
	a.show("show.behalf", words.Args{"said": joined(", ", as, a.named("consent.", i.Behalf.Consent))})
	if c != nil && c.Name != "" {
		a.show("show.behalf-name", words.Args{"name": words.Plain(c.Name)})
	}
}
