package board

import (
	"slices"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/record"
)

// Judgement is what stewards make of a request (DESIGN.md, Triage).
type Judgement struct {
	Urgency record.Urgency // that counts: the stewards' or, where they say nothing, the request's own
	Triages []Triage       // by id
}

// Triage is one steward's judgement.
type Triage struct {
	*Record
	Triage   *record.Triage
	Replaced bool // another steward has seen it and judged anew
}

// judge derives what counts of a request's own urgency and its stewards'.
func (d *decoded) judge() Judgement {
	m, ok := d.Content.(*record.Request)
	if !ok {
		return Judgement{}
	}
	j := Judgement{Urgency: m.Urgency}
	for _, t := range d.triages {
		j.Triages = append(j.Triages, Triage{Record: t, Triage: t.Content.(*record.Triage)})
	}
	j.replace()
	if high, ok := j.highest(m.Urgency); ok {
		j.Urgency = high
	}
	return j
}

// replace marks what another triage has seen and replaces. Two can name each
// other only if one was made up; then all count, and the highest shows.
func (j *Judgement) replace() {
	gone := make(map[version]bool)
	for _, t := range j.Triages {
		for _, over := range t.Triage.Supersedes {
			if birth, ok := over.Triage.Place(); ok && birth != t.Birth {
				gone[version{birth.Record(), crdt.Stamp(over.Stamp)}] = true
			}
		}
	}
	all := !slices.ContainsFunc(j.Triages, func(t Triage) bool { return !gone[t.version()] })
	for i, t := range j.Triages {
		j.Triages[i].Replaced = !all && gone[t.version()]
	}
}

// version is a triage as it stood at a moment.
type version struct {
	id protocol.RecordID
	at crdt.Stamp
}

func (t Triage) version() version { return version{t.ID, t.Fields.Last()} }

// highest returns the highest urgency of the triages that count; false where
// they say none. What the request has said since, beyond what the steward saw,
// is not lowered.
func (j *Judgement) highest(own record.Urgency) (high record.Urgency, ok bool) {
	for _, t := range j.Triages {
		if u := t.Triage.Urgency; !t.Replaced && u > record.Urgency_URGENCY_UNKNOWN {
			if own > t.Triage.Said {
				u = max(u, own)
			}
			high, ok = max(high, u), true
		}
	}
	return high, ok
}

// Doubted reports whether a steward whose word counts doubts the request.
func (j Judgement) Doubted() bool {
	return slices.ContainsFunc(j.Triages, func(t Triage) bool {
		return !t.Replaced && t.Triage.Verified == record.Verification_VERIFICATION_DOUBT
	})
}
