package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newCopy(a *app) *cobra.Command {
	var to string
	c := &cobra.Command{
		Use: "copy ID", Short: a.say("help.copy", nil), Long: a.say("help.copy-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if to == "" {
				return usage("usage.copy", nil)
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Written, error) {
				return node.Copy(ctx, api.Copying{Target: a.target(args[0]), To: to})
			}, a.copied)
		},
	}
	c.Flags().StringVar(&to, "to", "", a.say("flag.to", nil))
	return a.jsonFlag(c)
}

func (a *app) copied(doc api.Written) {
	key := "copy.done"
	if doc.Repeated {
		key = "copy.again"
	}
	a.tell(key, words.Args{"title": a.title(doc.Item), "to": words.Plain(doc.Neighbourhood.Name), "id": doc.Item.Short})
	a.data(doc.ID)
}
