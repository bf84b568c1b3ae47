package photo

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
)

// Bounds on what is taken, in bytes.
const (
	MaxPicture  = 24 << 20 // before it is made smaller
	MaxDocument = 16 << 20 // protocol.MaxBlob: it stays as it is
)

// What can be wrong with what is given.
var (
	// ErrHEIC: a picture in a form that browsers and this program cannot read.
	ErrHEIC = errors.New("photo: HEIC or AVIF")
	// ErrKind: neither a picture nor a document that is taken.
	ErrKind = errors.New("photo: of no kind that is taken")
	// ErrLarge: too many bytes.
	ErrLarge = errors.New("photo: too large")
	// ErrPixels: it would need too much memory.
	ErrPixels = errors.New("photo: too many pixels")
	// ErrDamaged: the picture cannot be decoded.
	ErrDamaged = errors.New("photo: damaged")
	// ErrEmpty: there is nothing in it.
	ErrEmpty = errors.New("photo: empty")
)

// kind is what something is by its bytes; a name is not believed.
type kind string

const (
	picJPEG  kind = "image/jpeg"
	picPNG   kind = "image/png"
	picGIF   kind = "image/gif"
	picWebP  kind = "image/webp"
	docPDF   kind = "application/pdf"
	docText  kind = "text/plain"
	docMarks kind = "text/markdown"
)

func (k kind) picture() bool { return strings.HasPrefix(string(k), "image/") }

// Limit returns how many bytes may be given, by the first of them.
func Limit(head []byte) int64 {
	if k, err := kindOf(head, ""); err == nil && k.picture() {
		return MaxPicture
	}
	return MaxDocument
}

// kindOf recognises what is taken. A text is one by all its bytes.
func kindOf(b []byte, name string) (kind, error) {
	switch {
	case len(b) == 0:
		return "", ErrEmpty
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return picJPEG, nil
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return picPNG, nil
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return picGIF, nil
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return picWebP, nil
	case len(b) >= 12 && string(b[4:8]) == "ftyp" && heic(string(b[8:12])):
		return "", ErrHEIC
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return docPDF, nil
	case !text(b):
		return "", ErrKind
	case strings.HasSuffix(strings.ToLower(name), ".md"):
		return docMarks, nil
	}
	return docText, nil
}

func heic(brand string) bool {
	switch brand {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis":
		return true
	}
	return false
}

// text reports whether bytes are a text and no page or drawing that a browser
// would act on.
func text(b []byte) bool {
	if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		return false
	}
	start := strings.ToLower(string(b[:min(len(b), 512)]))
	start = strings.TrimLeft(start, "\ufeff \t\r\n")
	for _, markup := range []string{"<!doctype", "<html", "<svg", "<?xml", "<script"} {
		if strings.HasPrefix(start, markup) {
			return false
		}
	}
	return true
}
