package record

// maxJudged bounds how many triages another replaces.
const maxJudged = 16

func checkTriage(m *Triage) error {
	for _, j := range m.Supersedes {
		if err := refers("supersedes", j.Triage); err != nil {
			return err
		}
	}
	return first(refers("target", m.Target), atMost("supersedes", len(m.Supersedes), maxJudged))
}
