package record

import "google.golang.org/protobuf/proto"

// checkLink wants two records, and not one and the same.
func checkLink(m *Link) error {
	err := first(refers("from", m.From), refers("to", m.To))
	switch {
	case err != nil:
		return err
	case m.Relation == Relation_RELATION_UNKNOWN:
		return &Invalid{"relation", "missing"}
	case proto.Equal(m.From, m.To):
		return &Invalid{"to", "repeated"}
	}
	return nil
}
