package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/export"
	"gotong/node/words"
	"gotong/protocol"
	"gotong/protocol/record"
)

func newNotice(a *app) *cobra.Command {
	c := a.family("notice", newNoticeList(a), newNoticeSend(a), newNoticeShow(a), newNoticeRead(a))
	c.Long = a.say("help.notice-long", nil)
	return c
}

func newNoticeList(a *app) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "list", Short: a.say("help.notice-list", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.NoticeList, error) {
				return node.Notices(ctx, a.place(), all)
			}, a.notices)
		},
	}
	c.Flags().BoolVar(&all, "all", false, a.say("flag.notice-all", nil))
	return a.jsonFlag(c)
}

// noticeFlags are what a notice can say besides its headline.
type noticeFlags struct {
	severity, event, body, instruction, until, area, english, updates, cancels string
	drill                                                                      bool
	numbers                                                                    numberFlags
}

func newNoticeSend(a *app) *cobra.Command {
	var f noticeFlags
	c := &cobra.Command{
		Use: "send TEXT", Short: a.say("help.notice-send", nil), Long: a.say("help.notice-send-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			draft, err := f.draft(a, args[0])
			if err != nil {
				return err
			}
			return guarded(c.Context(), a, f.numbers, func(ctx context.Context, node *api.Client, numbers api.Numbers) (api.NoticeShown, error) {
				draft.Numbers = numbers
				return node.Notify(ctx, draft)
			}, a.notified)
		},
	}
	f.add(a, c)
	return a.jsonFlag(c)
}

func (f *noticeFlags) add(a *app, c *cobra.Command) {
	flags := c.Flags()
	flags.BoolVar(&f.drill, "drill", false, a.say("flag.drill", nil))
	flags.StringVar(&f.severity, "severity", "", a.say("flag.severity", nil))
	flags.StringVar(&f.event, "event", "", a.say("flag.event", nil))
	flags.StringVar(&f.body, "body", "", a.say("flag.body", nil))
	flags.StringVar(&f.instruction, "do", "", a.say("flag.instruction", nil))
	flags.StringVar(&f.until, "until", "", a.say("flag.notice-until", nil))
	flags.StringVar(&f.area, "area", "", a.say("flag.notice-area", nil))
	flags.StringVar(&f.english, "en", "", a.say("flag.notice-en", nil))
	flags.StringVar(&f.updates, "updates", "", a.say("flag.updates", nil))
	flags.StringVar(&f.cancels, "cancels", "", a.say("flag.cancels", nil))
	f.numbers.add(a, c, false)
}

func (f *noticeFlags) draft(a *app, headline string) (api.NoticeDraft, error) {
	d := api.NoticeDraft{Place: a.place(), Texts: []api.NoticeText{
		{Language: a.words.Lang(), Event: f.event, Headline: headline, Description: f.body, Instruction: f.instruction},
	}}
	if f.english != "" {
		d.Texts[0].Language = "id"
		d.Texts = append(d.Texts, api.NoticeText{Language: "en", Headline: f.english})
	}
	if f.area != "" {
		d.Areas = []api.NoticeArea{{Description: f.area}}
	}
	switch {
	case f.updates != "" && f.cancels != "":
		return d, usage("usage.updates-or-cancels", nil)
	case f.updates != "":
		d.Type, d.About = record.MsgType_MSG_TYPE_UPDATE.Code(), f.updates
	case f.cancels != "":
		d.Type, d.About = record.MsgType_MSG_TYPE_CANCEL.Code(), f.cancels
	}
	return d, f.rest(a, &d)
}

// rest reads what can be wrong.
func (f *noticeFlags) rest(a *app, d *api.NoticeDraft) (err error) {
	if f.drill {
		d.Status = record.AlertStatus_ALERT_STATUS_EXERCISE.Code()
	}
	if f.severity != "" {
		if d.Severity, err = severity(f.severity); err != nil {
			return err
		}
	}
	if f.until != "" {
		d.Expires, err = when(f.until, a.now())
	}
	return err
}

// severity reads a severity: its code or its label.
func severity(text string) (string, error) {
	if s, ok := record.SeverityOf(text); ok {
		return s.Code(), nil
	}
	for _, s := range record.Severities() {
		if anyLabel("severity."+s.Code(), text, sameLabel) {
			return s.Code(), nil
		}
	}
	return "", usage("usage.severity", words.Args{"value": text})
}

