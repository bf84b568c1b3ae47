package netlab

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// status is what the lab reads of "gotong status --json".
type status struct {
	Started        time.Time
	Connected      int
	Neighbourhoods []struct {
		ID     string
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
	h.gotong(t, "join", invited.Invite, "--household", h.name, "--yes")
}

// request is a request as its household meant it. Content counts: an id that
// shows something else than what was asked is a request lost.
type request struct{ ID, Title string }

var asked atomic.Int32

// ask writes a request of which there is no second; it is saved when ask returns.
func (h *household) ask(t *testing.T) request {
	t.Helper()
	r, err := h.tryToAsk(t)
	if err != nil {
		t.Fatalf("%s cannot ask: %v", h.name, err)
	}
	return r
}

// tryToAsk is ask where the node may be gone.
func (h *household) tryToAsk(t *testing.T) (request, error) {
	t.Helper()
	r := request{Title: fmt.Sprintf("Air minum untuk rumah %s, nomor %d", h.name, asked.Add(1))}
	out, err := h.command("ask", r.Title, "--json").Output()
	if err != nil {
		return request{}, err
	}
	if err := json.Unmarshal(out, &r); err != nil || r.ID == "" {
		t.Fatalf("no id (%v) in %s", err, out)
	}
	return r, nil
}

// askAll lets every household ask n times.
func askAll(t *testing.T, n int, households []*household) (requests []request) {
	t.Helper()
	for _, h := range households {
		for range n {
			requests = append(requests, h.ask(t))
		}
	}
	return requests
}

// lacks returns those of the requests that h's node does not have.
func (h *household) lacks(t *testing.T, requests []request) []request {
	t.Helper()
	return h.notAmong(t, requests, "list", "--all")
}

// hides returns those of the requests that h's board does not show.
func (h *household) hides(t *testing.T, requests []request) []request {
	t.Helper()
	return h.notAmong(t, requests, "list")
}

func (h *household) notAmong(t *testing.T, requests []request, command ...string) (missing []request) {
	t.Helper()
	var list struct{ Items []request }
	h.read(t, &list, command...)
	for _, r := range requests {
		if !slices.Contains(list.Items, r) {
			missing = append(missing, r)
		}
	}
	return missing
}
