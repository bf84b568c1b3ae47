package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
)

//go:embed app.css live.js hub.js icon.svg templates/*.html
var files embed.FS

// asset is a file that never changes while the program runs.
type asset struct {
	plain, packed []byte
	mime, tag     string
}

var mimes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// readAssets packs the files once, by their paths.
func readAssets() (map[string]asset, error) {
	all := make(map[string]asset)
	for _, name := range []string{"app.css", "live.js", "hub.js", "icon.svg"} {
		plain, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		packed, err := pack(plain)
		if err != nil {
			return nil, fmt.Errorf("web: pack %s: %w", name, err)
		}
		sum := sha256.Sum256(plain)
		all["/"+name] = asset{plain, packed, mimes[path.Ext(name)], `"` + hex.EncodeToString(sum[:8]) + `"`}
	}
	return all, nil
}

func pack(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (a asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("ETag", a.tag)
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == a.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.mime)
	body := a.plain
	if takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.packed
	}
	w.Write(body) // whoever hung up needs no answer
}

func takesGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}
