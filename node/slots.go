package node

import (
	"cmp"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// freeSlot returns a slot for a new record: the first empty one from where this
// run began or, when the device runs short, that of its oldest closed record. Open records are never
// given up, and the last few slots are kept for requests.
func (t *turn) freeSlot(me protocol.HouseholdID, content proto.Message, now board.View) (uint32, error) {
	granted := t.roster.Slots(me)
	usable := granted
	if !urgent(content) {
		usable = granted - min(granted, protocol.ReservedSlots)
	}
	device := t.h.parts.Identity.DeviceID()
	empty := 0
	first := uint32(protocol.MaxSlots)
	for i := range granted {
		slot := (t.h.begin + i) % granted
		if t.occupied(board.Place{Device: device, Slot: slot}) {
			continue
		}
		if empty == 0 {
			first = slot
		}
		empty++
	}
	if uint32(empty) > granted-usable {
		return first, nil
	}
	if slot, ok := t.closedSlot(device, me, now); ok {
		return slot, nil
	}
	return 0, ErrNoSlots
}

// urgent kinds may use the slots that are reserved.
func urgent(content proto.Message) bool {
	switch content.(type) {
	case *record.Request, *record.CheckIn:
		return true
	}
	return false
}

func (t *turn) occupied(at board.Place) bool {
	if _, ok := t.slots[at]; ok {
		return true
	}
	_, ok := t.h.held[at]
	return ok
}

// closedSlot returns the slot of this device's oldest record of which nothing
// more is expected.
func (t *turn) closedSlot(device protocol.DeviceID, me protocol.HouseholdID, now board.View) (uint32, bool) {
	var closed []board.Fact
	for _, f := range t.h.board.Facts(device) {
		_, busy := t.slots[f.Place]
		if !busy && now.Over(f.Part.Birth.Record()) {
			closed = append(closed, f)
		}
	}
	if len(closed) == 0 {
		return 0, false
	}
	oldest := slices.MinFunc(closed, func(a, b board.Fact) int {
		return cmp.Or(cmp.Compare(a.Stamp, b.Stamp), cmp.Compare(a.Slot, b.Slot))
	})
	return oldest.Slot, true
}

// keepDays is for how long carriers keep a payload: the time in which requests
// are counted after they closed, and a month for slow links.
const keepDays = 210

// lastingDays is the same for what is of use for years: every edit renews it.
const lastingDays = 730

// lasting kinds are not for one occasion: what is held every month, learnt,
// owned or rebuilt.
func lasting(k record.Kind) bool {
	return k >= record.Kind_KIND_EVENT && k <= record.Kind_KIND_PROJECT || k == record.Kind_KIND_MEMBER || k == record.Kind_KIND_PROJECT_PART
}

// hold returns the day until which carriers keep a part that goes into slot at
// stamp: never less than what was said of the same record there.
func (t *turn) hold(slot uint32, stamp crdt.Stamp, p record.Part) cell.Day {
	now := t.h.parts.Now().UnixMilli()
	day := cell.DayAt(now) + keepDays
	if lasting(p.Kind) {
		day = cell.DayAt(now) + lastingDays
	}
	if p.Kind == record.Kind_KIND_CONTACT {
		day = cell.DayAt(t.expectedEnd(p, now))
	}
	k, err := t.kept(board.Place{Device: t.h.parts.Identity.DeviceID(), Slot: slot})
	if err != nil || p.Birth.Slot == slot && p.Birth.Stamp == stamp {
		return day // another record stood there before, if any
	}
	for _, c := range k.Cells() {
		day = max(day, c.Hold)
	}
	return day
}

// contactDays is for how long a contact is needed at most: an accepted helper
// may read it for so long.
const contactDays = 30

// expectedEnd is when a contact is not needed any longer, as far as one can say
// today, in milliseconds since 1970.
func (t *turn) expectedEnd(p record.Part, now int64) int64 {
	latest := now + contactDays*24*time.Hour.Milliseconds()
	if target, ok := record.SubjectOf(p.Kind, p.Fields); ok {
		if until, _ := t.h.board.At(now).Confides(target.Record()); until > 0 {
			return min(until, latest)
		}
	}
	return latest
}

// class returns the priority of a part: that of the request it belongs to.
func (t *turn) class(p record.Part) cell.Class {
	m, err := record.Content(p.Kind, p.Fields)
	if err != nil {
		return cell.Normal
	}
	switch m := m.(type) {
	case *record.Request:
		return t.classOf(m)
	case *record.Pledge:
		return t.classAbout(m.Target)
	case *record.Acceptance:
		return t.classAbout(m.Request)
	case *record.Receipt:
		return t.classAbout(m.Request)
	case *record.Contact:
		return t.classAbout(m.Target)
	case *record.Triage:
		if m.Urgency == record.Urgency_URGENCY_CRITICAL {
			return cell.Critical
		}
		return t.classAbout(m.Target)
	case *record.CheckIn:
		return classOfWord(m.Word)
	case *record.Notice:
		return t.classOfNotice(m)
	case *record.Comment, *record.Thanks, *record.Acknowledgement,
		*record.Guide, *record.Recommendation, *record.Member, *record.ProjectPart:
		return cell.Bulk
	}
	return cell.Normal
}

// classOfWord: a cry for help goes first over thin links.
func classOfWord(w *record.Word) cell.Class {
	if w.GetStatus().Need() {
		return cell.Critical
	}
	return cell.Normal
}

// classOfNotice: what a steward says goes first on a thin link; anybody could
// write alerts else.
func (t *turn) classOfNotice(m *record.Notice) cell.Class {
	me, _ := t.roster.Household(t.h.parts.Identity.DeviceID())
	if t.roster.Steward(me) && m.Severity > record.Severity_SEVERITY_MINOR {
		return cell.Alert
	}
	return cell.Normal
}

func (t *turn) classOf(r *record.Request) cell.Class {
	if r.GetUrgency() == record.Urgency_URGENCY_CRITICAL {
		return cell.Critical
	}
	return cell.Normal
}

// classAbout is that of the request which a part is about, at the urgency that
// counts: stewards may know better.
func (t *turn) classAbout(target *record.Birth) cell.Class {
	birth, _ := target.Place()
	item, ok := t.h.board.At(t.h.parts.Now().UnixMilli()).Item(birth.Record())
	if ok && item.Urgency() == record.Urgency_URGENCY_CRITICAL {
		return cell.Critical
	}
	return cell.Normal
}
