package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol"
)

func newImport(a *app) *cobra.Command {
	var columns, labels []string
	var dry, open bool
	c := &cobra.Command{
		Use: "import FILE.csv", Short: a.say("help.import", nil), Long: a.say("help.import-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.importFile(c.Context(), args[0], columns, labels, dry, open)
		},
	}
	c.Flags().StringArrayVar(&columns, "column", nil, a.say("flag.column", nil))
	c.Flags().StringArrayVar(&labels, "label", nil, a.say("flag.label", nil))
	c.Flags().BoolVar(&open, "open-numbers", false, a.say("flag.open-numbers", nil))
	c.Flags().BoolVar(&dry, "dry-run", false, a.say("flag.dry-run", nil))
	c.AddCommand(newImportCAP(a))
	return a.jsonFlag(c)
}

// schemaImport is the schema of what import says at its end.
const schemaImport = "gotong.import/1"

// imported counts what became of a sheet's rows.
type imported struct {
	Schema  string `json:"schema"`
	Rows    int    `json:"rows"`
	New     int    `json:"new"`
	Known   int    `json:"known"`           // written before, from the same row
	Skipped int    `json:"skipped"`         // neither request nor offer
	Bad     int    `json:"bad"`             // told with their lines
	Moved   int    `json:"moved,omitempty"` // numbers, from the texts to the contacts
	DryRun  bool   `json:"dry_run,omitempty"`
}

// importer takes a sheet in, row by row. A row becomes the same record however
// often it is taken in, so that a cut import goes on where it was.
type importer struct {
	app    *app
	sheet  *sheet
	node   *api.Client // nil in a dry run
	seen   map[string]int
	open   bool // numbers stay where they are
	counts imported
}

func (a *app) importFile(ctx context.Context, path string, columns, labels []string, dry, open bool) error {
	file, err := os.Open(path)
	if err != nil {
		return usage("import.open", words.Args{"file": path})
	}
	defer file.Close()
	i := &importer{app: a, seen: make(map[string]int), open: open, counts: imported{Schema: schemaImport, DryRun: dry}}
	if i.sheet, err = readSheet(file, columns, labels); err != nil {
		return err
	}
	if !dry {
		if i.node, err = a.node(); err != nil {
			return err
		}
	}
	if err := i.all(ctx); err != nil {
		return err
	}
	return i.end()
}

// all takes in every row. A bad row is told and passed over; a node that is
// gone or full ends it.
func (i *importer) all(ctx context.Context) error {
	for {
		row, line, err := i.sheet.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		i.counts.Rows++
		if err == nil {
			err = i.take(ctx, row)
		}
		switch {
		case stops(err):
			i.app.tell("import.stopped", words.Args{"line": line, "n": i.counts.New})
			return err
		case err != nil:
			i.bad(line, err)
		}
		i.progress()
	}
}

// stops reports whether an error is the node's and not the row's.
func stops(err error) bool {
	for _, own := range []error{api.ErrNotRunning, api.ErrLost, api.ErrNotMember, api.ErrFull, api.ErrNoSlots,
		api.ErrNoNeighbourhood, api.ErrClosed, api.ErrNotAllowed, context.Canceled} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}

// take writes one row.
func (i *importer) take(ctx context.Context, row []string) error {
	what, draft, err := i.draft(row)
	switch {
	case err != nil:
		return err
	case what == "":
		i.counts.Skipped++
		return nil
	case i.node == nil:
		i.counts.New++
		if !i.open {
			i.counts.Moved += len(draft.Found())
		}
		return nil
	}
	written, err := i.write(ctx, what, draft)
	if err != nil {
		return err
	}
	if written.repeated {
		i.counts.Known++
		return nil
	}
	i.counts.New++
	i.counts.Moved += written.moved
	return nil
}

// taken is what became of a row.
type taken struct {
	repeated bool
	moved    int
}

// write writes one row as what it is.
func (i *importer) write(ctx context.Context, what string, draft api.Draft) (taken, error) {
	switch what {
	case rowNotice:
		doc, err := i.node.Notify(ctx, noticeOf(draft))
		return taken{doc.Repeated, 0}, err
	case rowStock:
		doc, err := i.node.Keep(ctx, stockOf(draft))
		return taken{doc.Repeated, 0}, err
	case rowOffer:
		doc, err := i.node.Offer(ctx, draft)
		return taken{doc.Repeated, doc.Moved}, err
	}
	doc, err := i.node.Ask(ctx, draft)
	return taken{doc.Repeated, doc.Moved}, err
}

// noticeOf is a row as a notice, a minor one. It has no contact that a number
// could be moved to: one that has a number and was not said to be open is bad.
func noticeOf(d api.Draft) api.NoticeDraft {
	n := api.NoticeDraft{Place: d.Place, Origin: d.Origin, Expires: d.Until, Texts: []api.NoticeText{
		{Language: "id", Headline: cutTo(d.Title, headlineLimit), Description: cutTo(d.Body, textLimit)},
	}}
	if d.Numbers == api.NumbersOpen {
		n.Numbers = api.NumbersOpen
	}
	if n.Texts[0].Headline != d.Title && d.Body == "" {
		n.Texts[0].Description = cutTo(d.Title, textLimit)
	}
	if d.At != "" {
		n.Areas = []api.NoticeArea{{Description: cutTo(d.At, noteLimit)}}
	}
	return n
}

