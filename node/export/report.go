package export

import (
	"bytes"
	_ "embed"
	"html/template"
)

// How much of each list a page of A4 has room for.
const (
	reportNeeds   = 10
	reportBrought = 5
	reportAlerts  = 3
	reportDesks   = 4
)

//go:embed report.html
var reportPage string

// reportOf is the page; it is parsed when somebody prints.
type reportOf struct {
	Data
	Words     map[string]string
	Updated   string
	Untold    int // needs that the page has no room for
	Headlines []headline
}

type headline struct{ Severity, Text, Until string }

// Report returns a situation report to print: one page of A4 that needs nothing
// else. words are what stands on it, each in all languages at once; when writes
// a time.
func (d Data) Report(words map[string]string, when func(Alert) string) ([]byte, error) {
	page, err := template.New("report").Funcs(template.FuncMap{"amount": thousandths}).Parse(reportPage)
	if err != nil {
		return nil, err
	}
	r := reportOf{Data: d, Words: words, Updated: d.At.Format("2006-01-02 15:04 MST"), Untold: max(0, len(d.Needs)-reportNeeds)}
	for _, a := range d.Alerts[:min(len(d.Alerts), reportAlerts)] {
		text := ""
		for i, t := range a.Texts {
			if i > 0 {
				text += " / "
			}
			text += or(t.Headline, t.Event)
		}
		r.Headlines = append(r.Headlines, headline{a.Severity, text, when(a)})
	}
	r.Needs, r.Brought = d.Needs[:min(len(d.Needs), reportNeeds)], d.Brought[:min(len(d.Brought), reportBrought)]
	r.Organisations = d.Organisations[:min(len(d.Organisations), reportDesks)]
	var b bytes.Buffer
	err = page.Execute(&b, r)
	return b.Bytes(), err
}
