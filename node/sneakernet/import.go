package sneakernet

import (
	"errors"
	"fmt"
	"io"

	"gotong/protocol/bundle"
)

// Take takes in one bundle, the nth of so many, from r, size bytes long. What
// is wrong inside the bundle is its own to tell; an error ends the import.
type Take func(nth, of int, size int64, r io.Reader) error

// Skipped is a file that was passed over, and why.
type Skipped struct {
	Name string
	Err  error
}

// Import hands every bundle on the stick to take, and returns the files that
// are none. ErrNothing where there is no folder.
func (s *Stick) Import(take Take) ([]Skipped, error) {
	names, err := s.names(bundleEnd)
	if err != nil {
		return nil, err
	}
	var skipped []Skipped
	for i, name := range names {
		file, size, err := s.openBundle(name)
		if err != nil {
			skipped = append(skipped, Skipped{name, err})
			continue
		}
		err = errors.Join(take(i+1, len(names), size, io.LimitReader(file, maxBundle)), file.Close())
		if err != nil {
			return skipped, err
		}
	}
	return skipped, nil
}

// openBundle opens a file that begins like a bundle.
func (s *Stick) openBundle(name string) (io.ReadCloser, int64, error) {
	file, size, err := s.open(name)
	if err != nil {
		return nil, 0, err
	}
	if size > maxBundle {
		return nil, 0, errors.Join(ErrTooLarge, file.Close())
	}
	if _, err := bundle.NewReader(io.LimitReader(file, int64(bundle.HeaderSize))); err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, 0, errors.Join(fmt.Errorf("sneakernet: seek: %w", err), file.Close())
	}
	return file, size, nil
}
