package record

// MaxSeen bounds what a device lists as seen.
const MaxSeen = 32

func checkSeen(m *Seen) error {
	for _, b := range m.Items {
		if err := refers("items", b); err != nil {
			return err
		}
	}
	return atMost("items", len(m.Items), MaxSeen)
}
