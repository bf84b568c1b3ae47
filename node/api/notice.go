package api

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// The schemas of notices.
const (
	SchemaNotices = "gotong.notices/1"
	SchemaNotice  = "gotong.notice/1"
)

// NoticeList answers Notices: the worst first, among equals those sent last.
type NoticeList struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Notices       []Notice      `json:"notices"`
	Hidden        int           `json:"hidden,omitempty"` // of households muted on this node
	Kept          int           `json:"kept,omitempty"`   // from being shown, by stewards
}

// NoticeShown answers the verbs about one notice.
type NoticeShown struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Notice        Notice        `json:"notice"`
	Repeated      bool          `json:"repeated,omitempty"` // it was written before, from the same origin
}

// Notice is a notice or an alert. Codes are those of protocol/record, words of
// CAP 1.2 in small letters.
type Notice struct {
	ID         string       `json:"id"`
	Short      string       `json:"short"`
	Owner      Household    `json:"owner"`
	Severity   string       `json:"severity"`       // as it counts
	Said       string       `json:"said,omitempty"` // as its writer says, where that counts for less
	Vouched    bool         `json:"vouched"`        // a steward's word
	Status     string       `json:"status"`
	Type       string       `json:"type"`
	Source     string       `json:"source"`
	Sender     string       `json:"sender"`
	SenderName string       `json:"sender_name,omitempty"`
	Identifier string       `json:"identifier"`
	Sent       time.Time    `json:"sent"`
	Onset      time.Time    `json:"onset,omitzero"`
	Expires    time.Time    `json:"expires"`
	Expired    bool         `json:"expired,omitempty"`
	Cancelled  bool         `json:"cancelled,omitempty"`  // it takes an earlier one back
	Superseded bool         `json:"superseded,omitempty"` // a later one stands in its place
	Texts      []NoticeText `json:"texts"`
	Categories []string     `json:"categories,omitempty"`
	Responses  []string     `json:"responses,omitempty"`
	Urgency    string       `json:"urgency,omitempty"`
	Certainty  string       `json:"certainty,omitempty"`
	Areas      []NoticeArea `json:"areas,omitempty"`
	AreasCut   bool         `json:"areas_cut,omitempty"`
	References []AlertName  `json:"references,omitempty"`
	Web        string       `json:"web,omitempty"`
	Original   string       `json:"original,omitempty"`      // the CAP file, where it was kept
	Hash       string       `json:"original_hash,omitempty"` // SHA-256 of it, in hexadecimal
	Read       int          `json:"read"`                    // households that say to have read it
	ReadHere   bool         `json:"read_here,omitempty"`     // this one did
	Reach      *Reach       `json:"reach,omitempty"`         // of an own one, of what this device says of it
	Moderated  *Moderated   `json:"moderated,omitempty"`
}

// NoticeText is what a notice says in one language.
type NoticeText struct {
	Language    string `json:"language,omitempty"`
	Event       string `json:"event,omitempty"`
	Headline    string `json:"headline,omitempty"`
	Description string `json:"description,omitempty"`
	Instruction string `json:"instruction,omitempty"`
}

// NoticeArea is where a notice holds. Polygons and circles are written as in
// CAP 1.2: "lat,lon lat,lon ..." and "lat,lon kilometres".
type NoticeArea struct {
	Description string    `json:"description"`
	Polygons    []string  `json:"polygons,omitempty"`
	Circles     []string  `json:"circles,omitempty"`
	Geocodes    []Geocode `json:"geocodes,omitempty"`
}

// Geocode is the number of an area in a list.
type Geocode struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// AlertName names an alert as its issuer does.
type AlertName struct {
	Sender     string    `json:"sender"`
	Identifier string    `json:"identifier"`
	Sent       time.Time `json:"sent"`
}

// Notices returns the notices that hold now; with all also those that are over
// or in whose place a later one stands.
func (d Desk) Notices(ctx context.Context, p Place, all bool) (NoticeList, error) {
	s, err := d.site(ctx, p.In)
	if err != nil {
		return NoticeList{}, err
	}
	muted, err := d.Backend.Muted(s.id)
	if err != nil {
		return NoticeList{}, err
	}
	doc := NoticeList{Schema: SchemaNotices, Neighbourhood: s.document(), Notices: []Notice{}}
	err = d.look(ctx, s, func(v sight) error {
		for _, n := range v.View.Notices() {
			switch {
			case !all && (n.Expired || n.Superseded):
			case muted[n.Owner]:
				doc.Hidden++
			case v.keptFrom(n.Record):
				doc.Kept++
			default:
				doc.Notices = append(doc.Notices, v.notice(n))
			}
		}
		return nil
	})
	return doc, err
}

