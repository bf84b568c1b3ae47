package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/export"
	"gotong/node/words"
	"gotong/protocol"
	"gotong/protocol/record"
)

func newImportCAP(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "cap FILE|URL", Short: a.say("help.import-cap", nil), Long: a.say("help.import-cap-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error { return a.importCAP(c.Context(), args[0]) },
	}
	c.DisableFlagsInUseLine = true
	return a.jsonFlag(c)
}

// importCAP takes in one alert from a file or, where there is internet, those
// that a feed lists.
func (a *app) importCAP(ctx context.Context, from string) error {
	if strings.HasPrefix(from, "http://") || strings.HasPrefix(from, "https://") {
		return a.importFeed(ctx, from)
	}
	file, err := os.Open(from)
	if err != nil {
		return usage("import.open", words.Args{"file": from})
	}
	defer file.Close()
	text, err := bounded(file)
	if err != nil {
		return refusal("cap.unreadable", words.Args{"file": from}, exitUsage)
	}
	return a.takeAlert(ctx, from, text)
}

// bounded reads no more than an alert may have, and one byte to tell.
func bounded(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, export.MaxCAP+1)) }

// takeAlert reads an alert and writes it as a notice.
func (a *app) takeAlert(ctx context.Context, name string, text []byte) error {
	alert, err := export.ReadCAP(text)
	switch {
	case errors.Is(err, export.ErrCAPSize):
		return refusal("cap.too-large", words.Args{"file": name}, exitUsage)
	case errors.Is(err, export.ErrCAPUnsafe):
		return refusal("cap.unsafe", words.Args{"file": name}, exitUsage)
	case err != nil:
		return refusal("cap.unreadable", words.Args{"file": name}, exitUsage)
	case alert.Status == "System" || alert.Status == "Draft" || alert.MsgType == "Ack" || alert.MsgType == "Error":
		return refusal("cap.not-for-people", words.Args{"file": name}, exitUsage)
	}
	return do(ctx, a, func(ctx context.Context, node *api.Client) (api.NoticeShown, error) {
		return fitting(ctx, node, draftOf(a.place(), alert, text))
	}, func(doc api.NoticeShown) {
		if doc.Repeated {
			a.data(doc.Notice.Short)
			a.tell("cap.known", words.Args{"title": a.headline(doc.Notice), "id": doc.Notice.Short})
			return
		}
		a.notified(doc)
		if doc.Notice.AreasCut {
			a.tell("notice.areas-cut", nil)
		}
	})
}

// fitting writes an alert with as much of it as a cell holds: without the
// original file, then without outlines, then in one language.
func fitting(ctx context.Context, node *api.Client, d api.NoticeDraft) (doc api.NoticeShown, err error) {
	steps := []func(){
		func() { d.Original = "" },
		func() { d.Areas, d.AreasCut = withoutOutlines(d.Areas), true },
		func() { d.Texts = d.Texts[:1] },
		func() { d.Areas = d.Areas[:min(1, len(d.Areas))] },
	}
	for i := 0; ; i++ {
		doc, err = node.Notify(ctx, d)
		problem := api.ProblemOf(err)
		if err == nil || i == len(steps) || problem.Code != api.CodeInvalid || problem.Why != "too-long" && problem.Why != "too-many" {
			return doc, err
		}
		steps[i]()
	}
}

func withoutOutlines(areas []api.NoticeArea) []api.NoticeArea {
	var kept []api.NoticeArea
	for _, a := range areas {
		kept = append(kept, api.NoticeArea{Description: a.Description, Circles: a.Circles, Geocodes: a.Geocodes})
	}
	return kept
}

