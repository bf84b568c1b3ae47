package main

import (
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

// groupFlags say for how many people a request is, and who among them needs
// help first.
type groupFlags struct{ group api.Group }

func (f *groupFlags) add(a *app, c *cobra.Command) {
	flags, g := c.Flags(), &f.group
	flags.Uint32Var(&g.People, "people", 0, a.say("flag.people", nil))
	flags.Uint32Var(&g.Infants, "infants", 0, a.say("flag.infants", nil))
	flags.Uint32Var(&g.Children, "children", 0, a.say("flag.children", nil))
	flags.Uint32Var(&g.Elderly, "elderly", 0, a.say("flag.elderly", nil))
	flags.Uint32Var(&g.Disabled, "disabled", 0, a.say("flag.disabled", nil))
	flags.Uint32Var(&g.Pregnant, "pregnant", 0, a.say("flag.pregnant", nil))
}

// said returns the group where anything was said of it.
func (f *groupFlags) said() *api.Group {
	if f.group == (api.Group{}) {
		return nil
	}
	return &f.group
}

// group says for whom a request is: "6 orang, di antaranya 1 bayi, 2 lansia".
func (a *app) group(g api.Group) string {
	var among []string
	for _, some := range []struct {
		key string
		n   uint32
	}{
		{"group.infants", g.Infants}, {"group.children", g.Children}, {"group.elderly", g.Elderly},
		{"group.disabled", g.Disabled}, {"group.pregnant", g.Pregnant},
	} {
		if some.n > 0 {
			among = append(among, a.say(some.key, words.Args{"n": int(some.n)}))
		}
	}
	if g.People == 0 {
		return strings.Join(among, ", ")
	}
	all := a.say("group.people", words.Args{"n": int(g.People)})
	if len(among) == 0 {
		return all
	}
	return a.say("group.among", words.Args{"all": all, "among": strings.Join(among, ", ")})
}
