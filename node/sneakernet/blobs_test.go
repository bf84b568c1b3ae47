package sneakernet

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// sealed is a blob as it travels.
func sealed(t *testing.T, seed byte, content int) (blob.Address, []byte) {
	t.Helper()
	key, left := blob.Key{seed}, bytes.Repeat([]byte{seed}, content)
	var chunks []byte
	var hashes [][sha256.Size]byte
	for i := 0; len(left) > 0; i++ {
		n := min(len(left), protocol.BlobChunk)
		c := blob.Seal(key, i, n == len(left), left[:n])
		chunks, hashes, left = append(chunks, c...), append(hashes, sha256.Sum256(c)), left[n:]
	}
	m, err := blob.NewManifest(int64(len(chunks)), hashes)
	if err != nil {
		t.Fatal(err)
	}
	return m.Address(), append(m.Bytes(), chunks...)
}

// prepared is a stick with so many bytes left, which blobs take up.
func prepared(t *testing.T, dir string, free int64) *Stick {
	t.Helper()
	s := opened(t, dir)
	if err := s.Prepare(nil); err != nil {
		t.Fatal(err)
	}
	s.free = func() (int64, error) {
		all, err := filepath.Glob(filepath.Join(dir, folder, blobFolder, "*"))
		left := free
		for _, name := range all {
			if info, err := os.Stat(name); err == nil {
				left -= info.Size()
			}
		}
		return left, err
	}
	return s
}

func putting(file []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(file); return err }
}

func blobPath(dir string, a blob.Address) string {
	return filepath.Join(dir, folder, blobFolder, a.String())
}

func TestABlobIsReadFromAStickAsItWasPutThere(t *testing.T) {
	dir := t.TempDir()
	a, file := sealed(t, 1, 40_000)
	s := prepared(t, dir, 1<<30)
	if s.HasBlob(a, int64(len(file))) {
		t.Error("it is there before it was put")
	}
	if err := errors.Join(s.PutBlob(a, int64(len(file)), putting(file)), s.FlushBlobs()); err != nil {
		t.Fatal(err)
	}
	next := opened(t, dir)
	r, err := next.OpenBlob(a, int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, file) || !next.HasBlob(a, int64(len(file))) {
		t.Errorf("%d of %d bytes, %v", len(got), len(file), err)
	}
	other, _ := sealed(t, 2, 10)
	if _, err := next.OpenBlob(other, 10); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that is not there: %v", err)
	}
	if _, err := opened(t, t.TempDir()).OpenBlob(a, 10); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a stick with nothing: %v", err)
	}
}

// TestBlobsLeaveRoomOnAStickForBundles: what does not fit stays behind, a
// smaller one still goes, and a house that comes after has room for its records.
func TestBlobsLeaveRoomOnAStickForBundles(t *testing.T) {
	dir := t.TempDir()
	large, largeFile := sealed(t, 1, 400_000)
	small, smallFile := sealed(t, 2, 20_000)
	s := prepared(t, dir, margin+100_000)
	if err := s.PutBlob(large, int64(len(largeFile)), putting(largeFile)); !errors.Is(err, ErrFull) {
		t.Errorf("the large one: %v", err)
	}
	if err := s.PutBlob(small, int64(len(smallFile)), putting(smallFile)); err != nil {
		t.Errorf("the small one: %v", err)
	}
	for i := byte(3); ; i++ {
		a, file := sealed(t, i, 20_000)
		err := s.PutBlob(a, int64(len(file)), putting(file))
		if errors.Is(err, ErrFull) {
			break
		}
		if err != nil || i > 20 {
			t.Fatalf("the stick never fills up: %v", err)
		}
	}
	if free, _ := s.free(); free < margin {
		t.Errorf("%d bytes are left", free)
	}
}

// TestAStickThatIsFullerThanItSaysKeepsWhatWasThere, and nothing half written.
func TestAStickThatIsFullerThanItSaysKeepsWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	newHouse("sari", "\x01a").bring(t, dir)
	a, file := sealed(t, 1, 200_000)
	before := contentsOfFiles(t, dir)
	for left := 0; left < len(file); left += 30_011 {
		s := prepared(t, dir, 1<<30)
		rest := left
		s.through = func(w io.Writer) io.Writer { return room{w, &rest} }
		if err := s.PutBlob(a, int64(len(file)), putting(file)); !errors.Is(err, ErrFull) {
			t.Fatalf("room for %d bytes: %v", left, err)
		}
		if after := contentsOfFiles(t, dir); after != before {
			t.Fatalf("room for %d bytes: the stick has changed", left)
		}
	}
}

