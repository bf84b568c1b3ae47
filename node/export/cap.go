package export

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of a CAP file that is taken in. Real ones have some tens of kilobytes.
const (
	MaxCAP      = 1 << 20 // bytes
	maxDepth    = 12      // elements inside one another
	maxElements = 20_000
)

// What can be wrong with a CAP file.
var (
	ErrCAPSize   = errors.New("export: a CAP file of more than a megabyte")
	ErrCAPShape  = errors.New("export: not a CAP file")
	ErrCAPUnsafe = errors.New("export: a file with document types or entities of its own")
)

// Alert is a CAP 1.2 message (OASIS CAP 1.2, 3.2). Its words are those of the
// standard, as in "Severe"; polygons and circles are written as there.
type Alert struct {
	Identifier, Sender        string
	Sent                      time.Time
	Status, MsgType, Scope    string
	References                []AlertName
	Categories, Responses     []string
	Urgency, Severity         string
	Certainty                 string
	Effective, Onset, Expires time.Time
	SenderName, Web           string
	Texts                     []AlertText
	Areas                     []Area
}

// AlertName names an alert as its issuer does.
type AlertName struct {
	Sender, Identifier string
	Sent               time.Time
}

// AlertText is what an alert says in one language.
type AlertText struct {
	Language, Event, Headline, Description, Instruction string
}

// Area is where an alert holds.
type Area struct {
	Description string
	Polygons    []string // "lat,lon lat,lon ...", the first corner again at the end
	Circles     []string // "lat,lon kilometres"
	Geocodes    []Geocode
}

// Geocode is the number of an area in a list.
type Geocode struct{ Name, Value string }

const capSpace = "urn:oasis:names:tc:emergency:cap:1.2"

// capAlert is the message as XML, its elements in the order of the schema.
type capAlert struct {
	XMLName    xml.Name  `xml:"alert"`
	Space      string    `xml:"xmlns,attr,omitempty"`
	Identifier string    `xml:"identifier"`
	Sender     string    `xml:"sender"`
	Sent       string    `xml:"sent"`
	Status     string    `xml:"status"`
	MsgType    string    `xml:"msgType"`
	Scope      string    `xml:"scope"`
	References string    `xml:"references,omitempty"`
	Infos      []capInfo `xml:"info"`
}

type capInfo struct {
	Language    string    `xml:"language,omitempty"`
	Categories  []string  `xml:"category"`
	Event       string    `xml:"event"`
	Responses   []string  `xml:"responseType"`
	Urgency     string    `xml:"urgency"`
	Severity    string    `xml:"severity"`
	Certainty   string    `xml:"certainty"`
	Effective   string    `xml:"effective,omitempty"`
	Onset       string    `xml:"onset,omitempty"`
	Expires     string    `xml:"expires,omitempty"`
	SenderName  string    `xml:"senderName,omitempty"`
	Headline    string    `xml:"headline,omitempty"`
	Description string    `xml:"description,omitempty"`
	Instruction string    `xml:"instruction,omitempty"`
	Web         string    `xml:"web,omitempty"`
	Areas       []capArea `xml:"area"`
}

type capArea struct {
	Description string       `xml:"areaDesc"`
	Polygons    []string     `xml:"polygon"`
	Circles     []string     `xml:"circle"`
	Geocodes    []capGeocode `xml:"geocode"`
}

type capGeocode struct {
	Name  string `xml:"valueName"`
	Value string `xml:"value"`
}

// ReadCAP reads a CAP message from anywhere. Nothing in it is believed: its
// size and depth are bounded, document types and entities of its own refused.
// Of several descriptions it takes one for each language, the worst severity,
// and the areas of the first.
func ReadCAP(text []byte) (Alert, error) {
	if len(text) > MaxCAP {
		return Alert{}, ErrCAPSize
	}
	if err := harmless(text); err != nil {
		return Alert{}, err
	}
	var x capAlert
	if err := xml.Unmarshal(text, &x); err != nil {
		return Alert{}, fmt.Errorf("%w: %v", ErrCAPShape, err)
	}
	if !strings.HasPrefix(x.XMLName.Space, "urn:oasis:names:tc:emergency:cap:1.") || len(x.Infos) == 0 && x.MsgType != "Cancel" {
		return Alert{}, ErrCAPShape
	}
	return x.alert()
}

// harmless walks the whole file once, before anything is made of it.
func harmless(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	depth, elements := 0, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %v", ErrCAPShape, err)
		}
		switch token.(type) {
		case xml.Directive:
			return ErrCAPUnsafe
		case xml.StartElement:
			depth, elements = depth+1, elements+1
		case xml.EndElement:
			depth--
		}
		if depth > maxDepth || elements > maxElements {
			return ErrCAPShape
		}
	}
}

