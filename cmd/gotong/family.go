package main

import (
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/words"
)

// family is a command that only holds others.
func (a *app) family(name string, subs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: name + " COMMAND", Short: a.say("help."+name, nil), Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("usage.unknown-command", words.Args{"command": name + " " + strings.Join(args, " ")})
			}
			a.help(c)
			return nil
		},
	}
	for _, sub := range subs {
		sub.DisableFlagsInUseLine = true
		c.AddCommand(sub)
	}
	return c
}
