package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"time"

	"gotong/node/api"
)

// Bounds of a request and an answer.
const (
	maxHeader    = 16 << 10
	maxForm      = 64 << 10 // bytes of a form
	headerTime   = 5 * time.Second
	readTime     = 15 * time.Second // for a form to arrive on a bad link
	writeTime    = 60 * time.Second // for a page to leave
	idleTime     = 2 * time.Minute
	shutdownTime = 2 * time.Second
)

// Options is what the pages of a node need.
type Options struct {
	Desk api.Desk
	Dir  string // keeps which phones are let in
	Now  func() time.Time
	Log  *slog.Logger
}

// Site is the pages of one node.
type Site struct {
	desk   api.Desk
	now    func() time.Time
	log    *slog.Logger
	phones *phones
	door   *door
	done   *done
	live   *live
	fresh  *freshOnes
	looks  *template.Template
	fixed  map[string]asset
	power  *power
	api    http.Handler
}

// New reads which phones are let in and makes the pages.
func New(o Options) (*Site, error) {
	all, err := openPhones(o.Dir, o.Now)
	if err != nil {
		return nil, err
	}
	looks, err := parseLooks()
	if err != nil {
		return nil, err
	}
	fixed, err := readAssets()
	if err != nil {
		return nil, err
	}
	power, err := openPower(o.Dir, o.Now)
	if err != nil {
		return nil, err
	}
	return &Site{
		desk: o.Desk, now: o.Now, log: o.Log, phones: all, door: newDoor(o.Now), done: newDone(),
		live: newLive(), fresh: new(freshOnes), looks: looks, fixed: fixed, power: power, api: api.Handler(o.Desk, o.Log),
	}, nil
}

// Serve shows the pages on l until ctx ends.
func (s *Site) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader,
		BaseContext:    func(net.Listener) context.Context { return ctx },
		ErrorLog:       slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	go s.live.follow(ctx, s.desk)
	go s.power.mark(ctx)
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stopped <- shutdown(server)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("web: serve: %w", err)
	}
	return errors.Join(<-stopped, s.power.off())
}

func shutdown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return server.Close()
	}
	return nil
}

// Handler answers every request to the pages.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, p := range pages() {
		s.mount(mux, p)
	}
	for path := range s.fixed {
		mux.Handle("GET "+path, s.fixed[path])
	}
	mux.Handle("POST /language", s.anyone(s.setLanguage))
	mux.Handle("POST /in", s.anyone(s.letIn))
	mux.Handle("GET /in/{token}", s.anyone(s.linkPage))
	mux.Handle("POST /leave", s.known(guest, s.leave))
	mux.Handle("GET /r/{id}/photo/{photo}", s.known(guest, s.showPhoto))
	mux.Handle("GET /live", s.known(guest, s.watch))
	mux.Handle("/v1/", s.known(member, s.localAPI))
	mux.HandleFunc("/", s.nowhere)
	return s.guard(mux)
}

// localAPI is the local API for programs on a phone that is let in. What holds
// keys in the clear, and what changes who belongs, is for the control socket
// and for an owner.
func (s *Site) localAPI(v *visit) {
	if !v.Phone.Role.mayAPI(v.req.Method, v.req.URL.Path) {
		api.Refuse(v.w, api.ErrNotAllowed)
		return
	}
	s.api.ServeHTTP(v.w, v.req)
}
