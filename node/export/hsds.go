package export

import (
	"cmp"
	"crypto/sha1"
	"fmt"
	"strconv"
)

// HSDS returns organisations and what they do, as Open Referral's Human
// Services Data Specification 3 has them: services, each with its organisation,
// and the organisations that name none.
func (d Data) HSDS() ([]byte, error) {
	doc := directory{Services: []hsdsService{}, Organizations: []hsdsOrganization{}}
	for _, o := range d.Organisations {
		organization := hsdsOrganization{ID: uuid(o.ID), Name: o.Name, Description: cmp.Or(o.Description, o.Name), Website: o.Web}
		doc.Organizations = append(doc.Organizations, organization)
		for i, s := range o.Services {
			id := uuid(o.ID + "/service/" + strconv.Itoa(i+1))
			service := hsdsService{
				ID: id, OrganizationID: organization.ID, Name: s.Name, Description: s.Description, Status: "active",
				Eligibility: s.Eligibility, Organization: organization,
			}
			if o.Contact != "" {
				service.Contacts = []hsdsContact{{ID: uuid(id + "/contact"), Name: o.Contact}}
			}
			if o.AreaServed != "" {
				service.Areas = []hsdsArea{{ID: uuid(id + "/area"), Name: o.AreaServed}}
			}
			doc.Services = append(doc.Services, service)
		}
	}
	return indented(doc)
}

type directory struct {
	Organizations []hsdsOrganization `json:"organizations"`
	Services      []hsdsService      `json:"services"`
}

type hsdsOrganization struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Website     string `json:"website,omitempty"`
}

type hsdsService struct {
	ID             string           `json:"id"`
	OrganizationID string           `json:"organization_id"`
	Name           string           `json:"name"`
	Description    string           `json:"description,omitempty"`
	Status         string           `json:"status"`
	Eligibility    string           `json:"eligibility_description,omitempty"`
	Contacts       []hsdsContact    `json:"contacts,omitempty"`
	Areas          []hsdsArea       `json:"service_areas,omitempty"`
	Organization   hsdsOrganization `json:"organization"`
}

// hsdsContact is the front desk in one line; it is not cut into numbers.
type hsdsContact struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type hsdsArea struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// space is the name space of our UUIDs; it only has to stay the same.
var space = [16]byte{0x4e, 0x0d, 0x2c, 0x6a, 0x1f, 0x3b, 0x5d, 0x77, 0x8a, 0x90, 0x6f, 0x01, 0x67, 0x6f, 0x74, 0x67}

// uuid names a thing the same in every export (RFC 9562, version 5).
func uuid(name string) string {
	sum := sha1.Sum(append(space[:], name...))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
