package api

import (
	"context"
	"io"
	"net/http"
)

const typeBackup = "application/x-tar"

// Backup writes all that a restore needs, keys and all, in the clear: whoever
// keeps it encrypts it.
func (d Desk) Backup(ctx context.Context, w io.Writer) error { return d.Backend.Backup(ctx, w) }

func (h handler) backup(d Desk) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.stream(w, r, typeBackup, func(out io.Writer) error { return d.Backup(r.Context(), out) })
	})
}

// Backup writes what the node gives out for a backup to w.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	answer, err := c.do(ctx, "GET", "/backup", nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(w, answer.Body); err != nil {
		return lost(ctx, err)
	}
	return nil
}
