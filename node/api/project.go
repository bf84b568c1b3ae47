package api

import (
	"context"
	"strings"

	"google.golang.org/protobuf/proto"

	"gotong/protocol/board"
	"gotong/protocol/record"
)

// The schemas of projects.
const (
	SchemaProject  = "gotong.project/1"
	SchemaProjects = "gotong.projects/1"
)

// ProjectDoc answers the verbs about one project.
type ProjectDoc struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Wrote         string        `json:"wrote,omitempty"`
	Project       Project       `json:"project"`
}

// ProjectList answers Projects.
type ProjectList struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Projects      []Project     `json:"projects"`
}

// Project is work of many hands. Permille is the mean of its requests and
// events: nobody writes it.
type Project struct {
	ID       string        `json:"id"`
	Short    string        `json:"short"`
	Title    string        `json:"title"`
	Body     string        `json:"body,omitempty"`
	Place    string        `json:"place,omitempty"`
	Owner    Household     `json:"owner"`
	Permille int           `json:"permille"`
	People   int           `json:"people"` // who came to its events, each time they did
	Hours    Quantity      `json:"hours"`  // that they gave
	Ended    bool          `json:"ended,omitempty"`
	Parts    []ProjectPart `json:"parts"`
	Photos   []PhotoAt     `json:"photos"`
}

// ProjectPart is a record of a project; without a kind it is not here.
type ProjectPart struct {
	Named
	Kind     string `json:"kind,omitempty"`
	Counts   bool   `json:"counts"` // toward the progress
	Permille int    `json:"permille"`
}

// PhotoAt is a photo of how it looks; N is its number for people.
type PhotoAt struct {
	N     int       `json:"n"`
	Phase string    `json:"phase,omitempty"` // "before", "during", "after"
	Owner Household `json:"owner"`
	Note  string    `json:"note,omitempty"`
}

// ProjectDraft is a project to be written.
type ProjectDraft struct {
	Place
	Title   string  `json:"title"`
	Body    string  `json:"body,omitempty"`
	At      string  `json:"at,omitempty"`
	Numbers Numbers `json:"numbers,omitempty"`
	Origin  string  `json:"origin,omitempty"`
}

// PartDraft adds a record or photos to a project, or takes a record out.
type PartDraft struct {
	Target
	Part   string   `json:"part,omitempty"`
	Out    bool     `json:"out,omitempty"`
	Phase  string   `json:"phase,omitempty"`
	Note   string   `json:"note,omitempty"`
	Photos []string `json:"photos,omitempty"` // tokens of Attached
}

// Projects returns the projects; with all also those that have ended.
func (d Desk) Projects(ctx context.Context, p Place, all bool) (ProjectList, error) {
	s, err := d.site(ctx, p.In)
	if err != nil {
		return ProjectList{}, err
	}
	doc := ProjectList{Schema: SchemaProjects, Neighbourhood: s.document(), Projects: []Project{}}
	err = d.look(ctx, s, func(v sight) error {
		for _, w := range v.Works() {
			if all || !w.Ended {
				doc.Projects = append(doc.Projects, v.project(w))
			}
		}
		return nil
	})
	return doc, err
}

// Project returns one project.
func (d Desk) Project(ctx context.Context, t Target) (ProjectDoc, error) {
	return d.project(ctx, t, "")
}

func (d Desk) project(ctx context.Context, t Target, wrote string) (ProjectDoc, error) {
	s, err := d.site(ctx, t.In)
	if err != nil {
		return ProjectDoc{}, err
	}
	doc := ProjectDoc{Schema: SchemaProject, Neighbourhood: s.document(), Wrote: wrote}
	err = d.look(ctx, s, func(v sight) error {
		w, err := v.findWork(t.ID)
		if err == nil {
			doc.Project = v.project(w)
		}
		return err
	})
	return doc, err
}

func (s sight) findWork(prefix string) (board.Work, error) {
	r, err := s.find(prefix, record.Kind_KIND_PROJECT)
	if err != nil {
		return board.Work{}, err
	}
	w, ok := s.Work(r.ID)
	if !ok {
		return w, ErrNotFound
	}
	return w, nil
}

