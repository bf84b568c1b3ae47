//go:build !linux

package mesh

import (
	"os"
	"time"
)

// linkNews looks again every two seconds, where no one tells.
type linkNews struct {
	ticker *time.Ticker
	done   chan struct{}
}

func openLinkNews() (*linkNews, error) {
	return &linkNews{time.NewTicker(2 * time.Second), make(chan struct{})}, nil
}

func (n *linkNews) next() error {
	select {
	case <-n.ticker.C:
		return nil
	case <-n.done:
		return os.ErrClosed
	}
}

func (n *linkNews) Close() error {
	n.ticker.Stop()
	close(n.done)
	return nil
}
