package api

import (
	"strings"

	"gotong/protocol/roster"
)

// The kinds of candidates for whom or what a verb about who belongs is meant.
const (
	candidateHousehold = "household"
	candidateDevice    = "device"
	candidateInvite    = "invitation"
)

// whom finds the household that who means: by its whole name, else by the
// beginning of a word of its name or of its id. Of several, the only one that fits is meant.
func (r register) whom(who string, fits func(roster.Member) bool) (roster.Member, error) {
	found := r.meant(strings.TrimSpace(who))
	if fitting := filter(found, fits); len(fitting) > 0 {
		found = fitting
	}
	switch len(found) {
	case 0:
		return roster.Member{}, ErrNobody
	case 1:
		return found[0], nil
	}
	return roster.Member{}, r.which(who, found)
}

func (r register) meant(who string) []roster.Member {
	if who == "" {
		return nil
	}
	whole := filter(r.all, func(m roster.Member) bool { return strings.EqualFold(r.name(m.ID), who) })
	if len(whole) > 0 {
		return whole
	}
	return filter(r.all, func(m roster.Member) bool {
		return called(r.name(m.ID), who) || begins(m.ID.String(), unmistaken(who))
	})
}

// called reports whether a name goes on with who from the start of any of its
// words: "Keluarga Sari" is called "Sari".
func called(name, who string) bool {
	words := strings.Fields(name)
	for i := range words {
		if begins(strings.Join(words[i:], " "), who) {
			return true
		}
	}
	return false
}

// unmistaken reads the letters that people mix up with digits as the digits.
func unmistaken(id string) string {
	return strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(id))
}

func filter[T any](all []T, fits func(T) bool) []T {
	var found []T
	for _, x := range all {
		if fits(x) {
			found = append(found, x)
		}
	}
	return found
}

func (r register) which(who string, found []roster.Member) error {
	which := &Ambiguous{Prefix: who}
	for _, m := range found[:min(len(found), maxCandidates)] {
		which.Candidates = append(which.Candidates, r.candidateOf(m))
	}
	return which
}

func (r register) candidateOf(m roster.Member) Candidate {
	return Candidate{
		ID: m.ID.String(), Short: r.shortOf(m.ID), Kind: candidateHousehold, Owner: r.name(m.ID), Standing: standings[m.Standing],
	}
}

// in fits households that were not put out.
func in(m roster.Member) bool { return m.Standing != roster.Revoked }