func newNoticeShow(a *app) *cobra.Command {
	var cap bool
	c := &cobra.Command{
		Use: "show ID", Short: a.say("help.notice-show", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			call := func(ctx context.Context, node *api.Client) (api.NoticeShown, error) {
				return node.Notice(ctx, a.target(args[0]))
			}
			if !cap {
				return do(c.Context(), a, call, a.noticeShown)
			}
			var failed error
			err := do(c.Context(), a, call, func(doc api.NoticeShown) { failed = a.asCAP(doc.Notice) })
			if err != nil {
				return err
			}
			return failed
		},
	}
	c.Flags().BoolVar(&cap, "cap", false, a.say("flag.cap", nil))
	return a.jsonFlag(c)
}

func newNoticeRead(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "read ID", Short: a.say("help.notice-read", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.NoticeShown, error) {
				return node.Read(ctx, a.target(args[0]))
			}, func(doc api.NoticeShown) {
				a.tell("notice.read-done", words.Args{"title": a.headline(doc.Notice), "n": doc.Notice.Read})
			})
		},
	}
	return a.jsonFlag(c)
}

// asCAP writes a notice as CAP 1.2: the file as it came, where it was kept.
func (a *app) asCAP(n api.Notice) error {
	if n.Original != "" {
		_, err := a.out.Write([]byte(n.Original))
		return err
	}
	text, err := export.CAP(alertOf(n))
	if err != nil {
		return err
	}
	_, err = a.out.Write(text)
	return err
}

// notified tells that a notice was saved, and as what it counts.
func (a *app) notified(doc api.NoticeShown) {
	n := doc.Notice
	a.data(n.Short)
	a.tell("notice.done", words.Args{"title": a.headline(n), "id": n.Short, "until": a.words.When(n.Expires, a.now())})
	if n.Said != "" {
		a.tell("notice.counts-less", words.Args{"said": a.named("severity.", n.Said), "severity": a.named("severity.", n.Severity)})
	}
}

func (a *app) notices(doc api.NoticeList) {
	defer a.unlisted(doc.Hidden, doc.Kept)
	if len(doc.Notices) == 0 {
		a.tell("notice.none", nil)
		return
	}
	for i, n := range doc.Notices {
		if i > 0 {
			a.line()
		}
		a.noticeCard(n)
	}
}

// noticeCard is a notice in a list: how grave, what, from whom, until when.
func (a *app) noticeCard(n api.Notice) {
	id, word := pad(n.Short, shortWidth), a.named("severity.", n.Severity)
	if n.Severity == record.Severity_SEVERITY_EXTREME.Code() || n.Severity == record.Severity_SEVERITY_SEVERE.Code() {
		word = a.strong(word)
	}
	a.line(id, "  ", joined(" · ", word, a.noticeMark(n)), "  ", a.strong(a.headline(n)))
	indent := strings.Repeat(" ", len(id)+2)
	a.line(indent, joined(" · ", a.issuer(n), a.words.Ago(n.Sent, a.now()), a.holds(n), a.readBy(n), a.reach(n.Reach)))
}

// noticeMark says what is special about a notice.
func (a *app) noticeMark(n api.Notice) string {
	var marks []string
	for _, m := range []struct {
		is  bool
		key string
	}{
		{n.Status != record.AlertStatus_ALERT_STATUS_ACTUAL.Code(), "notice.exercise"}, {n.Cancelled, "notice.cancel"},
		{n.Superseded, "notice.superseded"}, {n.Expired, "notice.expired"}, {n.Said != "", "notice.unvouched"},
	} {
		if m.is {
			marks = append(marks, a.say(m.key, nil))
		}
	}
	return strings.Join(marks, " · ")
}

// issuer names who says it: of an alert from elsewhere its sender, through
// whom it came.
func (a *app) issuer(n api.Notice) string {
	if n.Source != api.SourceCAP {
		return a.who(n.Owner)
	}
	sender := n.SenderName
	if sender == "" {
		sender = n.Sender
	}
	return a.say("notice.through", words.Args{"sender": sender, "who": a.who(n.Owner)})
}

