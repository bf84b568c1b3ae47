package board_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	. "gotong/protocol/board"
	"gotong/protocol/record"
)

var noticeVerbs = map[string]verb{
	"announces": announces, "imports": takesIn, "reads": reads,
	"hides": moderates(1), "restores": moderates(2), "locks": moderates(3), "warns": moderates(4), "relents": relents,
	"presents": presents, "dissolves": dissolves,
}

// SARI announces N "TEXT" [minor|...] [updates|cancels N0] [as N0] [until +T]
func announces(s *story, d *device, args []string) error {
	m := &record.Notice{Source: record.NoticeSource_NOTICE_SOURCE_COMMUNITY, MsgType: record.MsgType_MSG_TYPE_ALERT}
	return s.notify(d, args[0], m, args[1:])
}

// SARI imports N SENDER IDENTIFIER +T "TEXT" [minor|...] [updates|cancels N0] [until +T]: an alert from elsewhere, sent at +T.
func takesIn(s *story, d *device, args []string) error {
	sent, err := duration(args[3])
	m := &record.Notice{Source: record.NoticeSource_NOTICE_SOURCE_CAP, MsgType: record.MsgType_MSG_TYPE_ALERT,
		Sender: args[1], Identifier: args[2], Sent: start + sent}
	if err != nil {
		return err
	}
	return s.notify(d, args[0], m, args[4:])
}

func (s *story) notify(d *device, name string, m *record.Notice, words []string) error {
	until, words, err := s.option(words, "until")
	if err != nil {
		return err
	}
	m.Expires, m.Texts = until, []*record.NoticeText{{Language: "id", Headline: words[0]}}
	for i := 1; i < len(words); i++ {
		switch word := words[i]; word {
		case "updates", "cancels":
			m.MsgType = map[string]record.MsgType{"updates": record.MsgType_MSG_TYPE_UPDATE, "cancels": record.MsgType_MSG_TYPE_CANCEL}[word]
			i++
			m.References = append(m.References, s.alertKey(d, words[i]))
		case "as":
			i++
			key := s.alertKey(d, words[i])
			m.Sender, m.Identifier, m.Sent = key.Sender, key.Identifier, key.Sent
		default:
			m.Severity, _ = record.SeverityOf(word)
		}
	}
	return s.begin(d, name, "", nil, m)
}

// alertKey is how an alert names an earlier one of the story.
func (s *story) alertKey(d *device, name string) *record.AlertKey {
	n, ok := s.board.At(s.now).Notice(s.names[name].birth.Record())
	if !ok {
		n, _ = d.view().At(s.now).Notice(s.names[name].birth.Record())
	}
	return &record.AlertKey{Sender: n.Key.Sender, Identifier: n.Key.Identifier, Sent: n.Key.Sent}
}

// SARI reads N
func reads(s *story, d *device, args []string) error {
	return s.begin(d, d.name+" read "+args[0], args[0], nil, &record.Acknowledgement{Notice: s.ref(args[0])})
}

// SARI hides|restores|locks|warns R "REASON": once more means once more from now on.
func moderates(action record.ModerationAction) verb {
	return func(s *story, d *device, args []string) error {
		name := wordOf(d, action, args[0])
		if s.names[name] != nil {
			return change(s, d, name, func(m *record.Moderation) { m.Action, m.Since, m.TakenBack = action, s.wall(d), false })
		}
		return s.begin(d, name, args[0], nil, &record.Moderation{Target: s.ref(args[0]), Action: action, Reason: args[1]})
	}
}

// wordOf names a steward's word on a record: that to hide or to show is one.
func wordOf(d *device, action record.ModerationAction, on string) string {
	if action == record.ModerationAction_MODERATION_ACTION_RESTORE {
		action = record.ModerationAction_MODERATION_ACTION_HIDE
	}
	return fmt.Sprint(d.name, "'s word ", action, " on ", on)
}

// SARI relents R: takes back that it be hidden.
func relents(s *story, d *device, args []string) error {
	return change(s, d, wordOf(d, record.ModerationAction_MODERATION_ACTION_HIDE, args[0]), func(m *record.Moderation) { m.TakenBack = true })
}

// PMI presents O "NAME" TYPE
func presents(s *story, d *device, args []string) error {
	kind, _ := record.OrganisationTypeOf(args[2])
	return s.begin(d, args[0], "", nil, &record.Organisation{Name: args[1], Type: kind})
}

func dissolves(s *story, d *device, args []string) error {
	return change(s, d, args[0], func(m *record.Organisation) { m.Ended = true })
}

// noticeLook shows notices that stand, what stewards say, and organisations.
func noticeLook(s *story, v View) []string {
	var lines []string
	for _, n := range v.Notices() {
		if n.Superseded {
			continue
		}
		text := n.Notice().Texts[0].Headline
		words := []string{"  " + s.nameOf(n.ID), s.householdOf(v, n.Owner) + ":", text + ",", n.Severity.Code()}
		for word, is := range map[string]bool{"expired": n.Expired, "cancelled": n.Cancelled, "vouched": n.Vouched} {
			if is {
				words = append(words, word)
			}
		}
		slices.Sort(words[4:])
		if len(n.Read) > 0 {
			words = append(words, fmt.Sprintf("read by %d", len(n.Read)))
		}
		lines = append(lines, strings.Join(words, " "))
	}
	lines = append(lines, s.moderated(v)...)
	for _, o := range v.Organisations() {
		m := o.Organisation()
		line := fmt.Sprintf("  %s %s: %s, %s", s.nameOf(o.ID), s.householdName(o.Owner), m.Name, m.Type.Code())
		if o.Expired {
			line += " expired"
		}
		lines = append(lines, line)
	}
	return lines
}

// moderated shows of every record of the story what stewards say about it.
func (s *story) moderated(v View) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(s.names)) {
		m := v.Moderation(s.names[name].birth.Record())
		var words []string
		if m.Hidden {
			words = append(words, fmt.Sprintf("hidden for %dh more", (m.Until-s.now)/3_600_000))
		}
		if m.Locked != 0 {
			words = append(words, "locked")
		}
		for _, w := range m.Warns {
			words = append(words, "warned: "+w.Content.(*record.Moderation).Reason)
		}
		if len(words) > 0 {
			lines = append(lines, "  "+name+": "+strings.Join(words, ", "))
		}
	}
	return lines
}