// Rebuild writes a project.
func (d Desk) Rebuild(ctx context.Context, in ProjectDraft) (ProjectDoc, error) {
	if _, err := clear(in.Numbers, false, text{"title", &in.Title}, text{"body", &in.Body}, text{"place", &in.At}); err != nil {
		return ProjectDoc{}, err
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return ProjectDoc{}, err
	}
	m := &record.Project{Title: strings.TrimSpace(in.Title), Body: strings.TrimSpace(in.Body), Place: strings.TrimSpace(in.At)}
	id, err := d.Backend.Write(ctx, s.id, m, from(in.Origin))
	if err != nil {
		return ProjectDoc{}, err
	}
	return d.project(ctx, Target{in.Place, id.String()}, id.String())
}

// AddPart adds a record or photos to a project, or takes a record out again.
func (d Desk) AddPart(ctx context.Context, in PartDraft) (ProjectDoc, error) {
	phase, ok := record.PhaseOf(in.Phase)
	if in.Phase != "" && !ok {
		return ProjectDoc{}, &record.Invalid{Field: "phase", Why: "unknown"}
	}
	if _, err := clear(NumbersRefused, false, text{"note", &in.Note}); err != nil {
		return ProjectDoc{}, err
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return ProjectDoc{}, err
	}
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return ProjectDoc{}, err
	}
	m := &record.ProjectPart{Phase: phase, Note: strings.TrimSpace(in.Note), TakenOut: in.Out}
	if m.Photos, err = d.attached(s, in.Photos); err != nil {
		return ProjectDoc{}, err
	}
	var mine stands
	err = d.look(ctx, s, func(v sight) error {
		mine, err = v.partOf(m, in, members.Steward(s.me))
		return err
	})
	if err != nil {
		return ProjectDoc{}, err
	}
	id, err := d.put(ctx, s, mine, m, func(stands proto.Message) error {
		stands.(*record.ProjectPart).TakenOut = m.TakenOut
		return nil
	})
	if err != nil {
		return ProjectDoc{}, err
	}
	return d.project(ctx, in.Target, id.String())
}

// partOf completes a part, and says where the household's own word on it stands.
func (s sight) partOf(m *record.ProjectPart, in PartDraft, steward bool) (stands, error) {
	w, err := s.findWork(in.ID)
	if err != nil {
		return stands{}, err
	}
	m.Project = record.BirthOf(w.Birth)
	if in.Part == "" {
		return stands{}, nil // photos: each time a record of their own
	}
	r, err := s.find(in.Part, record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER, record.Kind_KIND_EVENT, record.Kind_KIND_RESOURCE)
	switch {
	case err != nil:
		return stands{}, err
	case w.Owner != s.me && r.Owner != s.me && !steward:
		return stands{}, ErrNotYours
	}
	m.Part = record.BirthOf(r.Birth)
	return s.stands("part of "+w.ID.String()+":", r.ID), nil
}

// Finish says that an own project has ended.
func (d Desk) Finish(ctx context.Context, t Target) (ProjectDoc, error) {
	s, err := d.writing(ctx, t.In)
	if err != nil {
		return ProjectDoc{}, err
	}
	var w board.Work
	err = d.look(ctx, s, func(v sight) error {
		w, err = v.findWork(t.ID)
		return err
	})
	if err != nil {
		return ProjectDoc{}, err
	}
	err = d.Backend.Edit(ctx, s.id, w.ID, func(m proto.Message) error {
		m.(*record.Project).Disposition = record.Disposition_DISPOSITION_CLOSED
		return nil
	})
	if err != nil {
		return ProjectDoc{}, err
	}
	return d.project(ctx, t, w.ID.String())
}

func (s sight) project(w board.Work) Project {
	doc := Project{ID: w.ID.String(), Short: s.short(w.ID), Title: w.Project.Title, Body: w.Project.Body, Place: w.Project.Place,
		Owner: s.household(w.Owner), Permille: int(w.Permille), People: int(w.People), Hours: Quantity(w.Hours), Ended: w.Ended,
		Parts: []ProjectPart{}, Photos: []PhotoAt{}}
	for _, p := range w.Parts {
		part := ProjectPart{Named: s.named(p.ID), Counts: p.Counts, Permille: int(p.Permille)}
		if p.Target != nil {
			part.Kind = p.Target.Kind.Code()
		}
		doc.Parts = append(doc.Parts, part)
	}
	for _, photo := range s.shownBy(w.Record) {
		doc.Photos = append(doc.Photos, PhotoAt{N: photo.N, Owner: photo.Owner, Phase: photo.phase, Note: photo.note})
	}
	return doc
}
