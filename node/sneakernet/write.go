package sneakernet

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"gotong/protocol/bundle"
)

// draft is a file that is being written beside its place.
type draft struct {
	*bufio.Writer
	stick *Stick
	part  string
	name  string
	file  *os.File
}

// draft begins a file; it appears under its name when it is published.
func (s *Stick) draft(name string) (*draft, error) { return s.draftAt(name, name) }

// draftAt begins a file that is to appear elsewhere in the folder.
func (s *Stick) draftAt(beside, name string) (*draft, error) {
	part := beside + partEnd
	file, err := s.root.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, full(fmt.Errorf("sneakernet: write: %w", err))
	}
	return &draft{bufio.NewWriterSize(s.through(file), 64<<10), s, part, name, file}, nil
}

// publish makes the file durable and puts it in its place, all of it or
// nothing.
func (d *draft) publish() error {
	if err := d.settle(); err != nil {
		return err
	}
	return d.stick.syncDir(".")
}

// settle is publish but for the folder: its names are made durable later.
func (d *draft) settle() error {
	err := errors.Join(d.Flush(), d.file.Sync(), d.file.Close())
	if err == nil {
		err = d.stick.root.Rename(d.part, d.name)
	}
	if err != nil {
		return full(errors.Join(fmt.Errorf("sneakernet: write: %w", err), d.stick.root.Remove(d.part)))
	}
	return nil
}

// discard removes what was written so far.
func (d *draft) discard() error {
	return errors.Join(d.file.Close(), d.stick.root.Remove(d.part))
}

// put writes a small file whole.
func (s *Stick) put(name string, content []byte) error {
	d, err := s.draft(name)
	if err != nil {
		return err
	}
	if _, err := d.Write(content); err != nil {
		return full(errors.Join(err, d.discard()))
	}
	return d.publish()
}

// syncDir makes the names in a folder durable.
func (s *Stick) syncDir(name string) error {
	dir, err := s.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sneakernet: sync: %w", err)
	}
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil // some file systems of sticks sync the names with the file
	}
	return full(errors.Join(err, dir.Close()))
}

// Prepare makes the folder where there is none, and in it the salt and the
// page, and removes what a stick that was pulled out left half written.
func (s *Stick) Prepare(page []byte) error {
	if s.root == nil {
		if err := s.outer.Mkdir(folder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return full(fmt.Errorf("sneakernet: folder: %w", err))
		}
		if err := s.enter(); err != nil {
			return err
		}
	}
	if err := s.sweep(); err != nil {
		return err
	}
	if !s.salted {
		if err := s.season(); err != nil {
			return err
		}
	}
	if s.holds(pageName, page) {
		return nil
	}
	return s.put(pageName, page)
}

// sweep removes drafts; nobody else writes to a stick at the same time.
func (s *Stick) sweep() error {
	drafts, err := s.names(partEnd)
	if err != nil {
		return err
	}
	for _, name := range drafts {
		if err := s.root.RemoveAll(name); err != nil {
			return fmt.Errorf("sneakernet: sweep: %w", err)
		}
	}
	return nil
}

// season gives the stick a salt: an empty bundle, whose header has one.
func (s *Stick) season() error {
	var salt bundle.Salt
	if _, err := rand.Read(salt[:]); err != nil {
		return fmt.Errorf("sneakernet: salt: %w", err)
	}
	d, err := s.draft(saltName)
	if err != nil {
		return err
	}
	if err := bundle.NewWriter(d, salt).Close(); err != nil {
		return full(errors.Join(err, d.discard()))
	}
	if err := d.publish(); err != nil {
		return err
	}
	s.salt, s.salted = salt, true
	return nil
}

// Salt returns what the tags of the stick's sections are made under. It is
// there after Prepare.
func (s *Stick) Salt() bundle.Salt { return s.salt }

// holds reports whether a file has this content already.
func (s *Stick) holds(name string, content []byte) bool {
	file, size, err := s.open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	if size != int64(len(content)) {
		return false
	}
	there, err := io.ReadAll(io.LimitReader(file, size+1))
	return err == nil && string(there) == string(content)
}