// Notice returns one notice.
func (d Desk) Notice(ctx context.Context, t Target) (NoticeShown, error) {
	s, err := d.site(ctx, t.In)
	if err != nil {
		return NoticeShown{}, err
	}
	n, err := d.noticeAt(ctx, s, t.ID)
	if err != nil {
		return NoticeShown{}, err
	}
	return d.noticed(ctx, s, n.ID)
}

// noticeAt finds the notice whose id begins so.
func (d Desk) noticeAt(ctx context.Context, s site, prefix string) (n board.Notice, err error) {
	err = d.look(ctx, s, func(v sight) error {
		r, err := v.find(prefix, record.Kind_KIND_NOTICE)
		if err != nil {
			return err
		}
		if v.keptFrom(r) {
			return ErrHidden
		}
		n, _ = v.View.Notice(r.ID)
		return nil
	})
	return n, err
}

// noticed shows a notice as it stands now.
func (d Desk) noticed(ctx context.Context, s site, id protocol.RecordID) (NoticeShown, error) {
	doc := NoticeShown{Schema: SchemaNotice, Neighbourhood: s.document()}
	err := d.look(ctx, s, func(v sight) error {
		n, ok := v.View.Notice(id)
		if !ok {
			return ErrNotFound
		}
		doc.Notice = v.notice(n)
		return nil
	})
	return doc, err
}

// Read says that the household has read a notice. To say it again changes
// nothing.
func (d Desk) Read(ctx context.Context, t Target) (NoticeShown, error) {
	s, err := d.writing(ctx, t.In)
	if err != nil {
		return NoticeShown{}, err
	}
	n, err := d.noticeAt(ctx, s, t.ID)
	if err != nil {
		return NoticeShown{}, err
	}
	if !slices.Contains(n.Read, s.me) && n.Owner != s.me {
		ack := &record.Acknowledgement{Notice: record.BirthOf(n.Birth)}
		if _, err := d.Backend.Write(ctx, s.id, ack, from("read/"+n.ID.String())); err != nil {
			return NoticeShown{}, err
		}
	}
	return d.noticed(ctx, s, n.ID)
}

// notice copies a notice out of the board.
func (s sight) notice(n board.Notice) Notice {
	m := n.Notice()
	doc := Notice{
		ID: n.ID.String(), Short: s.short(n.ID), Owner: s.household(n.Owner),
		Severity: n.Severity.Code(), Vouched: n.Vouched, Status: m.Status.Code(), Type: m.MsgType.Code(),
		Source: sourceOf(m), Sender: n.Key.Sender, SenderName: m.SenderName, Identifier: n.Key.Identifier,
		Sent: at(n.Key.Sent), Onset: at(m.Onset), Expires: at(n.Expires), Expired: n.Expired,
		Cancelled: n.Cancelled, Superseded: n.Superseded, AreasCut: m.AreasCut, Web: m.Web,
		Urgency: known(m.Urgency != 0, m.Urgency.Code()), Certainty: known(m.Certainty != 0, m.Certainty.Code()),
		Original: string(m.Original), Hash: hex.EncodeToString(m.OriginalHash),
		Read: len(n.Read), ReadHere: slices.Contains(n.Read, s.me), Moderated: s.moderated(n.Record), Reach: s.reach(n.Record),
	}
	doc.Said = known(m.Severity != n.Severity, m.Severity.Code())
	doc.list(m)
	return doc
}

// list copies what a notice has several of.
func (doc *Notice) list(m *record.Notice) {
	for _, t := range m.Texts {
		doc.Texts = append(doc.Texts, NoticeText{t.Language, t.Event, t.Headline, t.Description, t.Instruction})
	}
	for _, c := range m.Categories {
		doc.Categories = append(doc.Categories, c.Code())
	}
	for _, r := range m.Responses {
		doc.Responses = append(doc.Responses, r.Code())
	}
	for _, k := range m.References {
		doc.References = append(doc.References, AlertName{k.Sender, k.Identifier, at(k.Sent)})
	}
	for _, a := range m.Areas {
		doc.Areas = append(doc.Areas, areaOf(a))
	}
}

func sourceOf(m *record.Notice) string {
	if m.Source == record.NoticeSource_NOTICE_SOURCE_CAP {
		return SourceCAP
	}
	return SourceCommunity
}

// Where a notice comes from.
const (
	SourceCommunity = "community"
	SourceCAP       = "cap"
)
