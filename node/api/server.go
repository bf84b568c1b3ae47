package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
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

type handler struct{ log *slog.Logger }

func queryOf(r *http.Request) Query {
	q := r.URL.Query()
	return Query{Place: Place{q.Get("in")}, Show: Show(q.Get("show")), Text: q.Get("text"), Kind: q.Get("kind"), Skip: count(q.Get("skip")), Most: count(q.Get("most"))}
}

// count reads a number of a query; -1 where it is none.
func count(text string) int {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

func targetOf(r *http.Request) Target {
	return Target{Place{r.URL.Query().Get("in")}, r.PathValue("id")}
}

func gatheringQueryOf(r *http.Request) GatheringQuery {
	q := GatheringQuery{Target: targetOf(r), All: r.URL.Query().Get("all") == "true"}
	if on, err := time.Parse(time.RFC3339, r.URL.Query().Get("on")); err == nil {
		q.On = on
	}
	return q
}

// get answers a verb that reads.
func get[Out any](h handler, verb func(context.Context, *http.Request) (Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		doc, err := verb(r.Context(), r)
		if err != nil {
			h.answer(w, r, doc, err)
			return
		}
		answerTagged(w, r, doc)
	})
}

// answerTagged writes a document under a tag of its content; whoever has it
// already is told so.
func answerTagged(w http.ResponseWriter, r *http.Request, doc any) {
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(doc); err != nil {
		answerProblem(w, err)
		return
	}
	sum := sha256.Sum256(body.Bytes())
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body.Bytes()) // whoever hung up needs no answer
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
