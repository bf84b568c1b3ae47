package api

import (
	"context"
	"encoding/hex"
	"strings"
	"time"

	"gotong/protocol/record"
)

// NoticeDraft is what a household wants to tell everybody or, with Source
// "cap", an alert from elsewhere. Codes are those of protocol/record.
type NoticeDraft struct {
	Place
	Origin     string       `json:"origin,omitempty"`
	Texts      []NoticeText `json:"texts"`
	Severity   string       `json:"severity,omitempty"` // empty: minor
	Certainty  string       `json:"certainty,omitempty"`
	Urgency    string       `json:"urgency,omitempty"`
	Status     string       `json:"status,omitempty"` // empty: actual
	Type       string       `json:"type,omitempty"`   // empty: alert
	Categories []string     `json:"categories,omitempty"`
	Responses  []string     `json:"responses,omitempty"`
	About      string       `json:"about,omitempty"` // id of the one that an update or a cancel is for
	Onset      time.Time    `json:"onset,omitzero"`
	Expires    time.Time    `json:"expires,omitzero"`
	Areas      []NoticeArea `json:"areas,omitempty"`
	Numbers    Numbers      `json:"numbers,omitempty"`

	// Of an alert from elsewhere.
	Source     string      `json:"source,omitempty"`
	Sender     string      `json:"sender,omitempty"`
	SenderName string      `json:"sender_name,omitempty"`
	Identifier string      `json:"identifier,omitempty"`
	Sent       time.Time   `json:"sent,omitzero"`
	References []AlertName `json:"references,omitempty"`
	AreasCut   bool        `json:"areas_cut,omitempty"`
	Web        string      `json:"web,omitempty"`
	Original   string      `json:"original,omitempty"`
	Hash       string      `json:"original_hash,omitempty"`
}

// Notify writes a notice.
func (d Desk) Notify(ctx context.Context, n NoticeDraft) (NoticeShown, error) {
	content, err := n.content()
	if err != nil {
		return NoticeShown{}, err
	}
	if n.Source != SourceCAP { // what a weather service says is public already
		if _, err := clear(n.Numbers, false, textsOf(content)...); err != nil {
			return NoticeShown{}, err
		}
		if !n.Expires.IsZero() && n.Expires.Before(d.Now()) {
			return NoticeShown{}, &record.Invalid{Field: "until", Why: "past"}
		}
	}
	s, err := d.writing(ctx, n.In)
	if err != nil {
		return NoticeShown{}, err
	}
	repeated, err := d.point(ctx, s, n, content)
	if err != nil {
		return NoticeShown{}, err
	}
	id, err := d.Backend.Write(ctx, s.id, content, from(n.Origin))
	if err != nil {
		return NoticeShown{}, err
	}
	doc, err := d.noticed(ctx, s, id)
	doc.Repeated = repeated
	return doc, err
}

// point has an update or a cancel name the notice it is about, and tells
// whether it was written before. Others' notices only stewards change.
func (d Desk) point(ctx context.Context, s site, n NoticeDraft, content *record.Notice) (repeated bool, err error) {
	err = d.look(ctx, s, func(v sight) error {
		_, repeated = v.Origin(s.me, n.Origin)
		if n.About == "" {
			return nil
		}
		r, err := v.find(n.About, record.Kind_KIND_NOTICE)
		if err != nil {
			return err
		}
		earlier, _ := v.View.Notice(r.ID)
		content.References = []*record.AlertKey{{Sender: earlier.Key.Sender, Identifier: earlier.Key.Identifier, Sent: earlier.Key.Sent}}
		return nil
	})
	if err != nil || n.About == "" {
		return repeated, err
	}
	earlier, err := d.noticeAt(ctx, s, n.About)
	if err != nil {
		return repeated, err
	}
	members, err := d.Backend.Roster(s.id)
	if err == nil && earlier.Owner != s.me && !members.Steward(s.me) {
		err = ErrStewards
	}
	return repeated, err
}

func textsOf(m *record.Notice) []text {
	var all []text
	for _, t := range m.Texts {
		all = append(all, text{"headline", &t.Headline}, text{"description", &t.Description}, text{"instruction", &t.Instruction})
	}
	return all
}

// content makes the record of a draft.
func (n NoticeDraft) content() (*record.Notice, error) {
	m := &record.Notice{
		Sender: n.Sender, Identifier: n.Identifier, Sent: millis(n.Sent), SenderName: n.SenderName, Web: n.Web,
		Onset: millis(n.Onset), Expires: millis(n.Expires), AreasCut: n.AreasCut, Original: []byte(n.Original),
		Source: record.NoticeSource_NOTICE_SOURCE_COMMUNITY,
	}
	for _, t := range n.Texts {
		m.Texts = append(m.Texts, &record.NoticeText{
			Language: strings.TrimSpace(t.Language), Event: strings.TrimSpace(t.Event), Headline: strings.TrimSpace(t.Headline),
			Description: strings.TrimSpace(t.Description), Instruction: strings.TrimSpace(t.Instruction),
		})
	}
	for _, k := range n.References {
		m.References = append(m.References, &record.AlertKey{Sender: k.Sender, Identifier: k.Identifier, Sent: millis(k.Sent)})
	}
	if err := n.code(m); err != nil {
		return nil, err
	}
	var err error
	if m.Areas, err = areasFrom(n.Areas); err != nil {
		return nil, err
	}
	if m.OriginalHash, err = hex.DecodeString(n.Hash); err != nil {
		return nil, &record.Invalid{Field: "original_hash", Why: "unknown"}
	}
	return m, nil
}

// code reads the codes of a draft.
func (n NoticeDraft) code(m *record.Notice) error {
	if n.Source == SourceCAP {
		m.Source = record.NoticeSource_NOTICE_SOURCE_CAP
	}
	m.Severity, m.Status, m.MsgType = record.Severity_SEVERITY_MINOR, record.AlertStatus_ALERT_STATUS_ACTUAL, record.MsgType_MSG_TYPE_ALERT
	errs := []error{
		coded("severity", n.Severity, record.SeverityOf, &m.Severity), coded("certainty", n.Certainty, record.CertaintyOf, &m.Certainty),
		coded("urgency", n.Urgency, record.AlertUrgencyOf, &m.Urgency), coded("status", n.Status, record.AlertStatusOf, &m.Status),
		coded("type", n.Type, record.MsgTypeOf, &m.MsgType),
	}
	for _, c := range n.Categories {
		m.Categories = append(m.Categories, 0)
		errs = append(errs, coded("category", c, record.AlertCategoryOf, &m.Categories[len(m.Categories)-1]))
	}
	for _, c := range n.Responses {
		m.Responses = append(m.Responses, 0)
		errs = append(errs, coded("response", c, record.ResponseTypeOf, &m.Responses[len(m.Responses)-1]))
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// coded reads a code where one was given.
func coded[E any](field, code string, of func(string) (E, bool), to *E) error {
	if code == "" || code == "unknown" {
		return nil
	}
	e, ok := of(code)
	if !ok {
		return &record.Invalid{Field: field, Why: "unknown"}
	}
	*to = e
	return nil
}
