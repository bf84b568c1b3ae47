package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gotong/node/words"
)

// newRoot puts the commands under one root, and cobra's own words into the
// catalogs' languages.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "gotong COMMAND",
		Short:         a.say("help.root", nil),
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, args []string) error { return a.noCommand(c, args) },
	}
	cobra.EnableCommandSorting = false // they stand in the order in which people need them
	root.DisableFlagsInUseLine = true
	root.SuggestionsMinimumDistance = 2
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	root.SetUsageFunc(a.usage)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { a.help(c) })
	root.SetHelpCommand(newHelp(a))
	flags := root.PersistentFlags()
	flags.StringVar(&a.dir, "dir", "", a.say("flag.dir", nil))
	flags.StringVar(&a.in, "in", "", a.say("flag.in", nil))
	flags.StringVar(&a.lang, "lang", "", a.say("flag.lang", nil))
	flags.BoolP("help", "h", false, a.say("flag.help", nil))
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return a.settle(flags) }
	addCommands(root, a)
	return root
}

// settle checks the global flags.
func (a *app) settle(flags *pflag.FlagSet) error {
	a.given = flags.Changed("dir")
	switch {
	case flags.Changed("lang") && a.lang != a.words.Lang():
		return usage("usage.lang", words.Args{"value": a.lang})
	case a.given && a.dir == "":
		return usage("usage.no-dir", nil)
	}
	return nil
}

// noCommand answers a command line without a command that there is.
func (a *app) noCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		a.help(c)
		return nil
	}
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return usage("usage.unknown-command-near", words.Args{"command": args[0], "near": strings.Join(near, ", ")})
	}
	return usage("usage.unknown-command", words.Args{"command": args[0]})
}

func newHelp(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "help",
		Short: a.say("help.help", nil),
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usage("usage.unknown-command", words.Args{"command": strings.Join(args, " ")})
			}
			a.help(about)
			return nil
		},
	}
}

// flagError says in which way a flag is wrong.
func flagError(err error) error {
	var unknown *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return usage("usage.unknown-flag", words.Args{"flag": dashes(unknown.GetSpecifiedName())})
	case errors.As(err, &empty):
		return usage("usage.flag-value", words.Args{"flag": dashes(empty.GetFlag().Name)})
	case errors.As(err, &wrong):
		return usage("usage.flag-wrong", words.Args{"flag": dashes(wrong.GetFlag().Name), "value": wrong.GetValue()})
	}
	return usage("usage.flags", nil)
}

func dashes(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// exactly holds a command to as many arguments as its use names.
func exactly(n int) cobra.PositionalArgs { return between(n, n) }

func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) >= least && len(args) <= most {
			return nil
		}
		return usage("usage.arguments", words.Args{"use": c.UseLine()})
	}
}

// help tells what a command does and how it is typed.
func (a *app) help(c *cobra.Command) {
	fmt.Fprintln(a.out, c.Short)
	if c.Long != "" {
		fmt.Fprintf(a.out, "\n%s\n", strings.TrimSpace(c.Long))
	}
	fmt.Fprintln(a.out)
	a.usage(c)
}

// usage writes how a command is typed.
func (a *app) usage(c *cobra.Command) error {
	a.show("help.usage", words.Args{"use": c.UseLine()})
	for _, g := range c.Groups() {
		a.subcommands(c, g.Title, g.ID)
	}
	if c.HasAvailableSubCommands() {
		a.subcommands(c, a.say("help.commands", nil), "")
	}
	a.flags("help.flags", c.LocalNonPersistentFlags())
	a.flags("help.global", c.InheritedFlags())
	if c.HasParent() {
		return nil
	}
	a.flags("help.flags", c.PersistentFlags())
	return nil
}

// subcommands lists the commands under c that belong to a group.
func (a *app) subcommands(c *cobra.Command, title, group string) {
	of := func(sub *cobra.Command) bool { return sub.GroupID == group && sub.IsAvailableCommand() }
	if !slices.ContainsFunc(c.Commands(), of) {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", title)
	for _, sub := range c.Commands() {
		if of(sub) {
			fmt.Fprintf(a.out, "  %-10s %s\n", sub.Name(), sub.Short)
		}
	}
}

func (a *app) flags(title string, flags *pflag.FlagSet) {
	if flags.HasAvailableFlags() {
		fmt.Fprintf(a.out, "\n%s\n%s", a.say(title, nil), flags.FlagUsages())
	}
}

// jsonFlag lets a command answer in JSON.
func (a *app) jsonFlag(c *cobra.Command) *cobra.Command {
	c.Flags().BoolVar(&a.json, "json", false, a.say("flag.json", nil))
	return c
}
