package api

import (
	"context"
	"net/url"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// The schemas of organisations.
const (
	SchemaOrganisations = "gotong.organisations/1"
	SchemaOrganisation  = "gotong.organisation/1"
)

// OrganisationList answers Organisations, by name.
type OrganisationList struct {
	Schema        string         `json:"schema"`
	Neighbourhood Neighbourhood  `json:"neighbourhood"`
	Organisations []Organisation `json:"organisations"`
}

// OrganisationShown answers Introduce.
type OrganisationShown struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Organisation  Organisation  `json:"organisation"`
}

// Organisation is an organisation as it shows itself. All of it is public.
type Organisation struct {
	ID          string    `json:"id"`
	Short       string    `json:"short"`
	Name        string    `json:"name"`
	Type        string    `json:"type"`
	Description string    `json:"description,omitempty"`
	Contact     string    `json:"contact,omitempty"`
	AreaServed  string    `json:"area_served,omitempty"`
	Web         string    `json:"web,omitempty"`
	Services    []Service `json:"services"`
	Changed     time.Time `json:"changed"`
	Expired     bool      `json:"expired,omitempty"`
	Me          bool      `json:"me,omitempty"`
}

// Service is what an organisation does for people.
type Service struct {
	Name        string `json:"name"`
	Category    string `json:"category,omitempty"`
	Description string `json:"description,omitempty"`
	Eligibility string `json:"eligibility,omitempty"`
}

// OrganisationDraft is how the own household shows itself as an organisation. It is
// said as a whole: what is left out is taken back.
type OrganisationDraft struct {
	Place
	Name        string    `json:"name"`
	Type        string    `json:"type,omitempty"` // empty: community
	Description string    `json:"description,omitempty"`
	Contact     string    `json:"contact,omitempty"` // public: a front desk
	AreaServed  string    `json:"area_served,omitempty"`
	Web         string    `json:"web,omitempty"`
	Services    []Service `json:"services,omitempty"`
	End         bool      `json:"end,omitempty"` // it is one no longer
	Numbers     Numbers   `json:"numbers,omitempty"`
}

// Organisations returns the organisations that show themselves.
func (d Desk) Organisations(ctx context.Context, p Place) (OrganisationList, error) {
	s, err := d.site(ctx, p.In)
	if err != nil {
		return OrganisationList{}, err
	}
	doc := OrganisationList{Schema: SchemaOrganisations, Neighbourhood: s.document(), Organisations: []Organisation{}}
	err = d.look(ctx, s, func(v sight) error {
		doc.Organisations = append(doc.Organisations, v.organisations()...)
		return nil
	})
	return doc, err
}

// Introduce shows the own household as an organisation, or changes how it does.
func (d Desk) Introduce(ctx context.Context, p OrganisationDraft) (OrganisationShown, error) {
	content, err := p.content(d.Now())
	if err != nil {
		return OrganisationShown{}, err
	}
	if _, err := clear(p.Numbers, false, text{"name", &content.Name}, text{"description", &content.Description}); err != nil {
		return OrganisationShown{}, err
	}
	s, err := d.writing(ctx, p.In)
	if err != nil {
		return OrganisationShown{}, err
	}
	id, here, err := d.ownOrganisation(ctx, s)
	switch {
	case err != nil:
		return OrganisationShown{}, err
	case !here && p.End:
		return OrganisationShown{}, ErrNotFound
	case here:
		err = d.Backend.Edit(ctx, s.id, id, func(m proto.Message) error { return p.change(m, content) })
	default:
		id, err = d.Backend.Write(ctx, s.id, content, nil)
	}
	if err != nil {
		return OrganisationShown{}, err
	}
	doc := OrganisationShown{Schema: SchemaOrganisation, Neighbourhood: s.document()}
	err = d.look(ctx, s, func(v sight) error {
		r, ok := v.Record(id)
		if !ok {
			return ErrNotFound
		}
		doc.Organisation = v.organisation(board.Organisation{Record: r})
		return nil
	})
	return doc, err
}

// change puts what was said in place of what stood; ending leaves it.
func (p OrganisationDraft) change(m proto.Message, content *record.Organisation) error {
	if p.End {
		m.(*record.Organisation).Ended = true
		return nil
	}
	proto.Reset(m)
	proto.Merge(m, content)
	return nil
}

// ownOrganisation finds the own profile, of several the one that is shown.
func (d Desk) ownOrganisation(ctx context.Context, s site) (id protocol.RecordID, here bool, err error) {
	err = d.look(ctx, s, func(v sight) error {
		for _, o := range v.View.Organisations() {
			if o.Owner == s.me {
				id, here = o.ID, true
			}
		}
		return nil
	})
	return id, here, err
}

func (p OrganisationDraft) content(now time.Time) (*record.Organisation, error) {
	m := &record.Organisation{
		Name: strings.TrimSpace(p.Name), Description: strings.TrimSpace(p.Description), Contact: strings.TrimSpace(p.Contact),
		AreaServed: strings.TrimSpace(p.AreaServed), Web: strings.TrimSpace(p.Web), ConfirmedAt: now.UnixMilli(),
		Type: record.OrganisationType_ORGANISATION_TYPE_COMMUNITY,
	}
	if err := coded("type", p.Type, record.OrganisationTypeOf, &m.Type); err != nil {
		return nil, err
	}
	for _, s := range p.Services {
		m.Services = append(m.Services, &record.Service{Name: strings.TrimSpace(s.Name), Category: s.Category,
			Description: strings.TrimSpace(s.Description), Eligibility: strings.TrimSpace(s.Eligibility)})
	}
	if p.End {
		return m, nil
	}
	return m, record.Check(m)
}

func (s sight) organisations() []Organisation {
	var all []Organisation
	for _, o := range s.View.Organisations() {
		if !s.keptFrom(o.Record) {
			all = append(all, s.organisation(o))
		}
	}
	return all
}

func (s sight) organisation(o board.Organisation) Organisation {
	m := o.Organisation()
	doc := Organisation{
		ID: o.ID.String(), Short: s.short(o.ID), Name: m.Name, Type: m.Type.Code(), Description: m.Description, Contact: m.Contact,
		AreaServed: m.AreaServed, Web: m.Web, Services: []Service{}, Changed: at(o.Changed()), Expired: o.Expired, Me: o.Owner == s.me,
	}
	for _, x := range m.Services {
		doc.Services = append(doc.Services, Service{x.Name, x.Category, x.Description, x.Eligibility})
	}
	return doc
}

// Organisations returns the organisations that show themselves.
func (c *Client) Organisations(ctx context.Context, p Place) (OrganisationList, error) {
	return call[OrganisationList](ctx, c, "GET", "/organisations?"+url.Values{"in": {p.In}}.Encode(), nil)
}

// Introduce shows the own household as an organisation.
func (c *Client) Introduce(ctx context.Context, p OrganisationDraft) (OrganisationShown, error) {
	return call[OrganisationShown](ctx, c, "POST", "/organisations", p)
}
