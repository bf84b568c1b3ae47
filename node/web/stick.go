package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"gotong/node/api"
	"gotong/protocol/record"
)

func stickPage() page {
	return page{name: "stick", path: "/stick", tab: "more", need: owner, get: func(v *visit) (any, error) {
		return stickView{v.Query.Get("new"), v.Query.Get("known")}, nil
	}, post: takeIn}
}

// stickView is what was taken in just before.
type stickView struct{ New, Known string }

// carryTime bounds how long a bundle may take on a slow link.
const carryTime = 30 * time.Minute

// takeIn takes in the file of a form, as it comes.
func takeIn(v *visit) (string, error) {
	if err := http.NewResponseController(v.w).SetReadDeadline(time.Now().Add(carryTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return "", err
	}
	parts, err := v.req.MultipartReader()
	if err != nil {
		return "", api.ErrBundle
	}
	for {
		file, err := parts.NextPart()
		if err != nil {
			return "", &record.Invalid{Field: "text", Why: "missing"}
		}
		if file.FormName() != "bundle" || file.FileName() == "" {
			continue
		}
		doc, err := v.desk().CarryIn(v.req.Context(), file, false)
		if err != nil {
			return "", err
		}
		return carried(v, doc), nil
	}
}

// carried is the path of a page that says what came.
func carried(v *visit, doc api.Carried) string {
	key := "carried"
	if doc.Damaged {
		key = "carried-damaged"
	}
	return said("/stick", key) + "&new=" + v.T("number", "n", doc.New) + "&known=" + v.T("number", "n", doc.Known)
}

// bundlePage sends a file with all that is kept, for a stick or another phone.
func bundlePage() page {
	return page{name: "stick", path: "/stick/bundle", tab: "more", need: owner, get: func(v *visit) (any, error) {
		if _, err := v.desk().Status(v.req.Context()); err != nil {
			return nil, err
		}
		return nil, v.giveOut()
	}}
}

// errAnswered: the answer was sent already.
var errAnswered = errors.New("web: answered")

// giveOut streams the bundle; one that breaks off counts as cut short.
func (v *visit) giveOut() error {
	load := api.Load{Place: v.place()}
	rand.Read(load.Salt[:]) // never fails
	if err := http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(carryTime)); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/vnd.gotong.bundle")
	h.Set("Content-Disposition", `attachment; filename="`+v.now.Format("2006-01-02-1504")+`.gotong"`)
	if err := v.desk().CarryOut(v.req.Context(), load, v.w); err != nil {
		v.site.log.Debug("a bundle ended", "error", err)
		panic(http.ErrAbortHandler)
	}
	return errAnswered
}
