package record

import (
	"gotong/protocol"
)

func checkProject(m *Project) error {
	return first(need("title", m.Title), short("title", m.Title, protocol.MaxTitle), short("body", m.Body, protocol.MaxText),
		short("place", m.Place, protocol.MaxNote))
}

func checkProjectPart(m *ProjectPart) error {
	if m.Part == nil && len(m.Photos) == 0 && !m.TakenOut {
		return &Invalid{"part", "missing"}
	}
	return first(refers("project", m.Project), mayRefer("part", m.Part), short("note", m.Note, protocol.MaxNote), photos(m.Photos))
}

const phasePrefix = "PHASE_"

// Code returns the stable code of a phase, as in "before".
func (p Phase) Code() string { return lower(p.String(), phasePrefix) }

// PhaseOf returns the phase with a code.
func PhaseOf(code string) (Phase, bool) {
	n := Phase_value[upper(code, phasePrefix)]
	return Phase(n), n != 0
}
