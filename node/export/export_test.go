package export

import (
	"encoding/csv"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"gotong/protocol/record"
)

func someData() Data {
	return Data{
		Neighbourhood: "RT 03 Sukamaju", At: sent, Suppressed: 2, Alerts: []Alert{rain()},
		Needs: []Need{{ID: "7K", Area: "31.74.01.1001/RW007", Category: "water.drinking", Item: "Drinking water", Unit: "L", Urgency: "high", UrgencyName: "Mendesak",
			State: "partly-pledged", StateName: "Partly pledged", Requested: 30_500, Pledged: 4_000, Received: 1_250, Households: 3, People: 12, Infants: 3, Reported: sent}},
		Brought: []Brought{{ID: "8K", By: "PMI", ByType: "red-cross", Area: "31.74.01.1001/RW007", Category: "water.drinking", Item: "Drinking water", Unit: "L",
			Quantity: 18_000, Households: 3, People: 12, From: sent.Add(-48 * time.Hour), To: sent}},
		Organisations: []Organisation{{ID: "9K", Name: "PMI", Type: "red-cross", Contact: "021-123", AreaServed: "Jakarta Timur", Services: []Service{{Name: "Ambulans"}, {Name: "Air"}}}},
	}
}

func lines(t *testing.T, table Table, tagged bool) [][]string {
	t.Helper()
	var b strings.Builder
	if err := table.CSV(&b, tagged, false); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The tags are those that partners agreed on, in their order.
func TestTheTagsOfTheListOfNeedsAreExact(t *testing.T) {
	const want = "#meta+id,#date+reported,#adm1+name,#adm1+code+v_kemendagri,#adm2+name,#adm2+code+v_kemendagri,#adm3+name,#adm3+code+v_kemendagri,#adm4+name,#adm4+code+v_kemendagri,#adm5+name,#loc+name,#geo+lat,#geo+lon,#sector+cluster+name,#need+code,#need+name,#item+name,#indicator+num+requested,#indicator+num+pledged,#indicator+num+delivered,#inneed+ind,#inneed+hh,#inneed+infants,#inneed+elderly,#severity+code,#status+code,#status+name"
	rows := lines(t, someData().NeedList(), true)
	if got := strings.Join(rows[1], ","); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := strings.Join(rows[2], "|"), "7K|2026-11-24||31||31.74||31.74.01||31.74.01.1001|RW007|RT 03 Sukamaju|||WASH|water.drinking|Drinking water|Drinking water (L)|30.5|4|1.25|12|3|3||high|partly-pledged|Partly pledged"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTheTagsOfWhoBroughtWhatAreExact(t *testing.T) {
	const want = "#meta+id,#org+name,#org+type,#org+impl+name,#sector+cluster+name,#activity+name,#item+name+provided,#output+num,#reached+ind,#reached+hh,#adm1+code+v_kemendagri,#adm2+code+v_kemendagri,#adm3+code+v_kemendagri,#adm4+code+v_kemendagri,#adm4+name,#adm5+name,#loc+name,#date+start,#date+end,#status+name,#modality+name,#meta+source"
	rows := lines(t, someData().Deliveries(), true)
	if got := strings.Join(rows[1], ","); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := strings.Join(rows[2], "|"), "8K|PMI|Red Cross / Red Crescent|RT 03 Sukamaju|WASH|Distribution|Drinking water (L)|18|12|3|31|31.74|31.74.01|31.74.01.1001||RW007|RT 03 Sukamaju|2026-11-22|2026-11-24|Completed|In-kind|Gotong"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// hashtag is what HXL 1.1 allows as one.
var hashtag = regexp.MustCompile(`^#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*$`)

// What the default schema of HXL asks of values: numbers where a number is
// meant, dates by ISO 8601, no white space around, one spelling.
func TestTagsAndValuesKeepToHXL(t *testing.T) {
	d := someData()
	d.Needs = append(d.Needs, Need{ID: "x", Area: "kampung  baru ", Category: "drone.delivery", Item: " Drone\n"})
	d.Brought = append(d.Brought, Brought{By: " PMI  "})
	for _, table := range []Table{d.NeedList(), d.Deliveries()} {
		rows := lines(t, table, true)
		for i, tag := range rows[1] {
			if !hashtag.MatchString(tag) {
				t.Errorf("%s is no hashtag", tag)
			}
			for _, row := range rows[2:] {
				cell := row[i]
				switch {
				case cell != strings.Join(strings.Fields(cell), " "):
					t.Errorf("%s: %q has stray white space", tag, cell)
				case cell == "":
				case strings.HasPrefix(tag, "#date") && !regexp.MustCompile(`^\d{4}-\d\d-\d\d$`).MatchString(cell),
					table.Columns[i].Number && !regexp.MustCompile(`^\d+(\.\d+)?$`).MatchString(cell):
					t.Errorf("%s: %q", tag, cell)
				}
			}
		}
	}
}

func TestEveryCategoryHasItsCluster(t *testing.T) {
	for _, c := range record.Categories() {
		_, exact := clusters[c.Code]
		_, family := clusters[c.Family()]
		if !exact && !family {
			t.Errorf("%s has no cluster", c.Code)
		}
	}
	for category, want := range map[string]string{"food.infant": "Nutrition", "food.rice": "Food Security", "labour.repair": "Shelter and Non-Food Items", "care.pet": "", "drone.x": ""} {
		if got := cluster(category); got != want {
			t.Errorf("%s: %q, want %q", category, got, want)
		}
	}
}

func TestFormulasAreNeutralisedAndNumbersAreNot(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+62 812": "'+62 812", "-5": "-5", "-5,5": "'-5,5", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'=1", "\r=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
		" =1": "'=1", "＝1": "'＝1", "-": "'-", "+1": "+1", "Air minum": "Air minum", "": "", "-2+3+cmd": "'-2+3+cmd", "-1e9": "'-1e9",
	} {
		if got := Harmless(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// Whatever neighbours call themselves, no cell of a file begins a formula.
func TestNoCellBeginsAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		evil := rapid.StringOf(rapid.SampledFrom([]rune("=+-@\t\r\n\"', ;a1＝"))).Draw(t, "evil")
		d := Data{Neighbourhood: evil, Needs: []Need{{ID: evil, Area: evil, Category: evil, Item: evil, Unit: evil, Urgency: evil, State: evil, StateName: evil}}}
		var b strings.Builder
		if err := d.NeedList().CSV(&b, true, false); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if err != nil {
			t.Fatalf("%v in %q", err, b.String())
		}
		for _, cell := range rows[2] {
			plain := regexp.MustCompile(`^[+-]?[0-9.]+$`).MatchString(cell)
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") && !plain {
				t.Fatalf("%q begins a formula", cell)
			}
		}
	})
}

func TestSpreadsheetsAreToldThatItIsUTF8WhereTheyNeedIt(t *testing.T) {
	var with, without strings.Builder
	if someData().NeedList().CSV(&with, false, true) != nil || someData().NeedList().CSV(&without, false, false) != nil {
		t.Fatal("not written")
	}
	if with.String() != "\xef\xbb\xbf"+without.String() || strings.Contains(without.String(), "#meta") {
		t.Errorf("%q", with.String()[:40])
	}
}

func TestOnTheMapAreTheAreasOfAlertsAndNeedsHaveNoPoint(t *testing.T) {
	text, err := someData().GeoJSON()
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Features []struct {
			Geometry *struct {
				Type        string
				Coordinates json.RawMessage
			}
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(text, &all); err != nil || len(all.Features) != 3 {
		t.Fatalf("%v: %s", err, text)
	}
	polygon, circle, need := all.Features[0], all.Features[1], all.Features[2]
	// Longitude first, and against the clock: the corners came clockwise.
	if want := "[[[106.86,-6.21],[106.88,-6.23],[106.88,-6.21],[106.86,-6.21]]]"; compact(polygon.Geometry.Coordinates) != want {
		t.Errorf("%s, want %s", compact(polygon.Geometry.Coordinates), want)
	}
	if compact(circle.Geometry.Coordinates) != "[106.8,-6.2]" || circle.Properties["radius_km"] != "1.5" {
		t.Errorf("%s %v", circle.Geometry.Coordinates, circle.Properties)
	}
	if need.Geometry != nil || need.Properties["requested"] != 30.5 {
		t.Errorf("%+v", need)
	}
}

func compact(text json.RawMessage) string {
	return strings.Join(strings.Fields(string(text)), "")
}

func TestOutlinesThatAreNoneAreLeftOut(t *testing.T) {
	for _, polygon := range []string{"NaN,1 2,3 4,5 NaN,1", "1,1 2,2 1,1", "1,1 2,2 3,3 4,4", "91,0 1,1 2,2 91,0", "", "1 2 3 1"} {
		if _, ok := ringOf(polygon); ok {
			t.Errorf("%q was drawn", polygon)
		}
	}
}

func TestTheDirectoryNamesServicesTheSameEveryTime(t *testing.T) {
	first, _ := someData().HSDS()
	second, _ := someData().HSDS()
	if string(first) != string(second) {
		t.Error("two exports differ")
	}
	var doc directory
	if err := json.Unmarshal(first, &doc); err != nil || len(doc.Services) != 2 || len(doc.Organizations) != 1 {
		t.Fatalf("%v %s", err, first)
	}
	v5 := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for _, s := range doc.Services {
		if !v5.MatchString(s.ID) || seen[s.ID] || s.OrganizationID != doc.Organizations[0].ID || s.Status != "active" {
			t.Errorf("%+v", s)
		}
		seen[s.ID] = true
	}
}

func TestACardIsFoldedAndEscaped(t *testing.T) {
	card := string(VCard(Person{Name: "Bu Sari; RT 03, Sukamaju", Phone: "0812-3456-7890", Place: strings.Repeat("gang sempit di belakang masjid é ", 6), Note: "galon\nkosong"}))
	for _, want := range []string{"BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:group\r\n", "FN:Bu Sari\\; RT 03\\, Sukamaju\r\n", "TEL;VALUE=text:0812-3456-7890\r\n", "NOTE:galon\\nkosong\r\n", "END:VCARD\r\n"} {
		if !strings.Contains(card, want) {
			t.Errorf("%q is not in %q", want, card)
		}
	}
	for line := range strings.SplitSeq(card, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("%d octets: %q", len(line), line)
		}
	}
	if unfolded := strings.ReplaceAll(card, "\r\n ", ""); !strings.Contains(unfolded, "ADR:;;"+strings.Repeat("gang sempit di belakang masjid é ", 6)+";;;;\r\n") {
		t.Errorf("%q", unfolded)
	}
}

func TestTheReportEscapesWhatPeopleWroteAndSaysWhatIsLeftOut(t *testing.T) {
	d := someData()
	d.Neighbourhood = "<script>alert(1)</script>"
	for range 20 {
		d.Needs = append(d.Needs, d.Needs[0])
	}
	words := map[string]string{"title": "Laporan situasi / Situation report", "suppressed": "Tidak ikut", "more": "baris lagi"}
	page, err := d.Report(words, func(Alert) string { return "besok" })
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	if strings.Contains(text, "<script>") || !strings.Contains(text, "Tidak ikut: 2") || !strings.Contains(text, "+ 11 baris lagi") || strings.Count(text, "Drinking water") != 11 {
		t.Errorf("%s", text)
	}
	if !strings.Contains(text, "Hujan lebat &lt;di&gt; Jakarta") || !strings.Contains(text, "Heavy rain") {
		t.Errorf("%s", text)
	}
}

func TestThePreviewNamesEveryColumnOfTheFile(t *testing.T) {
	d := someData()
	for _, format := range []string{"csv", "hxl", "hxl-3w"} {
		leaves := d.Preview(format)
		table := d.NeedList()
		if format == "hxl-3w" {
			table = d.Deliveries()
		}
		if len(leaves) != 1 || leaves[0].Rows != 1 || len(leaves[0].Columns) != len(table.Columns) {
			t.Errorf("%s: %+v", format, leaves)
		}
	}
	for _, format := range Formats() {
		if len(d.Preview(format)) == 0 {
			t.Errorf("%s says nothing", format)
		}
	}
}
