package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// power knows whether the node stopped on its own the last time: a mark that
// lies in its directory while it runs is left over when the light goes out.
type power struct {
	path string
	now  func() time.Time
	lost time.Time // about when it went out; zero: it did not
}

const (
	powerName  = "running"
	powerEvery = 5 * time.Minute // costs the card one small write
)

func openPower(dir string, now func() time.Time) (*power, error) {
	p := &power{path: filepath.Join(dir, powerName), now: now}
	info, err := os.Stat(p.path)
	switch {
	case err == nil:
		p.lost = info.ModTime()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("web: %w", err)
	}
	return p, nil
}

// mark keeps the mark fresh until ctx ends.
func (p *power) mark(ctx context.Context) {
	tick := time.NewTicker(powerEvery)
	defer tick.Stop()
	for {
		_ = os.WriteFile(p.path, nil, 0o600) // on a full disk the notice after the next cut is missing, no more
		now := p.now()
		_ = os.Chtimes(p.path, now, now)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// off takes the mark away: the node was told to stop.
func (p *power) off() error {
	if err := os.Remove(p.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("web: %w", err)
	}
	return nil
}

// noticeTime is how long people are told of a cut.
const noticeTime = 24 * time.Hour

// cut returns when the light went out, if that is still news.
func (p *power) cut(started time.Time) (time.Time, bool) {
	return p.lost, !p.lost.IsZero() && p.now().Sub(started) < noticeTime
}
