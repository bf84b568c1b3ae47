package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/export"
	"gotong/node/words"
)

// exportFlags are what a person can say of a file for partners.
type exportFlags struct {
	format, file, since, id string
	each, bom, preview      bool
}

// Two formats have a way of their own: the card of a single contact, and the
// calendar of what may be told outside.
const (
	formatVCard    = "vcard"
	formatCalendar = "ics"
)

// formats are all that export writes.
func formats() []string { return append(export.Formats(), formatCalendar, formatVCard) }

func newExport(a *app) *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use: "export", Short: a.say("help.export", nil), Long: a.say("help.export-long", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case !slices.Contains(formats(), f.format):
				return usage("usage.format", words.Args{"value": f.format, "formats": strings.Join(formats(), ", ")})
			case f.format == formatVCard:
				return a.exportCard(c.Context(), f)
			case f.format == formatCalendar:
				return a.exportCalendar(c.Context(), f)
			}
			return a.export(c.Context(), f)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.format, "format", "csv", a.say("flag.format", nil))
	flags.StringVarP(&f.file, "output", "o", "", a.say("flag.output", nil))
	flags.StringVar(&f.since, "since", "", a.say("flag.since", nil))
	flags.BoolVar(&f.each, "each", false, a.say("flag.each", nil))
	flags.BoolVar(&f.bom, "bom", false, a.say("flag.bom", nil))
	flags.BoolVar(&f.preview, "preview", false, a.say("flag.preview", nil))
	flags.StringVar(&f.id, "id", "", a.say("flag.card-id", nil))
	return a.jsonFlag(c)
}

// export writes what may leave in a format, or only tells what that is.
func (a *app) export(ctx context.Context, f exportFlags) error {
	taking := api.Taking{Place: a.place(), Each: f.each}
	if f.since != "" {
		since, ok := sinceOf(f.since, a.now())
		if !ok {
			return usage("usage.since", words.Args{"value": f.since})
		}
		taking.Since = since
	}
	node, err := a.node()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	doc, err := node.Leaving(ctx, taking)
	if err != nil {
		return err
	}
	data := a.dataOf(doc)
	if f.preview {
		return a.preview(f.format, data)
	}
	text, err := a.formatted(f, doc, data)
	if err != nil {
		return err
	}
	if err := a.writeTo(f.file, text); err != nil {
		return err
	}
	a.tell("export.done", words.Args{"needs": len(data.Needs), "brought": len(data.Brought), "n": data.Suppressed})
	return nil
}

// sinceOf reads a moment that has passed: a date, or how long ago.
func sinceOf(text string, now time.Time) (time.Time, bool) {
	if d, ok := span(strings.ToLower(strings.TrimSpace(text))); ok {
		return now.Add(-d), true
	}
	at, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(text), now.Location())
	return at, err == nil && !at.After(now)
}

