package sneakernet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"gotong/protocol/blob"
)

// Photos and documents lie on a stick as they lie anywhere: sealed, each in a
// file that is named by its hash, whichever neighbourhood shows it. So nothing is
// looked for by what the stick says that it has: only names are opened that a
// record names.

// ErrAltered: a file is not the blob of its name.
var ErrAltered = errors.New("sneakernet: not the blob of its name")

const (
	blobFolder = "blobs"
	// margin is what blobs leave free on a stick, in bytes: bundles come first,
	// those of the next visitors too.
	margin = 16 << 20
)

func blobName(a blob.Address) string { return blobFolder + "/" + a.String() }

// OpenBlob opens the file of a blob that is so many bytes long as it travels.
// fs.ErrNotExist where there is none, ErrNotFile or ErrAltered where something
// else has its name. What is inside is for whoever takes it in to judge.
func (s *Stick) OpenBlob(a blob.Address, size int64) (io.ReadCloser, error) {
	if s.root == nil {
		return nil, fs.ErrNotExist
	}
	file, there, err := s.open(blobName(a))
	if err != nil {
		return nil, err
	}
	if there != size || !begins(file, a) {
		return nil, errors.Join(ErrAltered, file.Close())
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("sneakernet: seek: %w", err), file.Close())
	}
	return file, nil
}

// begins reports whether a file begins with the manifest of the blob.
func begins(r io.Reader, a blob.Address) bool {
	head := make([]byte, 4, blob.MaxManifest)
	if _, err := io.ReadFull(r, head); err != nil {
		return false
	}
	size, err := blob.SizeOf(head)
	if err != nil {
		return false
	}
	whole := head[:blob.ManifestLen(size)]
	if _, err := io.ReadFull(r, whole[len(head):]); err != nil {
		return false
	}
	_, err = blob.ParseManifest(whole, a)
	return err == nil
}

// HasBlob reports whether the stick has a blob. Its length and its beginning are
// looked at, not all of it: sticks are slow.
func (s *Stick) HasBlob(a blob.Address, size int64) bool {
	file, err := s.OpenBlob(a, size)
	if err != nil {
		return false
	}
	return file.Close() == nil
}

// PutBlob puts a blob of so many bytes, which write yields, onto the stick:
// durable, and under its name, once it is whole. ErrFull where too little would
// be left free, ErrAltered where something else came. FlushBlobs comes after the
// last.
func (s *Stick) PutBlob(a blob.Address, size int64, write func(io.Writer) error) error {
	if free, err := s.free(); err != nil {
		return fmt.Errorf("sneakernet: room: %w", err)
	} else if free-size < margin {
		return ErrFull
	}
	if err := s.makeBlobFolder(); err != nil {
		return err
	}
	if err := s.clear(blobName(a)); err != nil {
		return err
	}
	d, err := s.draftAt(a.String(), blobName(a))
	if err != nil {
		return err
	}
	if err := write(d); err != nil {
		return full(errors.Join(err, d.discard()))
	}
	if err := d.whole(a, size); err != nil {
		return full(errors.Join(err, d.discard()))
	}
	return d.settle()
}

// clear takes away what is no file and has the name of one. A folder that is not
// empty stays.
func (s *Stick) clear(name string) error {
	info, err := s.root.Lstat(name)
	if err != nil || info.Mode().IsRegular() {
		return nil // what is wrong shows when it is written
	}
	if err := s.root.Remove(name); err != nil {
		return errors.Join(ErrNotFile, err)
	}
	return nil
}

// makeBlobFolder makes the folder; what else has its name gives way, unless it
// is a folder with something in it.
func (s *Stick) makeBlobFolder() error {
	info, err := s.root.Lstat(blobFolder)
	if err == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		err = s.root.Remove(blobFolder)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sneakernet: folder: %w", err)
	}
	if err := s.root.Mkdir(blobFolder, 0o755); err != nil {
		return full(fmt.Errorf("sneakernet: folder: %w", err))
	}
	return nil
}

// whole judges what was written.
func (d *draft) whole(a blob.Address, size int64) error {
	if err := d.Flush(); err != nil {
		return err
	}
	info, err := d.file.Stat()
	if err != nil || info.Size() != size {
		return errors.Join(ErrAltered, err)
	}
	if !begins(io.NewSectionReader(d.file, 0, size), a) {
		return ErrAltered
	}
	return nil
}

// FlushBlobs makes the names of the blobs durable.
func (s *Stick) FlushBlobs() error {
	if s.root == nil {
		return nil
	}
	return errors.Join(s.syncDir("."), s.syncDir(blobFolder))
}