// stockOf is a row as a stock with what is in it now.
func stockOf(d api.Draft) api.ResourceDraft {
	line := d.Lines[0]
	r := api.ResourceDraft{Place: d.Place, Origin: d.Origin, Title: d.Title, Body: d.Body, At: d.At, Type: rowStock,
		Category: line.Category, Unit: line.Unit, Quantity: line.Quantity}
	if d.Numbers == api.NumbersOpen {
		r.Numbers = api.NumbersOpen
	}
	return r
}

// draft reads a row; its type is empty where it is none of these.
func (i *importer) draft(row []string) (string, api.Draft, error) {
	ticked := i.sheet.ticked(row)
	what, err := i.what(row, ticked)
	if what == "" || err != nil {
		return "", api.Draft{}, err
	}
	flags := draftFlags{
		kind: i.sheet.field(row, "kind"), quantity: i.sheet.field(row, "qty"), unit: i.sheet.field(row, "unit"),
		until: i.sheet.field(row, "until"), at: i.sheet.field(row, "at"), body: i.sheet.field(row, "body"),
		contact: contactFlags{contact: i.sheet.field(row, "contact"), place: i.sheet.field(row, "place-exact")},
	}
	draft, err := flags.draft(i.app, i.sheet.field(row, "text"))
	if err != nil {
		return "", draft, err
	}
	if said := i.sheet.field(row, "urgency"); said != "" && what == rowRequest {
		if draft.Urgency, err = urgency(said); err != nil {
			return "", draft, err
		}
	}
	draft.Lines = linesFrom(draft.Lines[0], ticked)
	draft.Origin = i.origin(what, row)
	draft.Numbers = i.numbers()
	return what, draft, nil
}

// numbers says what becomes of numbers in the texts of a sheet: they go to the
// contacts. Nobody looks at each of its rows, and whose numbers they are did
// not say that the whole neighbourhood may read them.
func (i *importer) numbers() api.Numbers {
	if i.open {
		return api.NumbersOpen
	}
	return api.NumbersMoved
}

// what says whether a row asks or offers. In a sheet that never says, all ask.
func (i *importer) what(row, ticked []string) (string, error) {
	if !i.sheet.typed {
		return rowRequest, nil
	}
	if said := i.sheet.field(row, "type"); said != "" {
		what, ok := typeOf(said)
		if !ok {
			return "", usage("import.type", words.Args{"value": said})
		}
		return what, nil
	}
	for _, value := range ticked {
		if what, ok := typeOf(value); ok {
			return what, nil
		}
	}
	return "", nil
}

// linesFrom makes a line for each category that a row ticks, else the one that
// its columns say.
func linesFrom(line api.DraftLine, ticked []string) []api.DraftLine {
	if line.Category != "" {
		return []api.DraftLine{line}
	}
	var lines []api.DraftLine
	for _, value := range ticked {
		if _, isType := typeOf(value); !isType {
			l := line
			l.Category = value
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return []api.DraftLine{line}
	}
	return lines
}

// origin names a row by its content, and by how many like it came before.
func (i *importer) origin(what string, row []string) string {
	content := what + "\x00" + strings.Join(row, "\x00")
	i.seen[content]++
	id := protocol.Hash("gotong/sheet-row/1\x00", []byte(strconv.Itoa(i.seen[content])+"\x00"+content))
	return "sheet/" + protocol.Text(id)
}

// bad tells which row cannot be taken in, and why.
func (i *importer) bad(line int, err error) {
	i.counts.Bad++
	fmt.Fprint(i.app.err, i.app.say("import.bad", words.Args{"line": line}), " ")
	if misused := (*usageError)(nil); errors.As(err, &misused) {
		i.app.tell(misused.key, misused.args)
		return
	}
	i.app.tellProblem(api.ProblemOf(err), err)
}

// progressEvery is after how many rows a person hears how far it is.
const progressEvery = 200

func (i *importer) progress() {
	if i.counts.Rows%progressEvery == 0 {
		i.app.tell("import.progress", words.Args{"n": i.counts.Rows, "new": i.counts.New})
	}
}

// end says what became of the sheet; rows that were passed over show in the
// exit code.
func (i *importer) end() error {
	c := i.counts
	if i.app.json {
		if err := i.app.document(c); err != nil {
			return err
		}
	}
	key := "import.done"
	if c.DryRun {
		key = "import.dry"
	}
	if c.Moved > 0 {
		i.app.tell("import.moved", words.Args{"n": c.Moved})
	}
	i.app.tell(key, words.Args{"n": c.New, "known": c.Known, "skipped": c.Skipped, "bad": c.Bad})
	if c.Bad > 0 {
		return errPartial
	}
	return nil
}
