package record

import "gotong/protocol"

// Bounds of a check-in.
const (
	MaxPeople  = 10_000 // persons that one check-in speaks of
	MaxRounds  = 8      // roll calls it answers
	MaxAnswers = 16     // needs it answers
)

func checkCheckIn(m *CheckIn) error {
	if len(m.Household) > 0 || m.Person == "" {
		if err := sixteen("household", m.Household); err != nil {
			return err
		}
	}
	return first(short("person", m.Person, protocol.MaxTitle), checkWord(m.Word))
}

// checkWord wants a status, and refuses the one that is not for everybody.
func checkWord(w *Word) error {
	switch {
	case w.GetStatus() == Wellbeing_WELLBEING_UNKNOWN:
		return &Invalid{"status", "missing"}
	case w.Status == Wellbeing_WELLBEING_DECEASED:
		return &Invalid{"status", "private"}
	case w.PeopleOk > MaxPeople || w.PeopleTotal > MaxPeople || w.PeopleTotal > 0 && w.PeopleOk > w.PeopleTotal:
		return &Invalid{"people", "out-of-range"}
	}
	return first(short("place", w.Place, protocol.MaxNote), short("note", w.Note, protocol.MaxNote), inTime("at", w.At),
		atMost("rounds", len(w.Rounds), MaxRounds), atMost("answers", len(w.Answers), MaxAnswers),
		births("rounds", w.Rounds), answered(w.Answers), mayRefer("request", w.Request))
}

func births(field string, all []*Birth) error {
	for _, b := range all {
		if err := refers(field, b); err != nil {
			return err
		}
	}
	return nil
}

func answered(all []*Answered) error {
	for _, a := range all {
		if err := refers("answers", a.GetCheckIn()); err != nil {
			return err
		}
	}
	return nil
}

func checkRollCall(m *RollCall) error {
	if m.Closes == 0 {
		return &Invalid{"closes", "missing"}
	}
	return first(need("reason", m.Reason), short("reason", m.Reason, protocol.MaxNote), inTime("closes", m.Closes))
}

func checkThanks(m *Thanks) error {
	return first(mayRefer("for", m.For), sixteen("household", m.Household),
		need("text", m.Text), short("text", m.Text, protocol.MaxNote))
}

const wellbeingPrefix = "WELLBEING_"

// Code returns the stable code of a status, as in "need-help".
func (w Wellbeing) Code() string { return lower(w.String(), wellbeingPrefix) }

// WellbeingOf returns the status with a code.
func WellbeingOf(code string) (Wellbeing, bool) {
	n := Wellbeing_value[upper(code, wellbeingPrefix)]
	return Wellbeing(n), n != 0
}

// Wellbeings returns every status that a check-in may have.
func Wellbeings() []Wellbeing {
	var all []Wellbeing
	for _, w := range known[Wellbeing](Wellbeing_name) {
		if w != Wellbeing_WELLBEING_DECEASED {
			all = append(all, w)
		}
	}
	return all
}

// Need reports whether a status calls for somebody to come.
func (w Wellbeing) Need() bool {
	switch w {
	case Wellbeing_WELLBEING_NEED_HELP, Wellbeing_WELLBEING_INJURED, Wellbeing_WELLBEING_MISSING:
		return true
	}
	return false
}
