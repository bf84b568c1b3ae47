package board

import (
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Work is a project with how far it is (DESIGN.md, Projects).
type Work struct {
	*Record
	Project  *record.Project
	Parts    []WorkPart // in the order of the ids of what they name
	Photos   []*Record  // parts that show how it looks, in the order of ids
	Permille int64      // of what its requests and events come to; 0 where it has none
	People   int64      // who came to its events, each time they did
	Hours    int64      // that they gave, in thousandths
	Ended    bool       // says its household
}

// WorkPart is a record that belongs to a project; nil where it is not here.
type WorkPart struct {
	ID       protocol.RecordID
	Target   *Record
	Permille int64 // how far it is: what a request received, whether an event was held
	Counts   bool  // it is of a kind that has an end
}

// Works returns the projects, in the order of ids.
func (v View) Works() []Work {
	var all []Work
	for _, r := range v.All(record.Kind_KIND_PROJECT) {
		all = append(all, v.work(r))
	}
	return all
}

// Work returns one project.
func (v View) Work(id protocol.RecordID) (Work, bool) {
	r, ok := v.board.Record(id)
	if !ok || r.Kind != record.Kind_KIND_PROJECT || r.Content == nil {
		return Work{}, false
	}
	return v.work(r), true
}

func (v View) work(r *Record) Work {
	w := Work{Record: r, Project: r.Content.(*record.Project)}
	w.Ended = projectOver(w.Project)
	for _, p := range v.About(r.ID, record.Kind_KIND_PROJECT_PART) {
		m := p.Content.(*record.ProjectPart)
		if m.TakenOut {
			continue
		}
		if len(m.Photos) > 0 {
			w.Photos = append(w.Photos, p)
		}
		if birth, ok := m.Part.Place(); ok && v.mayAdd(r, p, birth) {
			w.add(v, birth.Record())
		}
	}
	slices.SortFunc(w.Parts, func(a, b WorkPart) int { return compareIDs(a.ID, b.ID) })
	w.sum()
	return w
}

// mayAdd: the project's household, stewards, and whoever's record it is. Whose
// that is shows from its birth, whether it has arrived or not.
func (v View) mayAdd(project, part *Record, birth protocol.Birth) bool {
	owner, known := v.board.roster.Household(birth.Device)
	return part.Owner == project.Owner || known && part.Owner == owner || v.board.roster.Steward(part.Owner)
}

// add takes in a record once, however many name it.
func (w *Work) add(v View, id protocol.RecordID) {
	if slices.ContainsFunc(w.Parts, func(p WorkPart) bool { return p.ID == id }) {
		return
	}
	p := WorkPart{ID: id}
	if r, ok := v.board.Record(id); ok && r.Content != nil {
		p.Target = r
		w.measure(v, &p)
	}
	w.Parts = append(w.Parts, p)
}

// measure says how far a part is.
func (w *Work) measure(v View, p *WorkPart) {
	if item, ok := v.Item(p.ID); ok && item.Request() != nil {
		p.Counts, p.Permille = item.State != Withdrawn, shareReceived(item)
		return
	}
	g, ok := v.Gathering(p.ID, 0)
	if !ok || g.Off {
		return
	}
	p.Counts = true
	if g.Past {
		p.Permille = 1_000
	}
	for _, s := range g.Shifts {
		w.People += s.Came
		w.Hours += s.Came * (max(0, s.Ends-s.Begins) / 3_600)
	}
}

// shareReceived is how much of a request was received: the mean over its lines.
func shareReceived(item Item) int64 {
	if item.State == Closed && item.Request().CloseReason == record.CloseReason_CLOSE_REASON_MET {
		return 1_000
	}
	sum, lines := int64(0), int64(0)
	for _, l := range item.Lines {
		if l.Quantity > 0 {
			lines++
			sum += min(l.Received, l.Quantity) * 1_000 / l.Quantity
		}
	}
	return sum / max(1, lines)
}

func (w *Work) sum() {
	sum, n := int64(0), int64(0)
	for _, p := range w.Parts {
		if p.Counts {
			sum, n = sum+p.Permille, n+1
		}
	}
	w.Permille = sum / max(1, n)
}

func projectOver(m *record.Project) bool {
	return m.Disposition == record.Disposition_DISPOSITION_CLOSED || m.Disposition == record.Disposition_DISPOSITION_WITHDRAWN
}
