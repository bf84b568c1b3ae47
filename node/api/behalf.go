package api

import (
	"strings"

	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Behalf is the person of another household for whom a request is written. The
// name goes with the contact: accepted helpers read it, nobody else.
type Behalf struct {
	Name     string `json:"name,omitempty"`     // of a draft only
	Relative string `json:"relative,omitempty"` // code of a record.Relative: what the writer is to the person
	Consent  string `json:"consent"`            // code of a record.Consent
}

// common returns what all may know of it; nil where nobody else is meant.
func (b *Behalf) common() (*record.OnBehalf, error) {
	if b == nil {
		return nil, nil
	}
	consent, ok := record.ConsentOf(b.Consent)
	if !ok {
		return nil, &record.Invalid{Field: "consent", Why: "missing"}
	}
	if b.Relative == "" {
		return &record.OnBehalf{Consent: consent}, nil
	}
	relative, ok := record.RelativeOf(b.Relative)
	if !ok {
		return nil, &record.Invalid{Field: "relative", Why: "unknown"}
	}
	return &record.OnBehalf{Consent: consent, Relative: relative}, nil
}

func (b *Behalf) name() string {
	if b == nil {
		return ""
	}
	return strings.TrimSpace(b.Name)
}

func behalfOf(i board.Item) *Behalf {
	m := i.Common.OnBehalf
	if m == nil {
		return nil
	}
	return &Behalf{Relative: known(m.Relative != 0, m.Relative.Code()), Consent: m.Consent.Code()}
}