func (a *app) formatted(f exportFlags, doc api.Leaving, data export.Data) ([]byte, error) {
	var b bytes.Buffer
	switch f.format {
	case "csv":
		err := data.NeedList().CSV(&b, false, f.bom)
		return b.Bytes(), err
	case "hxl":
		err := data.NeedList().CSV(&b, true, f.bom)
		return b.Bytes(), err
	case "hxl-3w":
		err := data.Deliveries().CSV(&b, true, f.bom)
		return b.Bytes(), err
	case "geojson":
		return data.GeoJSON()
	case "hsds":
		return data.HSDS()
	case "report":
		inBothLanguages(&data)
		return data.Report(a.reportWords(), func(x export.Alert) string { return a.words.When(x.Expires, a.now()) })
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	return append(text, '\n'), err
}

// writeTo writes a file, readable by whoever it is handed to, or to stdout.
func (a *app) writeTo(file string, text []byte) error {
	if file == "" || file == "-" {
		_, err := a.out.Write(text)
		return err
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return refusal("export.unwritable", words.Args{"file": file}, exitFailed)
	}
	a.tell("export.written", words.Args{"file": file})
	return nil
}

// preview tells every column that leaves, and how many rows.
func (a *app) preview(format string, data export.Data) error {
	leaves := data.Preview(format)
	if a.json {
		return a.document(struct {
			Schema     string          `json:"schema"`
			Leaves     []export.Leaves `json:"leaves"`
			Suppressed int             `json:"suppressed"`
		}{"gotong.preview/1", leaves, data.Suppressed})
	}
	for _, l := range leaves {
		a.show("export.leaves", words.Args{"what": a.say("export.what-"+l.What, nil), "n": l.Rows})
		for _, c := range l.Columns {
			a.line("  ", c)
		}
	}
	a.show("export.stays", words.Args{"n": data.Suppressed})
	return nil
}

// dataOf puts what may leave in words.
func (a *app) dataOf(doc api.Leaving) export.Data {
	d := export.Data{Neighbourhood: doc.Neighbourhood, At: doc.At.In(a.now().Location()), Suppressed: doc.Suppressed}
	for _, n := range doc.Needs {
		d.Needs = append(d.Needs, export.Need{
			ID: n.ID, Area: n.Area, Category: n.Category, Item: a.english(n.Category), Unit: n.Unit,
			Urgency: n.Urgency, UrgencyName: a.named("urgency.", n.Urgency), State: n.State, StateName: stateNames[n.State],
			Requested: int64(n.Requested), Pledged: int64(n.Pledged), Received: int64(n.Received), Households: n.Households,
			People: int(n.People), Infants: int(n.Infants), Elderly: int(n.Elderly), Reported: n.Reported,
		})
	}
	for _, b := range doc.Distributions {
		d.Brought = append(d.Brought, export.Brought{ID: b.ID, By: b.By, ByType: b.ByType, Area: b.Area, Category: b.Category,
			Item: a.english(b.Category), Unit: b.Unit, Quantity: int64(b.Quantity), Households: b.Households, People: int(b.People), From: b.From, To: b.To})
	}
	for _, o := range doc.Organisations {
		one := export.Organisation{ID: o.ID, Name: o.Name, Type: o.Type, Description: o.Description, Contact: o.Contact, AreaServed: o.AreaServed, Web: o.Web}
		for _, s := range o.Services {
			one.Services = append(one.Services, export.Service(s))
		}
		d.Organisations = append(d.Organisations, one)
	}
	for _, n := range doc.Notices {
		d.Alerts = append(d.Alerts, alertOf(n))
	}
	return d
}

// english names a category as partners abroad read it: one spelling, whatever
// language a person here reads.
func (a *app) english(category string) string {
	if english := words.In("en"); english.Has("category." + category) {
		return english.Say("category."+category, nil)
	}
	return category
}

// inBothLanguages names things as everybody who reads the report does.
func inBothLanguages(d *export.Data) {
	for i := range d.Needs {
		d.Needs[i].Item = bothLabels("category.", d.Needs[i].Category)
		d.Needs[i].UrgencyName = bothLabels("urgency.", d.Needs[i].Urgency)
	}
	for i := range d.Brought {
		d.Brought[i].Item = bothLabels("category.", d.Brought[i].Category)
	}
}

// bothLabels names a code in every language, one of a newer version by itself.
func bothLabels(family, code string) string {
	var said []string
	for _, t := range words.All() {
		if t.Has(family + code) {
			said = append(said, t.Say(family+code, nil))
		}
	}
	if len(said) == 0 {
		return code
	}
	return strings.Join(said, " / ")
}

// stateNames are how far a need is, in one spelling.
var stateNames = map[string]string{api.StateOpen: "Open", api.StatePartlyPledged: "Partly pledged", api.StateFullyPledged: "Fully pledged"}

// reportWords are the words of the situation report, each in both languages.
func (a *app) reportWords() map[string]string {
	both := make(map[string]string)
	for name, key := range map[string]string{
		"title": "report.title", "at": "report.at", "alerts": "report.alerts", "needs": "report.needs", "brought": "report.brought",
		"organisations": "report.organisations", "what": "report.what", "area": "report.area", "urgency": "report.urgency",
		"requested": "report.requested", "pledged": "report.pledged", "received": "report.received", "households": "report.households",
		"by": "report.by", "none": "report.none", "more": "report.more", "suppressed": "report.suppressed", "private": "report.private",
	} {
		var said []string
		for _, t := range words.All() {
			said = append(said, t.Say(key, nil))
		}
		both[name] = strings.Join(said, " / ")
	}
	return both
}

// exportCard writes the contact of one matched request or offer as a card.
func (a *app) exportCard(ctx context.Context, f exportFlags) error {
	if f.id == "" {
		return usage("usage.card-id", nil)
	}
	node, err := a.node()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	doc, err := node.Show(ctx, a.target(f.id))
	if err != nil {
		return err
	}
	if doc.Contact == nil || doc.Item.Owner.Me {
		return refusal("export.no-contact", words.Args{"id": f.id}, exitRefused)
	}
	if f.preview {
		a.line("FN, TEL, ADR, NOTE")
		return nil
	}
	return a.writeTo(f.file, export.VCard(export.Person{
		Name: words.Plain(doc.Item.Owner.Name), Phone: words.Plain(doc.Contact.Contact), Place: words.Plain(doc.Contact.PlaceExact), Note: words.Plain(doc.Item.Title),
	}))
}
