package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newDevice(a *app) *cobra.Command {
	c := a.family("device", newDeviceList(a), newDeviceAdd(a), newDeviceJoin(a), newDeviceRetire(a))
	c.Long = a.say("help.device-long", nil)
	return c
}

func newDeviceList(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "list", Short: a.say("help.device-list", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return a.devices(c.Context(), a.deviceList) },
	}
	return a.jsonFlag(c)
}

func (a *app) devices(ctx context.Context, show func(api.DeviceList)) error {
	return do(ctx, a, func(ctx context.Context, node *api.Client) (api.DeviceList, error) {
		return node.Devices(ctx, a.place())
	}, show)
}

func (a *app) deviceList(doc api.DeviceList) {
	for _, d := range doc.Devices {
		a.line(joined("  ", d.Short, a.deviceState(d)))
	}
	if doc.House == "" {
		a.tell("device.no-key", nil)
	}
}

// newDeviceAdd shows what a new device is told or, with the code it answers,
// takes it in.
func newDeviceAdd(a *app) *cobra.Command {
	var qr bool
	d := decision{will: a.deviceWill, done: a.deviceDone}
	c := &cobra.Command{
		Use: "add [CODE]", Short: a.say("help.device-add", nil), Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.devices(c.Context(), func(doc api.DeviceList) { a.house(doc, qr) })
			}
			d.call = func(ctx context.Context, node *api.Client, preview bool) (api.Decided, error) {
				return node.AddDevice(ctx, api.Adding{Place: a.place(), Code: args[0], Preview: preview})
			}
			return a.decide(c.Context(), d)
		},
	}
	c.Flags().BoolVar(&qr, "qr", false, a.say("flag.qr", nil))
	c.Flags().BoolVar(&d.yes, "yes", false, a.say("flag.yes", nil))
	return a.jsonFlag(c)
}

func (a *app) house(doc api.DeviceList, qr bool) {
	if doc.House == "" {
		a.tell("problem.household-key", nil)
		return
	}
	a.text(doc.House, qr)
	a.tell("device.house", words.Args{"house": doc.House})
}

// text writes a code for another device, as letters and as a picture.
func (a *app) text(code string, qr bool) {
	a.data(code)
	if qr {
		if err := printQR(a.out, code); err != nil {
			a.tell("invite.no-qr", nil)
		}
	}
}

func (a *app) deviceWill(doc api.Decided) {
	a.tell("device.will", words.Args{"who": a.houseName(doc.Person.Household), "id": doc.Device.Short})
}

func (a *app) deviceDone(doc api.Decided) {
	a.tell("device.added", words.Args{"id": doc.Device.Short})
}

func newDeviceJoin(a *app) *cobra.Command {
	var qr bool
	c := &cobra.Command{
		Use: "join HOUSE", Short: a.say("help.device-join", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Paired, error) {
				return node.Pair(ctx, api.Pairing{House: args[0]})
			}, func(doc api.Paired) {
				a.text(doc.Code, qr)
				a.tell("device.code", words.Args{"id": doc.Device[:8]})
			})
		},
	}
	c.Flags().BoolVar(&qr, "qr", false, a.say("flag.qr", nil))
	return a.jsonFlag(c)
}

func newDeviceRetire(a *app) *cobra.Command {
	v := api.Revoking{Own: true}
	var keep string
	d := decision{will: a.revokeWill, done: a.revokeDone, call: revoking(&v)}
	c := &cobra.Command{
		Use: "retire DEVICE", Short: a.say("help.device-retire", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			v.Place, v.What = a.place(), args[0]
			keeping(keep, &v)
			return a.decide(c.Context(), d)
		},
	}
	c.Flags().StringVar(&keep, "keep", "", a.say("flag.keep", nil))
	c.Flags().BoolVar(&d.yes, "yes", false, a.say("flag.yes", nil))
	return a.jsonFlag(c)
}
