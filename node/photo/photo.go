package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path/filepath"
	"strings"
	"unicode"

	"golang.org/x/image/webp"
)

// The longest sides of what is made of a picture, in pixels.
const (
	longSide  = 2048
	smallSide = 320
)

// maxThumbnail bounds a thumbnail, in bytes: protocol.MaxThumbnail.
const maxThumbnail = 20_000

// Clean is a picture or a document that may be shown.
type Clean struct {
	Content       []byte
	Mime          string
	Width, Height int    // of a picture, in pixels
	Name          string // of a document
	Thumbnail     []byte // of a picture: a small JPEG
	Picture       bool
}

// Take makes something that may be shown of what r yields. name is what the file
// is called; of a picture it does not stay. It holds at most Limit bytes of r
// and maxDecoded bytes of a picture.
func Take(r io.Reader, name string) (Clean, error) {
	content, err := read(r)
	if err != nil {
		return Clean{}, err
	}
	k, err := kindOf(content, name)
	switch {
	case err != nil:
		return Clean{}, err
	case !k.picture():
		return Clean{Content: content, Mime: string(k), Name: plain(name)}, nil
	}
	return paint(content, k)
}

// read returns all of r, unless that is too much of what it is.
func read(r io.Reader) ([]byte, error) {
	head := make([]byte, 512)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("photo: read: %w", err)
	}
	head = head[:n]
	limit := Limit(head)
	var whole bytes.Buffer
	whole.Write(head)
	if _, err := io.Copy(&whole, io.LimitReader(r, limit+1-int64(n))); err != nil {
		return nil, fmt.Errorf("photo: read: %w", err)
	}
	if int64(whole.Len()) > limit {
		return nil, ErrLarge
	}
	return whole.Bytes(), nil
}

// paint makes a new picture of an old one.
func paint(content []byte, k kind) (Clean, error) {
	if err := affordable(content, k); err != nil {
		return Clean{}, err
	}
	old, err := decoders[k].decode(bytes.NewReader(content))
	if err != nil {
		return Clean{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	picture := upright(shrink(old, longSide), orientation(content, k))
	clean := Clean{Mime: string(picJPEG), Width: picture.Bounds().Dx(), Height: picture.Bounds().Dy(), Picture: true}
	if clean.Content, err = encode(picture, 80); err != nil {
		return Clean{}, err
	}
	clean.Thumbnail, err = thumbnail(picture)
	return clean, err
}

// decoder reads one kind of pictures.
type decoder struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// decoders are for the kinds that are taken, and for no other: the registry of
// package image holds whatever somebody links.
var decoders = map[kind]decoder{
	picJPEG: {jpeg.DecodeConfig, jpeg.Decode},
	picPNG:  {png.DecodeConfig, png.Decode},
	picGIF:  {gif.DecodeConfig, gif.Decode}, // the first frame
	picWebP: {webp.DecodeConfig, webp.Decode},
}

// thumbnail returns a small JPEG: smaller and coarser until it is small enough.
func thumbnail(picture *image.RGBA) ([]byte, error) {
	for side := smallSide; ; side /= 2 {
		small := shrink(picture, side)
		for _, quality := range []int{65, 45, 25} {
			content, err := encode(small, quality)
			if err != nil || len(content) <= maxThumbnail {
				return content, err
			}
		}
	}
}

func encode(picture image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("photo: encode: %w", err)
	}
	return b.Bytes(), nil
}

// maxName bounds a name, in characters: what records allow.
const maxName = 80

// plain returns a name without folders and without what a disk or a screen would
// take amiss. Its end stays, which says what it is.
func plain(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimLeft(strings.Map(func(r rune) rune {
		if r == '/' || r == ':' || unicode.IsControl(r) || !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, name), ". ")
	if letters := []rune(name); len(letters) > maxName {
		name = strings.TrimLeft(string(letters[len(letters)-maxName:]), ". ")
	}
	return name
}
