package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
)

// Column is one of a table: its heading, its HXL 1.1 tag, and whether it holds
// numbers alone.
type Column struct {
	Heading, Tag string
	Number       bool
}

// Table is rows under columns.
type Table struct {
	Columns []Column
	Rows    [][]string
}

// column makes a row's cell.
type column[T any] struct {
	Column
	cell func(T) string
}

func tableOf[T any](columns []column[T], rows []T) Table {
	var t Table
	for _, c := range columns {
		t.Columns = append(t.Columns, c.Column)
	}
	for _, r := range rows {
		var row []string
		for _, c := range columns {
			row = append(row, c.cell(r))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// blank is a column that the standard list has and we know nothing for.
func blank[T any](heading, tag string) column[T] {
	return column[T]{Column{heading, tag, false}, func(T) string { return "" }}
}

func text[T any](heading, tag string, cell func(T) string) column[T] {
	return column[T]{Column{heading, tag, false}, cell}
}

func number[T any](heading, tag string, cell func(T) string) column[T] {
	return column[T]{Column{heading, tag, true}, cell}
}

// NeedList is the list of needs: of each thing in each area, or line by line.
func (d Data) NeedList() Table { return tableOf(needColumns(d.Neighbourhood), d.Needs) }

func needColumns(neighbourhood string) []column[Need] {
	return []column[Need]{
		text("ID", "#meta+id", func(n Need) string { return n.ID }),
		text("Reported", "#date+reported", func(n Need) string { return date(n.Reported) }),
		blank[Need]("Province", "#adm1+name"),
		text("Province code", "#adm1+code+v_kemendagri", func(n Need) string { return placeOf(n.Area).adm1 }),
		blank[Need]("City", "#adm2+name"),
		text("City code", "#adm2+code+v_kemendagri", func(n Need) string { return placeOf(n.Area).adm2 }),
		blank[Need]("District", "#adm3+name"),
		text("District code", "#adm3+code+v_kemendagri", func(n Need) string { return placeOf(n.Area).adm3 }),
		blank[Need]("Village", "#adm4+name"),
		text("Village code", "#adm4+code+v_kemendagri", func(n Need) string { return placeOf(n.Area).adm4 }),
		text("RW", "#adm5+name", func(n Need) string { return placeOf(n.Area).adm5 }),
		text("Neighbourhood", "#loc+name", func(Need) string { return neighbourhood }),
		blank[Need]("Latitude", "#geo+lat"),
		blank[Need]("Longitude", "#geo+lon"),
		text("Cluster", "#sector+cluster+name", func(n Need) string { return cluster(n.Category) }),
		text("Need code", "#need+code", func(n Need) string { return n.Category }),
		text("Need", "#need+name", func(n Need) string { return n.Item }),
		text("Item", "#item+name", func(n Need) string { return inUnit(n.Item, n.Unit) }),
		number("Requested", "#indicator+num+requested", func(n Need) string { return thousandths(n.Requested) }),
		number("Pledged", "#indicator+num+pledged", func(n Need) string { return thousandths(n.Pledged) }),
		number("Delivered", "#indicator+num+delivered", func(n Need) string { return thousandths(n.Received) }),
		number("People", "#inneed+ind", func(n Need) string { return counted(n.People) }),
		number("Households", "#inneed+hh", func(n Need) string { return counted(n.Households) }),
		number("Infants", "#inneed+infants", func(n Need) string { return counted(n.Infants) }),
		number("Elderly", "#inneed+elderly", func(n Need) string { return counted(n.Elderly) }),
		text("Urgency", "#severity+code", func(n Need) string { return n.Urgency }),
		text("Status code", "#status+code", func(n Need) string { return n.State }),
		text("Status", "#status+name", func(n Need) string { return n.StateName }),
	}
}

// Deliveries is who brought what, where and when (3W).
func (d Data) Deliveries() Table { return tableOf(broughtColumns(d.Neighbourhood), d.Brought) }

func broughtColumns(neighbourhood string) []column[Brought] {
	return []column[Brought]{
		text("ID", "#meta+id", func(b Brought) string { return b.ID }),
		text("Organisation", "#org+name", func(b Brought) string { return b.By }),
		text("Organisation type", "#org+type", func(b Brought) string { return orgTypes[b.ByType] }),
		text("Implementing", "#org+impl+name", func(Brought) string { return neighbourhood }),
		text("Cluster", "#sector+cluster+name", func(b Brought) string { return cluster(b.Category) }),
		text("Activity", "#activity+name", func(Brought) string { return "Distribution" }),
		text("Item", "#item+name+provided", func(b Brought) string { return inUnit(b.Item, b.Unit) }),
		number("Quantity", "#output+num", func(b Brought) string { return thousandths(b.Quantity) }),
		number("People", "#reached+ind", func(b Brought) string { return counted(b.People) }),
		number("Households", "#reached+hh", func(b Brought) string { return counted(b.Households) }),
		text("Province code", "#adm1+code+v_kemendagri", func(b Brought) string { return placeOf(b.Area).adm1 }),
		text("City code", "#adm2+code+v_kemendagri", func(b Brought) string { return placeOf(b.Area).adm2 }),
		text("District code", "#adm3+code+v_kemendagri", func(b Brought) string { return placeOf(b.Area).adm3 }),
		text("Village code", "#adm4+code+v_kemendagri", func(b Brought) string { return placeOf(b.Area).adm4 }),
		blank[Brought]("Village", "#adm4+name"),
		text("RW", "#adm5+name", func(b Brought) string { return placeOf(b.Area).adm5 }),
		text("Neighbourhood", "#loc+name", func(Brought) string { return neighbourhood }),
		text("From", "#date+start", func(b Brought) string { return date(b.From) }),
		text("To", "#date+end", func(b Brought) string { return date(b.To) }),
		text("Status", "#status+name", func(Brought) string { return "Completed" }),
		text("Modality", "#modality+name", func(b Brought) string { return modality(b.Category) }),
		text("Source", "#meta+source", func(Brought) string { return "Gotong" }),
	}
}

// orgTypes are the types of organisations, each in one spelling.
var orgTypes = map[string]string{
	"gov": "Government", "ngo": "NGO", "red-cross": "Red Cross / Red Crescent", "business": "Private sector",
	"faith": "Faith-based organisation", "community": "Community",
}

func modality(category string) string {
	if category == "money.cash" {
		return "Cash"
	}
	return "In-kind"
}

func date(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.DateOnly)
}

// counted writes a number of people; nobody said is not none.
func counted(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// thousandths writes a quantity with a point and no more digits than it needs.
func thousandths(n int64) string {
	text := strconv.FormatInt(n/1000, 10)
	if part := n % 1000; part != 0 {
		text += "." + strings.TrimRight(strconv.FormatInt(1000+part, 10)[1:], "0")
	}
	return text
}

func inUnit(item, unit string) string {
	if unit == "" || unit == "NONE" {
		return item
	}
	return item + " (" + unit + ")"
}

// mark is the byte order mark by which some spreadsheets know UTF-8.
const mark = "\xef\xbb\xbf"

// CSV writes a table: its headings and, with tags, the row of hashtags that
// makes it HXL. A cell that a spreadsheet would take for a formula gets an
// apostrophe before it.
func (t Table) CSV(w io.Writer, tagged, bom bool) error {
	if bom {
		if _, err := io.WriteString(w, mark); err != nil {
			return err
		}
	}
	out := csv.NewWriter(w)
	var headings, tags []string
	for _, c := range t.Columns {
		headings, tags = append(headings, c.Heading), append(tags, c.Tag)
	}
	rows := [][]string{headings}
	if tagged {
		rows = append(rows, tags)
	}
	for _, row := range t.Rows {
		rows = append(rows, t.safe(row))
	}
	return out.WriteAll(rows)
}

func (t Table) safe(row []string) []string {
	var cells []string
	for i, cell := range row {
		if !t.Columns[i].Number {
			cell = Harmless(cell)
		}
		cells = append(cells, cell)
	}
	return cells
}

// Harmless returns a text that no spreadsheet takes for a formula. Numbers stay
// as they are, also below zero; white space that hides a formula goes.
func Harmless(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || !strings.ContainsAny(text[:1], "=+-@") && !strings.HasPrefix(text, "＝") && !strings.HasPrefix(text, "＋") && !strings.HasPrefix(text, "－") && !strings.HasPrefix(text, "＠") {
		return text
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil && strings.Trim(text, "+-0123456789.,") == "" {
		return text
	}
	return "'" + text
}
