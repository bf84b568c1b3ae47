package export

// Leaves says what leaves with a file: of each list the columns and how many
// rows.
type Leaves struct {
	What    string   `json:"what"` // "needs", "brought", "organisations", "alerts"
	Rows    int      `json:"rows"`
	Columns []string `json:"columns"`
}

// Formats are those of a whole neighbourhood.
func Formats() []string { return []string{"csv", "hxl", "hxl-3w", "geojson", "json", "hsds", "report"} }

// Preview tells what leaves in a format before it does.
func (d Data) Preview(format string) []Leaves {
	needs := Leaves{"needs", len(d.Needs), d.NeedList().headings(format == "hxl")}
	brought := Leaves{"brought", len(d.Brought), d.Deliveries().headings(format == "hxl-3w")}
	desks := Leaves{"organisations", len(d.Organisations), []string{"name", "type", "description", "contact", "area_served", "web", "services"}}
	alerts := Leaves{"alerts", len(d.Alerts), []string{"sender", "identifier", "sent", "expires", "severity", "headline", "area", "outline"}}
	switch format {
	case "csv", "hxl":
		return []Leaves{needs}
	case "hxl-3w":
		return []Leaves{brought}
	case "hsds":
		return []Leaves{desks}
	case "geojson":
		return []Leaves{needs, alerts}
	}
	return []Leaves{needs, brought, desks, alerts}
}

func (t Table) headings(tags bool) []string {
	var all []string
	for _, c := range t.Columns {
		if tags {
			all = append(all, c.Tag)
		} else {
			all = append(all, c.Heading)
		}
	}
	return all
}
