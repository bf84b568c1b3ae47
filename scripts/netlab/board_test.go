package netlab

import (
	"slices"
	"testing"
	"time"
)

// status is what the lab reads of "gotong status --json".
type status struct {
	Started        time.Time
	Connected      int
	Neighbourhoods []struct {
		Member bool
		Cells  int
		Hash   string
	}
}

func (h *household) status(t *testing.T) status {
	t.Helper()
	var s status
	h.read(t, &s, "status")
	return s
}

// hash returns the hash of h's board, or "" while no roster names the household.
func (h *household) hash(t *testing.T) string {
	t.Helper()
	s := h.status(t)
	if len(s.Neighbourhoods) != 1 || !s.Neighbourhoods[0].Member {
		return ""
	}
	return s.Neighbourhoods[0].Hash
}

// neighbourhood starts the lab's households, the first of which founds a
// neighbourhood and invites the others, and waits until all are members.
func (l *lab) neighbourhood(t *testing.T) {
	t.Helper()
	founder := l.households[0]
	founder.start(t)
	founder.gotong(t, "create", "RT 03", "--household", founder.name)
	for _, h := range l.households[1:] {
		h.start(t)
		h.join(t, founder)
	}
	untilEqual(t, 30*time.Second, l.households)
}

// join brings h into the neighbourhood of another household.
func (h *household) join(t *testing.T, inviter *household) {
	t.Helper()
	var invited struct{ Invite string }
	inviter.read(t, &invited, "invite")
	h.gotong(t, "join", invited.Invite, "--household", h.name)
}

// ask writes a request and returns its id; it is saved when ask returns.
func (h *household) ask(t *testing.T, text string) string {
	t.Helper()
	var written struct{ ID string }
	h.read(t, &written, "ask", text)
	if written.ID == "" {
		t.Fatalf("%s asked for %q and got no id", h.name, text)
	}
	return written.ID
}

// askAll lets every household ask n times and returns the ids of all requests.
func askAll(t *testing.T, n int, households []*household) (ids []string) {
	t.Helper()
	for _, h := range households {
		for range n {
			ids = append(ids, h.ask(t, "Air minum untuk rumah "+h.name))
		}
	}
	return ids
}

// items returns the ids of the requests and offers on h's board.
func (h *household) items(t *testing.T) (ids []string) {
	t.Helper()
	var list struct{ Items []struct{ ID string } }
	h.read(t, &list, "list")
	for _, item := range list.Items {
		ids = append(ids, item.ID)
	}
	return ids
}

// lacks returns those of the ids that are not on h's board.
func (h *household) lacks(t *testing.T, ids []string) (missing []string) {
	t.Helper()
	here := h.items(t)
	for _, id := range ids {
		if !slices.Contains(here, id) {
			missing = append(missing, id)
		}
	}
	return missing
}
