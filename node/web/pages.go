package web

import "gotong/node/api"

// pages is everything one can open, in the order in which people meet it. A new
// page is one more line.
func pages() []page {
	return []page{
		startPage(), joinPage(), createPage(), wherePage(),
		boardPage(), askPage(), offerPage(), itemPage(),
		peoplePage(), personPage(), invitePage(), posterPage(),
		carePage(), eventsPage(), newEventPage(), noticesPage(), decisionsPage(), proposePage(), resourcesPage(),
		guidesPage(), newGuidePage(), guidePage(), searchPage(),
		morePage(), phonesPage(), newPhonePage(), devicesPage(), stickPage(), bundlePage(), healthPage(), recoveryPage(),
		hubPage(), slipPage(), printPage(),
	}
}

// settled reads where the household belongs, for pages that are about its
// neighbourhood; it fails as the verbs do where there is none or which is meant
// is not said.
func (v *visit) settled() (api.Standing, error) {
	report, err := v.desk().Status(v.req.Context())
	if err != nil {
		return api.Standing{}, err
	}
	var found []api.Standing
	for _, n := range report.Neighbourhoods {
		if v.In == "" || n.ID == v.In {
			found = append(found, n)
		}
	}
	switch {
	case len(report.Neighbourhoods) == 0:
		return api.Standing{}, api.ErrNoNeighbourhood
	case len(found) != 1:
		return api.Standing{}, &api.WhichNeighbourhood{}
	}
	v.In, v.Name = found[0].ID, found[0].Name
	return found[0], nil
}
