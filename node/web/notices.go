package web

import (
	"slices"

	"gotong/node/api"
)

func noticesPage() page {
	return page{name: "notices", path: "/notices", tab: "more", need: guest, get: readNotices, post: func(v *visit) (string, error) {
		if !v.Phone.Role.may(member) {
			return "", api.ErrNotAllowed
		}
		_, err := v.desk().Read(v.req.Context(), api.Target{Place: v.place(), ID: v.field("notice")})
		return said("/notices", "read"), err
	}}
}

// noticeView is a warning or a word to all.
type noticeView struct {
	ID, Headline, From, Severity, Shape, Until string
	Text, Do                                   string
	Area                                       string
	Exercise, Unvouched, Read                  bool
	Readers                                    string
}

func readNotices(v *visit) (any, error) {
	if _, err := v.settled(); err != nil {
		return nil, err
	}
	v.Live = everything
	return v.notices(false)
}

// notices are those that hold now; with loud only what is grave and this house
// has not read.
func (v *visit) notices(loud bool) ([]noticeView, error) {
	doc, err := v.desk().Notices(v.req.Context(), v.place(), false)
	if err != nil {
		return nil, err
	}
	var all []noticeView
	for _, n := range doc.Notices {
		if !loud || !n.ReadHere && slices.Contains([]string{"extreme", "severe"}, n.Severity) {
			all = append(all, v.notice(n))
		}
	}
	return all, nil
}

func (v *view) notice(n api.Notice) noticeView {
	view := noticeView{
		ID: n.ID, Read: n.ReadHere || n.Owner.Me, From: v.Who(n.Owner), Severity: v.named("severity.", n.Severity), Shape: "medium", Until: v.Time(n.Expires),
		Exercise: n.Status == "exercise", Unvouched: !n.Vouched,
	}
	if n.Severity == "extreme" || n.Severity == "severe" {
		view.Shape = "critical"
	}
	if n.SenderName != "" {
		view.From = v.T("notice.through", "sender", n.SenderName, "who", view.From)
	}
	if t := v.textOf(n); t != nil {
		view.Headline, view.Text, view.Do = t.Headline, t.Description, t.Instruction
		if view.Headline == "" {
			view.Headline = t.Event
		}
	}
	for _, a := range n.Areas {
		view.Area += a.Description + " "
	}
	if n.Read > 0 {
		view.Readers = v.T("notice.readers", "n", n.Read)
	}
	return view
}

// textOf is the text in the reader's language, else the first.
func (v *view) textOf(n api.Notice) *api.NoticeText {
	for i, t := range n.Texts {
		if len(t.Language) >= 2 && t.Language[:2] == v.Lang() {
			return &n.Texts[i]
		}
	}
	if len(n.Texts) == 0 {
		return nil
	}
	return &n.Texts[0]
}