func contentsOfFiles(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && e.Name() != pageName {
			text, _ := os.ReadFile(path)
			all.WriteString(path + string(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// TestACopyThatIsCutOffOrAnotherIsNotPutUnderTheName: the node may end, and a
// stick may be pulled out, while it is written.
func TestACopyThatIsCutOffOrAnotherIsNotPutUnderTheName(t *testing.T) {
	dir := t.TempDir()
	a, file := sealed(t, 1, 40_000)
	_, other := sealed(t, 2, 40_000)
	s := prepared(t, dir, 1<<30)
	cut := errors.New("cut")
	for name, write := range map[string]func(io.Writer) error{
		"cut":     func(w io.Writer) error { return errors.Join(putting(file[:9])(w), cut) },
		"short":   putting(file[:len(file)-1]),
		"another": putting(other),
	} {
		if err := s.PutBlob(a, int64(len(file)), write); !errors.Is(err, cut) && !errors.Is(err, ErrAltered) {
			t.Errorf("%s: %v", name, err)
		}
		if s.HasBlob(a, int64(len(file))) {
			t.Errorf("%s: it is there", name)
		}
	}
	left := filepath.Join(dir, folder, a.String()+partEnd)
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a draft stays: %v", err)
	}
	if err := os.WriteFile(left, file[:100], 0o644); err != nil {
		t.Fatal(err)
	}
	s = prepared(t, dir, 1<<30) // the next who writes clears what a pulled stick has left
	if err := s.PutBlob(a, int64(len(file)), putting(file)); err != nil {
		t.Errorf("after a draft was left: %v", err)
	}
}

// TestAHostileBlobIsNotOpenedAndGivesWay: whatever has the name of a blob, it is
// known for what it is, and the blob takes its place.
func TestAHostileBlobIsNotOpenedAndGivesWay(t *testing.T) {
	a, file := sealed(t, 1, 40_000)
	_, other := sealed(t, 2, 40_000)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, file, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		make func(path string) error
		want error
	}{
		"link":    {func(p string) error { return os.Symlink(secret, p) }, ErrNotFile},
		"endless": {func(p string) error { return os.Symlink("/dev/zero", p) }, ErrNotFile},
		"pipe":    {func(p string) error { return syscall.Mkfifo(p, 0o644) }, ErrNotFile},
		"folder":  {func(p string) error { return os.Mkdir(p, 0o755) }, ErrNotFile},
		"empty":   {func(p string) error { return os.WriteFile(p, nil, 0o644) }, ErrAltered},
		"another": {func(p string) error { return os.WriteFile(p, other, 0o644) }, ErrAltered},
		"zeros": {func(p string) error {
			return errors.Join(os.WriteFile(p, nil, 0o644), os.Truncate(p, int64(len(file))))
		}, ErrAltered},
		"gigabytes":  {func(p string) error { return errors.Join(os.WriteFile(p, file, 0o644), os.Truncate(p, 10<<30)) }, ErrAltered},
		"cut":        {func(p string) error { return os.WriteFile(p, file[:len(file)-1], 0o644) }, ErrAltered},
		"cut early":  {func(p string) error { return os.WriteFile(p, file[:2], 0o644) }, ErrAltered},
		"and a tail": {func(p string) error { return os.WriteFile(p, append(bytes.Clone(file), 0), 0o644) }, ErrAltered},
	} {
		dir := t.TempDir()
		s := prepared(t, dir, 1<<40)
		if err := errors.Join(s.makeBlobFolder(), c.make(blobPath(dir, a))); err != nil {
			t.Fatal(err)
		}
		if r, err := s.OpenBlob(a, int64(len(file))); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v, want %v", name, r, err, c.want)
		}
		s.free = func() (int64, error) { return 1 << 40, nil }
		if err := s.PutBlob(a, int64(len(file)), putting(file)); err != nil || !s.HasBlob(a, int64(len(file))) {
			t.Errorf("%s: it stays: %v", name, err)
		}
	}
	if text, err := os.ReadFile(secret); err != nil || !bytes.Equal(text, file) {
		t.Error("a file outside the stick was changed")
	}
}

// TestAFolderOfBlobsThatLeadsElsewhereIsNotFollowed, and one that is full of
// something else under a blob's name is passed over.
func TestAFolderOfBlobsThatLeadsElsewhereIsNotFollowed(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	a, file := sealed(t, 1, 40_000)
	s := prepared(t, dir, 1<<30)
	link := filepath.Join(dir, folder, blobFolder)
	if err := errors.Join(os.WriteFile(filepath.Join(elsewhere, a.String()), file, 0o644), os.Symlink(elsewhere, link)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenBlob(a, int64(len(file))); err == nil {
		t.Error("a file outside the stick was opened")
	}
	b, more := sealed(t, 2, 40_000)
	if err := s.PutBlob(b, int64(len(more)), putting(more)); err != nil {
		t.Error(err)
	}
	if all, _ := os.ReadDir(elsewhere); len(all) != 1 {
		t.Error("something was written outside the stick")
	}
	if err := os.MkdirAll(filepath.Join(blobPath(dir, a), "more"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := s.PutBlob(a, int64(len(file)), putting(file)); !errors.Is(err, ErrNotFile) {
		t.Errorf("a folder that is not empty: %v", err)
	}
	if s.HasBlob(a, int64(len(file))) || !s.HasBlob(b, int64(len(more))) {
		t.Error("it harmed another, or counts as there")
	}
}
