package web

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"gotong/node/api"
)

// live tells open pages that something changed. A page that hears it fetches
// its own part anew, so that there is one way to draw everything.
type live struct {
	mu    sync.Mutex
	told  int                   // how often anything was told
	pages map[chan string]*bool // whether it missed something
}

const (
	liveQueue = 64
	gather    = 120 * time.Millisecond // what comes within it is told at once
	heartbeat = 25 * time.Second
	liveMost  = 256 // open pages that are told
)

// everything is told when it does not matter what changed, or all did.
const everything = "*"

func newLive() *live { return &live{pages: make(map[chan string]*bool)} }

// follow passes on what happens on the node until ctx ends.
func (l *live) follow(ctx context.Context, desk api.Desk) {
	_ = desk.Watch(ctx)(func(c api.Change) error { // it ends with the node, as the pages do
		what := everything
		if c.Event == api.EventRecord && c.About != "" {
			what = c.About
		}
		l.tell(what)
		return nil
	})
}

func (l *live) tell(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told++
	for page, missed := range l.pages {
		select {
		case page <- what:
		default:
			*missed = true
		}
	}
}

// mark is how far a page has heard that is drawn now.
func (l *live) mark() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strconv.Itoa(l.told)
}

// add returns what an open page is told; nil where too many are open. What was
// told since the page was drawn it hears at once.
func (l *live) add(since string) (news chan string, missed *bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pages) >= liveMost {
		return nil, nil
	}
	news, missed = make(chan string, liveQueue), new(bool)
	l.pages[news] = missed
	if since != strconv.Itoa(l.told) {
		news <- everything
	}
	return news, missed
}

func (l *live) remove(news chan string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pages, news)
}

// next gathers what changed after first: one id, or everything.
func (l *live) next(news chan string, missed *bool, first string) string {
	timer := time.NewTimer(gather)
	defer timer.Stop()
	what := first
	for {
		select {
		case more := <-news:
			if more != what {
				what = everything
			}
		case <-timer.C:
			l.mu.Lock()
			defer l.mu.Unlock()
			if *missed {
				*missed, what = false, everything
			}
			return what
		}
	}
}

// watch answers GET /live: server-sent events, each naming the request or offer
// that changed.
func (s *Site) watch(v *visit) {
	news, missed := s.live.add(v.Query.Get("since"))
	if news == nil {
		http.Error(v.w, "", http.StatusServiceUnavailable)
		return
	}
	defer s.live.remove(news)
	v.w.Header().Set("Content-Type", "text/event-stream")
	v.w.Header().Set("Cache-Control", "no-store")
	out := stream{http.NewResponseController(v.w), v.w}
	if out.SetReadDeadline(time.Time{}) != nil || out.say("retry: 3000\n\n") != nil {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case what := <-news:
			err = out.say("data: " + s.live.next(news, missed, what) + "\n\n")
		case <-beat.C:
			err = out.say(": \n\n")
		case <-v.req.Context().Done():
			return
		}
		if err != nil || !s.stillIn(v) {
			return
		}
	}
}

// stillIn reports whether the phone was not put out meanwhile.
func (s *Site) stillIn(v *visit) bool {
	for _, p := range s.phones.all() {
		if p.ID == v.Phone.ID {
			return true
		}
	}
	return false
}

// stream writes events, each within a time of its own.
type stream struct {
	*http.ResponseController
	w http.ResponseWriter
}

func (s stream) say(text string) error {
	if err := s.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.Flush()
}