func (a *app) holds(n api.Notice) string {
	return a.say("notice.until", words.Args{"when": a.words.When(n.Expires, a.now())})
}

func (a *app) readBy(n api.Notice) string {
	if n.Read == 0 {
		return ""
	}
	return a.say("notice.readers", words.Args{"n": n.Read})
}

// text is what a notice says in the language of whoever reads, else in its
// first.
func (a *app) noticeText(n api.Notice) api.NoticeText {
	for _, t := range n.Texts {
		if strings.HasPrefix(strings.ToLower(t.Language), a.words.Lang()) {
			return t
		}
	}
	return n.Texts[0]
}

func (a *app) headline(n api.Notice) string {
	t := a.noticeText(n)
	if t.Headline == "" {
		return words.Plain(t.Event)
	}
	return words.Plain(t.Headline)
}

func (a *app) noticeShown(doc api.NoticeShown) {
	n := doc.Notice
	a.noticeCard(n)
	t := a.noticeText(n)
	for _, said := range []string{t.Description, t.Instruction} {
		for paragraph := range strings.Lines(said) {
			a.line("  ", words.Plain(strings.TrimSpace(paragraph)))
		}
	}
	for _, area := range n.Areas {
		a.show("notice.area", words.Args{"area": area.Description})
	}
	if n.AreasCut {
		a.show("notice.areas-cut", nil)
	}
	if n.Said != "" {
		a.show("notice.counts-less", words.Args{"said": a.named("severity.", n.Said), "severity": a.named("severity.", n.Severity)})
	}
	a.moderatedNote(n.Moderated)
	if !n.ReadHere && !n.Owner.Me && !n.Expired {
		a.tell("notice.read-next", words.Args{"id": n.Short})
	}
}

// alertOf is a notice in the words of CAP.
func alertOf(n api.Notice) export.Alert {
	x := export.Alert{
		Identifier: n.Identifier, Sender: n.Sender, Sent: n.Sent, Status: capWord(n.Status), MsgType: capWord(n.Type),
		Urgency: capWord(n.Urgency), Severity: capWord(n.Severity), Certainty: capWord(n.Certainty),
		Onset: n.Onset, Expires: n.Expires, SenderName: n.SenderName, Web: n.Web,
	}
	for _, c := range n.Categories {
		x.Categories = append(x.Categories, capWord(c))
	}
	for _, r := range n.Responses {
		x.Responses = append(x.Responses, capWord(r))
	}
	for _, r := range n.References {
		x.References = append(x.References, export.AlertName(r))
	}
	for _, t := range n.Texts {
		x.Texts = append(x.Texts, export.AlertText(t))
	}
	for _, area := range n.Areas {
		one := export.Area{Description: area.Description, Polygons: area.Polygons, Circles: area.Circles}
		for _, g := range area.Geocodes {
			one.Geocodes = append(one.Geocodes, export.Geocode(g))
		}
		x.Areas = append(x.Areas, one)
	}
	return x
}

// capWord is a code as CAP writes it: "all-clear" is "AllClear".
func capWord(code string) string {
	if code == record.AlertCategory_ALERT_CATEGORY_CBRNE.Code() {
		return "CBRNE"
	}
	var b strings.Builder
	for part := range strings.SplitSeq(code, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

// codeFrom is the inverse of capWord.
func codeFrom(word string) string {
	if word == "CBRNE" {
		return record.AlertCategory_ALERT_CATEGORY_CBRNE.Code()
	}
	var b strings.Builder
	for i, c := range word {
		if i > 0 && c >= 'A' && c <= 'Z' {
			b.WriteByte('-')
		}
		b.WriteRune(c)
	}
	return strings.ToLower(b.String())
}

// cutTo cuts a text that is too long for a notice.
func cutTo(text string, limit int) string { return export.Cut(text, limit) }

// limits of what a notice says, in characters.
const (
	eventLimit    = protocol.MaxTitle
	headlineLimit = 2 * protocol.MaxTitle
	textLimit     = protocol.MaxText
	noteLimit     = protocol.MaxNote
)

// feedTime bounds how long a feed and all its alerts may take.
const feedTime = time.Minute
