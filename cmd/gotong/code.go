package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newCode(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "code ID", Short: a.say("help.code", nil), Long: a.say("help.code-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Coded, error) {
				return node.Code(ctx, a.target(args[0]))
			}, func(doc api.Coded) {
				a.data(doc.Code)
				a.tell("code.made", words.Args{"code": doc.Code, "id": doc.Item.Short})
			})
		},
	}
	return a.jsonFlag(c)
}

// makeCode makes the delivery code of what was just asked for. A repeat of an
// earlier ask has its code already.
func (a *app) makeCode(ctx context.Context, node *api.Client, doc api.Written) (string, api.Written, error) {
	if doc.Item.Code {
		return "", doc, nil
	}
	coded, err := node.Code(ctx, a.target(doc.ID))
	if err != nil {
		return "", doc, err
	}
	doc.Item = coded.Item
	return coded.Code, doc, nil
}
