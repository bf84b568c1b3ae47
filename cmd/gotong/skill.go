package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newSkill(a *app) *cobra.Command { return a.family("skill", newSkillSet(a), newSkillList(a)) }

func newSkillSet(a *app) *cobra.Command {
	in := api.MemberDraft{}
	var can, when []string
	var numbers numberFlags
	c := &cobra.Command{
		Use: "set NAME", Short: a.say("help.skill-set", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			_, east := a.now().Zone()
			in.Place, in.Name, in.UTCOffset = a.place(), args[0], east/60
			for _, text := range can {
				code, err := skillOf(text)
				if err != nil {
					return err
				}
				in.Skills = append(in.Skills, code)
			}
			if in.Available, err = a.weekly(when); err != nil {
				return err
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.MemberDoc, error) {
				in.Numbers = say
				return node.SetMember(ctx, in)
			}, func(doc api.MemberDoc) { a.tell("skill.set", words.Args{"who": a.member(doc.Member)}) })
		},
	}
	c.Flags().StringArrayVar(&can, "can", nil, a.say("flag.can", nil))
	c.Flags().StringArrayVar(&in.Languages, "language", nil, a.say("flag.speaks", nil))
	c.Flags().StringArrayVar(&when, "when", nil, a.say("flag.available", nil))
	c.Flags().StringVar(&in.Note, "note", "", a.say("flag.note", nil))
	c.Flags().BoolVar(&in.Ended, "end", false, a.say("flag.skill-end", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

// skillOf reads a skill: its code or its label.
func skillOf(text string) (string, error) {
	for _, code := range record.Skills() {
		if strings.EqualFold(text, code) || anyLabel("skill."+code, text, sameLabel) {
			return code, nil
		}
	}
	return "", usage("usage.skill", words.Args{"value": text})
}

func newSkillList(a *app) *cobra.Command {
	var can string
	c := &cobra.Command{
		Use: "list", Short: a.say("help.skill-list", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if can != "" {
				if can, err = skillOf(can); err != nil {
					return err
				}
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.MemberList, error) {
				return node.Members(ctx, a.place())
			}, func(doc api.MemberList) { a.members(doc, can) })
		},
	}
	c.Flags().StringVar(&can, "can", "", a.say("flag.can", nil))
	return a.jsonFlag(c)
}

func (a *app) members(doc api.MemberList, can string) {
	shown := 0
	for _, m := range doc.Members {
		if can == "" || strings.Contains(" "+strings.Join(m.Skills, " ")+" ", " "+can+" ") {
			a.line(a.member(m))
			shown++
		}
	}
	if shown == 0 {
		a.tell("skill.none", nil)
	}
}

// member says who can do what and when.
func (a *app) member(m api.Member) string {
	var skills, times []string
	for _, code := range m.Skills {
		skills = append(skills, a.named("skill.", code))
	}
	for _, w := range m.Available {
		times = append(times, a.weekTime(w))
	}
	return words.Plain(m.Name) + " (" + a.who(m.Owner) + "): " + joined("; ", strings.Join(skills, ", "), strings.Join(times, ", "), words.Plain(m.Note))
}