func (x capAlert) alert() (Alert, error) {
	a := Alert{Identifier: tidy(x.Identifier), Sender: tidy(x.Sender), Status: tidy(x.Status), MsgType: tidy(x.MsgType), Scope: tidy(x.Scope)}
	times := clocks{}
	a.Sent, a.References = times.read(x.Sent), times.names(x.References)
	for i, info := range x.Infos {
		if i == 0 {
			a.take(info, &times)
		}
		if worse(tidy(info.Severity), a.Severity) {
			a.Severity = tidy(info.Severity)
		}
		a.say(info)
	}
	if times.wrong || a.Sent.IsZero() || a.Identifier == "" || a.Sender == "" {
		return Alert{}, ErrCAPShape
	}
	return a, nil
}

// take takes what an alert has once from its first description.
func (a *Alert) take(info capInfo, times *clocks) {
	a.Categories, a.Responses = all(info.Categories), all(info.Responses)
	a.Urgency, a.Severity, a.Certainty = tidy(info.Urgency), tidy(info.Severity), tidy(info.Certainty)
	a.Effective, a.Onset, a.Expires = times.read(info.Effective), times.read(info.Onset), times.read(info.Expires)
	a.SenderName, a.Web = tidy(info.SenderName), tidy(info.Web)
	for _, area := range info.Areas {
		one := Area{Description: tidy(area.Description), Polygons: all(area.Polygons), Circles: all(area.Circles)}
		for _, g := range area.Geocodes {
			one.Geocodes = append(one.Geocodes, Geocode{tidy(g.Name), tidy(g.Value)})
		}
		a.Areas = append(a.Areas, one)
	}
}

// say takes the text of a description, the first of each language.
func (a *Alert) say(info capInfo) {
	language := tidy(info.Language)
	for _, t := range a.Texts {
		if t.Language == language {
			return
		}
	}
	a.Texts = append(a.Texts, AlertText{language, tidy(info.Event), tidy(info.Headline), tidy(info.Description), tidy(info.Instruction)})
}

// severities are those of CAP, the worst last.
var severities = []string{"Unknown", "Minor", "Moderate", "Severe", "Extreme"}

func worse(a, b string) bool {
	rank := func(s string) int {
		for i, known := range severities {
			if s == known {
				return i
			}
		}
		return 0
	}
	return rank(a) > rank(b)
}

func tidy(text string) string { return strings.TrimSpace(text) }

func all(texts []string) []string {
	var kept []string
	for _, t := range texts {
		if t = tidy(t); t != "" {
			kept = append(kept, t)
		}
	}
	return kept
}

// clocks reads times, and remembers whether one could not be read.
type clocks struct{ wrong bool }

func (c *clocks) read(text string) time.Time {
	if text = tidy(text); text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if c.wrong = c.wrong || err != nil; err != nil {
		return time.Time{}
	}
	return at
}

// names reads "sender,identifier,sent sender,identifier,sent ...".
func (c *clocks) names(text string) []AlertName {
	var found []AlertName
	for _, name := range strings.Fields(text) {
		parts := strings.Split(name, ",")
		if len(parts) != 3 {
			c.wrong = true
			return nil
		}
		found = append(found, AlertName{parts[0], parts[1], c.read(parts[2])})
	}
	return found
}

// CAP returns an alert as a CAP 1.2 file.
func CAP(a Alert) ([]byte, error) {
	x := capAlert{Space: capSpace, Identifier: plainName(a.Identifier), Sender: plainName(a.Sender), Sent: capTime(a.Sent),
		Status: or(a.Status, "Actual"), MsgType: or(a.MsgType, "Alert"), Scope: or(a.Scope, "Public")}
	var names []string
	for _, r := range a.References {
		names = append(names, plainName(r.Sender)+","+plainName(r.Identifier)+","+capTime(r.Sent))
	}
	x.References = strings.Join(names, " ")
	for _, t := range a.Texts {
		x.Infos = append(x.Infos, a.info(t))
	}
	body, err := xml.MarshalIndent(x, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("export: cap: %w", err)
	}
	return append([]byte(xml.Header), append(body, '\n')...), nil
}

func (a Alert) info(t AlertText) capInfo {
	info := capInfo{
		Language: t.Language, Categories: a.Categories, Event: or(t.Event, t.Headline), Responses: a.Responses,
		Urgency: or(a.Urgency, "Unknown"), Severity: or(a.Severity, "Unknown"), Certainty: or(a.Certainty, "Unknown"),
		Effective: capTime(a.Effective), Onset: capTime(a.Onset), Expires: capTime(a.Expires), SenderName: a.SenderName,
		Headline: t.Headline, Description: t.Description, Instruction: t.Instruction, Web: a.Web,
	}
	if len(info.Categories) == 0 {
		info.Categories = []string{"Other"}
	}
	for _, area := range a.Areas {
		one := capArea{Description: or(area.Description, "-"), Polygons: area.Polygons, Circles: area.Circles}
		for _, g := range area.Geocodes {
			one.Geocodes = append(one.Geocodes, capGeocode(g))
		}
		info.Areas = append(info.Areas, one)
	}
	return info
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// plainName drops what CAP forbids in the name of an alert (3.2.1).
func plainName(text string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune(" ,<&\t\r\n", c) {
			return '-'
		}
		return c
	}, text)
}

// capTime writes a time as the schema wants it: seconds, and "-00:00" for UTC.
func capTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05") + "-00:00"
}

// Cut returns a text of so many characters at most.
func Cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}
