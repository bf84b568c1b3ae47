package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	maxRequest   = 64 << 10        // bytes of a request body
	maxHeader    = 8 << 10         // bytes of a request's headers
	readTime     = 5 * time.Second // for a request to arrive
	shutdownTime = 3 * time.Second // for answers to leave when the node stops
)

var (
	errBadRequest = errors.New("api: not a request of this interface")
	errTooLarge   = errors.New("api: request too large")
)

// Serve answers on l until ctx ends; then it lets answers leave, for a few
// seconds, and removes the socket.
func Serve(ctx context.Context, l net.Listener, d Desk, log *slog.Logger) error {
	s := &http.Server{
		Handler:           guard(log, Handler(d, log)),
		ReadHeaderTimeout: readTime,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnContext:       withCaller,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stopped <- shutdown(s)
	}()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

func shutdown(s *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		return s.Close()
	}
	return nil
}

// Handler serves the verbs of d under /v1; doc.go lists them.
func Handler(d Desk, log *slog.Logger) http.Handler {
	h := handler{log}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/status", get(h, func(ctx context.Context, _ *http.Request) (Report, error) { return d.Status(ctx) }))
	mux.Handle("GET /v1/peers", get(h, func(ctx context.Context, _ *http.Request) (PeerList, error) { return d.Peers(ctx) }))
	mux.Handle("GET /v1/items", get(h, func(ctx context.Context, r *http.Request) (List, error) { return d.List(ctx, queryOf(r)) }))
	mux.Handle("GET /v1/items/{id}", get(h, func(ctx context.Context, r *http.Request) (Shown, error) { return d.Show(ctx, targetOf(r)) }))
	mux.Handle("GET /v1/suggestions", get(h, func(ctx context.Context, r *http.Request) (Suggestions, error) {
		return d.suggest(ctx, r.URL.Query())
	}))
	mux.Handle("GET /v1/watch", h.watch(d))
	mux.Handle("POST /v1/neighbourhoods", post(h, d.Create))
	mux.Handle("POST /v1/neighbourhoods/join", post(h, d.Join))
	mux.Handle("POST /v1/invites", post(h, d.Invite))
	mux.Handle("GET /v1/people", get(h, func(ctx context.Context, r *http.Request) (People, error) { return d.People(ctx, queryOf(r).Place) }))
	mux.Handle("GET /v1/invites", get(h, func(ctx context.Context, r *http.Request) (InvitationList, error) {
		return d.Invitations(ctx, queryOf(r).Place)
	}))
	mux.Handle("GET /v1/devices", get(h, func(ctx context.Context, r *http.Request) (DeviceList, error) {
		return d.Devices(ctx, queryOf(r).Place)
	}))
	mux.Handle("POST /v1/devices", post(h, d.AddDevice))
	mux.Handle("POST /v1/devices/pair", post(h, d.Pair))
	mux.Handle("GET /v1/hub", get(h, func(ctx context.Context, _ *http.Request) (Hub, error) { return d.Hub(ctx) }))
	mux.Handle("POST /v1/hub/allow", post(h, d.AllowHub))
	mux.Handle("POST /v1/hub/leave", post(h, d.LeaveHub))
	mux.Handle("POST /v1/vouches", post(h, d.Vouch))
	mux.Handle("POST /v1/revocations", post(h, d.Revoke))
	mux.Handle("POST /v1/mutes", post(h, d.Mute))
	mux.Handle("POST /v1/requests", post(h, d.Ask))
	mux.Handle("POST /v1/offers", post(h, d.Offer))
	mux.Handle("POST /v1/items/{id}/pledges", post(h, d.Pledge))
	mux.Handle("POST /v1/items/{id}/acceptances", post(h, d.Accept))
	mux.Handle("POST /v1/items/{id}/receipts", post(h, d.Arrived))
	mux.Handle("POST /v1/items/{id}/comments", post(h, d.Comment))
	mux.Handle("POST /v1/items/{id}/contact", post(h, d.Confide))
	mux.Handle("POST /v1/items/{id}/withdraw", post(h, d.Withdraw))
	mux.Handle("POST /v1/items/{id}/close", post(h, d.Close))
	mux.Handle("POST /v1/items/{id}/copies", post(h, d.Copy))
	mux.Handle("GET /v1/backup", h.backup(d))
	mux.Handle("GET /v1/carry", h.carryOut(d))
	mux.Handle("POST /v1/carry", h.carryIn(d))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { answerProblem(w, errBadRequest) })
	return mux
}

type handler struct{ log *slog.Logger }

func queryOf(r *http.Request) Query {
	return Query{Place{r.URL.Query().Get("in")}, Show(r.URL.Query().Get("show"))}
}

func targetOf(r *http.Request) Target {
	return Target{Place{r.URL.Query().Get("in")}, r.PathValue("id")}
}

// get answers a verb that reads.
func get[Out any](h handler, verb func(context.Context, *http.Request) (Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		doc, err := verb(r.Context(), r)
		h.answer(w, r, doc, err)
	})
}

// post answers a verb that is told what to do in its body.
func post[In, Out any](h handler, verb func(context.Context, In) (Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := read(w, r, &in); err != nil {
			h.answer(w, r, nil, err)
			return
		}
		if t, ok := any(&in).(interface{ point(string) }); ok {
			t.point(r.PathValue("id"))
		}
		doc, err := verb(r.Context(), in)
		h.answer(w, r, doc, err)
	})
}

// read decodes a bounded body. A member it does not know is refused: a newer
// client would take it for obeyed.
func read(w http.ResponseWriter, r *http.Request, in any) error {
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(readTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest))
	body.DisallowUnknownFields()
	err := body.Decode(in)
	if err == nil {
		_, err = body.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		return errBadRequest
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errTooLarge
	}
	return errBadRequest
}

// answer writes a document or a problem. Of our own faults, and only of them,
// the log tells.
func (h handler) answer(w http.ResponseWriter, r *http.Request, doc any, err error) {
	if err != nil {
		if ProblemOf(err).Code == CodeFailed && r.Context().Err() == nil {
			h.log.Error("a verb failed", "verb", r.Pattern, "error", err)
		}
		answerProblem(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(doc)
}

// watch writes one line per change until either side hangs up. The headers
// leave once it listens, so that whoever has them misses nothing.
func (h handler) watch(d Desk) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		follow := d.Watch(r.Context())
		w.Header().Set("Content-Type", "application/x-ndjson")
		out, lines := http.NewResponseController(w), json.NewEncoder(w)
		if err := out.Flush(); err != nil {
			return
		}
		err := follow(func(c Change) error {
			if err := lines.Encode(c); err != nil {
				return err
			}
			return out.Flush()
		})
		if r.Context().Err() == nil {
			h.log.Debug("watching ended", "error", err)
		}
	})
}