// draftOf is an alert as a draft. What is too long for a notice is cut; that it
// came from this file its hash shows.
func draftOf(p api.Place, x export.Alert, text []byte) api.NoticeDraft {
	sum := sha256.Sum256(text)
	name := protocol.Hash("gotong/alert/1\x00", []byte(x.Sender+"\x00"+x.Identifier+"\x00"+x.Sent.UTC().String()))
	d := api.NoticeDraft{
		Place: p, Origin: "cap/" + protocol.Text(name), Source: api.SourceCAP, Sender: x.Sender, Identifier: x.Identifier, Sent: x.Sent.UTC(),
		SenderName: cutTo(x.SenderName, eventLimit), Web: known(x.Web), Severity: codeFrom(x.Severity), Certainty: certainty(x.Certainty),
		Urgency: codeFrom(x.Urgency), Status: codeFrom(x.Status), Type: codeFrom(x.MsgType), Onset: x.Onset.UTC(), Expires: x.Expires.UTC(),
		Hash: hex.EncodeToString(sum[:]), Original: string(text),
	}
	d.Categories, d.Responses = codesOf(x.Categories), codesOf(x.Responses)
	for _, r := range x.References[:min(len(x.References), record.MaxReferences)] {
		d.References = append(d.References, api.AlertName(r))
	}
	for _, t := range x.Texts[:min(len(x.Texts), record.MaxTexts)] {
		d.Texts = append(d.Texts, api.NoticeText{Language: cutTo(t.Language, eventLimit), Event: cutTo(t.Event, eventLimit),
			Headline: cutTo(t.Headline, headlineLimit), Description: cutTo(t.Description, textLimit), Instruction: cutTo(t.Instruction, textLimit)})
	}
	if len(d.Texts) == 0 {
		d.Texts = []api.NoticeText{{Headline: cutTo(x.MsgType+" "+x.Identifier, headlineLimit)}}
	}
	d.AreasCut = len(x.Areas) > record.MaxAreas
	for _, area := range x.Areas[:min(len(x.Areas), record.MaxAreas)] {
		d.Areas = append(d.Areas, areaFrom(area))
	}
	return d
}

func areaFrom(area export.Area) api.NoticeArea {
	one := api.NoticeArea{Description: cutTo(area.Description, protocol.MaxNote), Polygons: area.Polygons, Circles: area.Circles}
	for _, g := range area.Geocodes[:min(len(area.Geocodes), record.MaxAreas)] {
		one.Geocodes = append(one.Geocodes, api.Geocode(g))
	}
	return one
}

// known is an address where it is one that a reader can follow.
func known(web string) string {
	if u, err := url.Parse(web); err != nil || u.Scheme != "http" && u.Scheme != "https" || len(web) > protocol.MaxNote {
		return ""
	}
	return web
}

// certainty reads CAP's, and the "Very Likely" of its first version.
func certainty(word string) string {
	if word == "Very Likely" {
		return record.Certainty_CERTAINTY_LIKELY.Code()
	}
	return codeFrom(word)
}

func codesOf(words []string) []string {
	var all []string
	for _, w := range words {
		all = append(all, codeFrom(w))
	}
	return all
}

// feed is an RSS feed of alerts, as BMKG's.
type feed struct {
	Links []string `xml:"channel>item>link"`
}

// maxAlerts bounds how many alerts of a feed are fetched.
const maxAlerts = 40

// importFeed fetches a feed and the alerts it lists, all from one host.
func (a *app) importFeed(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, feedTime)
	defer cancel()
	text, err := fetch(ctx, address)
	if err != nil {
		return refusal("cap.no-internet", words.Args{"url": address}, exitTryLater)
	}
	var list feed
	if _, err := export.ReadCAP(text); err == nil {
		return a.takeAlert(ctx, address, text)
	}
	if err := xml.Unmarshal(text, &list); err != nil || len(list.Links) == 0 {
		return refusal("cap.no-feed", words.Args{"url": address}, exitUsage)
	}
	bad := 0
	for _, link := range alertsOf(address, list.Links) {
		text, err := fetch(ctx, link)
		if err == nil {
			err = a.takeAlert(ctx, link, text)
		}
		if stops(err) {
			return err
		}
		if err != nil {
			a.tell("cap.skipped", words.Args{"file": link})
			bad++
		}
	}
	if bad > 0 {
		return errPartial
	}
	return nil
}

// alertsOf returns the links of a feed that lead to alerts on its own host.
func alertsOf(address string, links []string) []string {
	base, err := url.Parse(address)
	if err != nil {
		return nil
	}
	var found []string
	for _, link := range links {
		u, err := base.Parse(strings.TrimSpace(link))
		if err == nil && u.Host == base.Host && strings.HasSuffix(u.Path, ".xml") && len(found) < maxAlerts {
			found = append(found, u.String())
		}
	}
	return found
}

// fetch gets a file of bounded size.
func fetch(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New("gotong: " + answer.Status)
	}
	return bounded(answer.Body)
}
