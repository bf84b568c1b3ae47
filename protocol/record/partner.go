package record

import "gotong/protocol"

// MaxServices is how many services an organisation can name.
const MaxServices = 16

func checkOrganisation(m *Organisation) error {
	return first(need("name", m.Name), short("name", m.Name, protocol.MaxTitle), services(m.Services),
		short("contact", m.Contact, protocol.MaxNote), short("area_served", m.AreaServed, protocol.MaxNote),
		short("description", m.Description, protocol.MaxText), short("web", m.Web, protocol.MaxNote),
		inTime("confirmed_at", m.ConfirmedAt))
}

func services(all []*Service) error {
	for _, s := range all {
		err := first(need("service", s.Name), short("service", s.Name, protocol.MaxTitle), short("category", s.Category, protocol.MaxTitle),
			short("description", s.Description, protocol.MaxNote), short("eligibility", s.Eligibility, protocol.MaxNote))
		if err != nil {
			return err
		}
	}
	return atMost("services", len(all), MaxServices)
}

const organisationPrefix = "ORGANISATION_TYPE_"

// Code returns the stable code of a type of organisation, as in "red-cross".
func (t OrganisationType) Code() string { return lower(t.String(), organisationPrefix) }

// OrganisationTypeOf returns the type of organisation with a code.
func OrganisationTypeOf(code string) (OrganisationType, bool) {
	n := OrganisationType_value[upper(code, organisationPrefix)]
	return OrganisationType(n), n != 0
}

// OrganisationTypes returns every type of organisation, in order of number.
func OrganisationTypes() []OrganisationType { return known[OrganisationType](OrganisationType_name) }
