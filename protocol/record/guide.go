package record

import (
	"gotong/protocol"
)

// MaxGuide is how many characters of text a guide holds itself; more goes into
// a blob. What its body has room for is fewer where they take several bytes.
const MaxGuide = 3_500

func checkGuide(m *Guide) error {
	for _, c := range m.Checklist {
		if err := first(need("checklist", c.Text), short("checklist", c.Text, protocol.MaxNote)); err != nil {
			return err
		}
	}
	return first(need("title", m.Title), short("title", m.Title, protocol.MaxTitle), short("text", m.Text, MaxGuide),
		short("topic", m.Topic, protocol.MaxTitle), short("licence", m.Licence, protocol.MaxTitle), short("source", m.Source, protocol.MaxNote),
		short("version", m.Version, protocol.MaxTitle), mayRefer("supersedes", m.Supersedes), people("pages", m.Pages),
		mayNumber("checklist", len(m.Checklist), func(i int) uint32 { return m.Checklist[i].Tick }), photos(m.Photos))
}

func checkRecommendation(m *Recommendation) error {
	return first(refers("guide", m.Guide), short("note", m.Note, protocol.MaxNote))
}
