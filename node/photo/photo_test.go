package photo

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"gotong/protocol"
)

// secret stands for what a camera writes beside a picture.
const secret = "S 6.1944 E 106.8229 Jl. Melati 7"

// flag is a picture whose corners tell how it is held: red, green, blue, white.
func flag(w, h int) *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := [2][2]color.RGBA{{{255, 0, 0, 255}, {0, 255, 0, 255}}, {{0, 0, 255, 255}, {255, 255, 255, 255}}}[y*2/h][x*2/w]
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

func jpegOf(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a TIFF header that says how the camera was held, and where.
func exif(orientation uint16) []byte {
	b := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01")
	b = binary.BigEndian.AppendUint16(b, orientationTag)
	b = append(b, 0, 3, 0, 0, 0, 1)
	b = binary.BigEndian.AppendUint16(b, orientation)
	return append(append(b, 0, 0, 0, 0, 0, 0), secret...)
}

func segment(marker byte, body string) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))
	return append(b, body...)
}

// photographed adds everything a camera and its programs leave in a JPEG.
func photographed(t testing.TB, p image.Image, orientation uint16) []byte {
	plain := jpegOf(t, p)
	all := append([]byte{}, plain[:2]...)
	all = append(all, segment(0xe1, "Exif\x00\x00"+string(exif(orientation))+string(jpegOf(t, flag(16, 16))))...)
	all = append(all, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+secret+"</x:xmpmeta>")...)
	all = append(all, segment(0xe2, "ICC_PROFILE\x00\x01\x01"+secret)...)
	all = append(all, segment(0xed, "Photoshop 3.0\x008BIM\x04\x04"+secret)...)
	all = append(all, segment(0xfe, secret)...)
	all = append(all, plain[2:]...)
	return append(all, secret...) // as phones do that put a film behind the picture
}

func pngOf(t testing.TB, p image.Image, orientation uint16) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	chunk := func(name string, body []byte) []byte {
		c := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), append([]byte(name), body...)...)
		return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
	}
	head := 8 + 25 // signature and IHDR
	all := append([]byte{}, plain[:head]...)
	all = append(all, chunk("tEXt", []byte("Location\x00"+secret))...)
	all = append(all, chunk("eXIf", exif(orientation))...)
	return append(all, plain[head:]...)
}

func gifOf(t testing.TB, p image.Image) []byte {
	var b bytes.Buffer
	if err := gif.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	all := bytes.TrimSuffix(b.Bytes(), []byte{0x3b})
	return append(append(append(all, 0x21, 0xfe, byte(len(secret))), secret...), 0, 0x3b)
}

// webpOf is a lossless picture of one red pixel, with a location behind it.
func webpOf(t testing.TB) []byte {
	b, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, append(binary.LittleEndian.AppendUint32([]byte("XMP "), uint32(len(secret))), secret...)...)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

func take(t testing.TB, content []byte, name string) Clean {
	t.Helper()
	c, err := Take(bytes.NewReader(content), name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

func TestNothingButThePictureComesThrough(t *testing.T) {
	for name, content := range map[string][]byte{
		"IMG_2041.jpg": photographed(t, flag(640, 480), 1), "a.png": pngOf(t, flag(640, 480), 1),
		"a.gif": gifOf(t, flag(640, 480)), "a.webp": webpOf(t),
	} {
		if !bytes.Contains(content, []byte(secret)) {
			t.Fatalf("%s: there was nothing to leave behind", name)
		}
		c := take(t, content, name)
		for what, b := range map[string][]byte{"photo": c.Content, "thumbnail": c.Thumbnail} {
			for _, trace := range []string{secret, "Exif", "Jl. Melati", "xmp", "ICC_", "8BIM"} {
				if bytes.Contains(b, []byte(trace)) {
					t.Errorf("%s: the %s holds %q", name, what, trace)
				}
			}
			jpegSegments(b, func(marker byte, _ []byte) bool {
				if marker >= 0xe0 && marker <= 0xef || marker == 0xfe {
					t.Errorf("%s: the %s has a segment %x that is no picture", name, what, marker)
				}
				return true
			})
		}
		if c.Name != "" || c.Mime != "image/jpeg" || !c.Picture {
			t.Errorf("%s became %q %q", name, c.Name, c.Mime)
		}
	}
}

// TestAPhotoStandsUprightWhateverTheCameraSaid turns the same flag in all eight
// ways, as a camera would, and wants it back as it was.
func TestAPhotoStandsUprightWhateverTheCameraSaid(t *testing.T) {
	want := flag(64, 32)
	for orientation := 1; orientation <= 8; orientation++ {
		held := heldSo(want, orientation)
		for name, content := range map[string][]byte{"jpeg": photographed(t, held, uint16(orientation)), "png": pngOf(t, held, uint16(orientation))} {
			c := take(t, content, name)
			got, err := jpeg.Decode(bytes.NewReader(c.Content))
			if err != nil {
				t.Fatal(err)
			}
			if got.Bounds() != want.Bounds() || c.Width != 64 || c.Height != 32 {
				t.Fatalf("%s held as %d is %v", name, orientation, got.Bounds())
			}
			for _, at := range []image.Point{{5, 5}, {58, 5}, {5, 26}, {58, 26}} {
				r, g, b, _ := got.At(at.X, at.Y).RGBA()
				w := want.RGBAAt(at.X, at.Y)
				if r>>15 != uint32(w.R>>7) || g>>15 != uint32(w.G>>7) || b>>15 != uint32(w.B>>7) {
					t.Errorf("%s held as %d: at %v is %v, want %v", name, orientation, at, got.At(at.X, at.Y), w)
				}
			}
		}
	}
}

// heldSo returns what a camera held in that way stores of a scene: by the words
// of the EXIF standard, where its first row and its first column are seen.
func heldSo(scene *image.RGBA, orientation int) *image.RGBA {
	w, h := scene.Bounds().Dx(), scene.Bounds().Dy()
	seen := map[int]func(x, y int) (int, int){ // of a stored pixel
		1: func(x, y int) (int, int) { return x, y },                 // top, left
		2: func(x, y int) (int, int) { return w - 1 - x, y },         // top, right
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }, // bottom, right
		4: func(x, y int) (int, int) { return x, h - 1 - y },         // bottom, left
		5: func(x, y int) (int, int) { return y, x },                 // left, top
		6: func(x, y int) (int, int) { return w - 1 - y, x },         // right, top
		7: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x }, // right, bottom
		8: func(x, y int) (int, int) { return y, h - 1 - x },         // left, bottom
	}[orientation]
	if orientation >= 5 {
		w, h = h, w
	}
	stored := image.NewRGBA(image.Rect(0, 0, w, h))
	w, h = scene.Bounds().Dx(), scene.Bounds().Dy()
	for y := range stored.Bounds().Dy() {
		for x := range stored.Bounds().Dx() {
			sx, sy := seen(x, y)
			stored.SetRGBA(x, y, scene.RGBAAt(sx, sy))
		}
	}
	return stored
}

func TestALargePhotoIsScaledDownAndASmallOneLeftAsItIs(t *testing.T) {
	for _, c := range []struct{ w, h, wantW, wantH int }{
		{4000, 3000, 2048, 1536}, {3000, 4001, 1535, 2048}, {2048, 10, 2048, 10}, {640, 480, 640, 480}, {1, 1, 1, 1}, {9000, 1, 2048, 1},
	} {
		clean := take(t, jpegOf(t, flag(c.w, c.h)), "x")
		if clean.Width != c.wantW || clean.Height != c.wantH {
			t.Errorf("%d by %d became %d by %d", c.w, c.h, clean.Width, clean.Height)
		}
		small, err := jpeg.DecodeConfig(bytes.NewReader(clean.Thumbnail))
		if err != nil || max(small.Width, small.Height) > smallSide {
			t.Errorf("the thumbnail is %v, %v", small, err)
		}
	}
}

func TestScalingKeepsTheMean(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 301, 97))
	sum := 0
	for i := range grey.Pix {
		grey.Pix[i] = uint8(rand.Uint32())
		sum += int(grey.Pix[i])
	}
	small, got := shrink(grey, 100), 0
	for i := 0; i < len(small.Pix); i += 4 {
		got += int(small.Pix[i])
	}
	if a, b := sum/len(grey.Pix), got/(len(small.Pix)/4); a-b > 2 || b-a > 2 {
		t.Errorf("the mean was %d and is %d", a, b)
	}
}

func TestWhatIsTransparentBecomesWhite(t *testing.T) {
	c := take(t, pngOf(t, image.NewNRGBA(image.Rect(0, 0, 20, 20)), 1), "x.png")
	p, err := jpeg.Decode(bytes.NewReader(c.Content))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := p.At(10, 10).RGBA(); r < 0xf000 {
		t.Errorf("transparent became %v", p.At(10, 10))
	}
}

func noise(w, h int) *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range p.Pix {
		p.Pix[i] = uint8(rand.Uint32())
	}
	return p
}

func TestEvenTheBusiestPictureHasASmallThumbnail(t *testing.T) {
	c := take(t, jpegOf(t, noise(1200, 1200)), "x")
	if n := len(c.Thumbnail); n == 0 || n > protocol.MaxThumbnail {
		t.Errorf("a thumbnail of %d bytes", n)
	}
	if maxThumbnail != protocol.MaxThumbnail || MaxDocument != protocol.MaxBlob || maxName != protocol.MaxTitle {
		t.Error("the bounds here are not those of the protocol")
	}
}

// bombs are small files that unfold to more memory than there is.
func bombs(t *testing.T) map[string][]byte {
	claims := func(content []byte, at int, order binary.ByteOrder, short bool, w, h uint32) []byte {
		b := bytes.Clone(content)
		if short {
			order.PutUint16(b[at:], uint16(w))
			order.PutUint16(b[at+2:], uint16(h))
			return b
		}
		order.PutUint32(b[at:], w)
		order.PutUint32(b[at+4:], h)
		return b
	}
	picture := pngOf(t, flag(8, 8), 1)
	large := claims(picture, 16, binary.BigEndian, false, 30_000, 30_000)
	binary.BigEndian.PutUint32(large[29:], crc32.ChecksumIEEE(large[12:29]))
	jpg := jpegOf(t, flag(8, 8))
	sof := bytes.Index(jpg, []byte{0xff, 0xc0}) + 5
	canvas := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"), make([]byte, 10)...)
	binary.LittleEndian.PutUint32(canvas[4:], uint32(len(canvas)-8+18))
	frame := append([]byte("VP8 \x0a\x00\x00\x00\x10\x00\x00\x9d\x01\x2a"), 0xff, 0x3f, 0xff, 0x3f)
	return map[string][]byte{
		"png": large, "jpeg": claims(jpg, sof, binary.BigEndian, true, 65_000, 65_000),
		"gif":  claims(gifOf(t, flag(8, 8)), 6, binary.LittleEndian, true, 32_000, 32_000),
		"webp": append(canvas, frame...),
	}
}

func TestAPictureBombIsRefusedBeforeItIsDecoded(t *testing.T) {
	for name, content := range bombs(t) {
		_, err := Take(bytes.NewReader(content), name)
		if !errors.Is(err, ErrPixels) {
			t.Errorf("%s of %d bytes: %v", name, len(content), err)
		}
	}
}

func TestAPhotoOfAnOrdinaryPhoneIsAffordable(t *testing.T) {
	jpg := jpegOf(t, flag(64, 64))
	sof := bytes.Index(jpg, []byte{0xff, 0xc0})
	for _, c := range []struct {
		w, h   int
		passes byte
		want   bool
	}{{4000, 3000, 0xc0, true}, {8000, 6000, 0xc0, true}, {12000, 9000, 0xc0, false}, {4000, 3000, 0xc2, true}, {8000, 6000, 0xc2, false}} {
		jpg[sof+1] = c.passes
		binary.BigEndian.PutUint16(jpg[sof+5:], uint16(c.h))
		binary.BigEndian.PutUint16(jpg[sof+7:], uint16(c.w))
		if err := affordable(jpg, picJPEG); (err == nil) != c.want {
			t.Errorf("%d by %d, %x: %v", c.w, c.h, c.passes, err)
		}
	}
}

// endless yields zeros for ever, and counts.
type endless struct {
	head io.Reader
	n    int64
}

func (e *endless) Read(p []byte) (int, error) {
	if n, err := e.head.Read(p); err == nil {
		e.n += int64(n)
		return n, nil
	}
	clear(p)
	e.n += int64(len(p))
	return len(p), nil
}

func TestAStreamWithoutEndIsRefusedAtTheBound(t *testing.T) {
	for head, limit := range map[string]int64{"\xff\xd8\xff": MaxPicture, "%PDF-1.7": MaxDocument, "PK\x03\x04": MaxDocument} {
		in := &endless{head: strings.NewReader(head)}
		if _, err := Take(in, "x"); !errors.Is(err, ErrLarge) {
			t.Errorf("%q: %v", head, err)
		}
		if in.n > limit+1<<16 {
			t.Errorf("%q: %d bytes were read", head, in.n)
		}
	}
}

func TestWhatIsNoPictureAndNoDocumentIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		want    error
	}{
		"nothing": {"", ErrEmpty}, "zip": {"PK\x03\x04\x00\x00", ErrKind}, "program": {"\x7fELF\x00", ErrKind},
		"iphone": {"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", ErrHEIC}, "avif": {"\x00\x00\x00\x18ftypavif\x00\x00", ErrHEIC},
		"film": {"\x00\x00\x00\x18ftypmp42\x00\x00", ErrKind}, "page": {" <!DOCTYPE html><script>", ErrKind}, "drawing": {"<svg onload=", ErrKind},
		"half a jpeg": {string(jpegOf(t, flag(99, 99))[:500]), ErrDamaged}, "no jpeg": {"\xff\xd8\xffhallo", ErrDamaged},
		"half a png": {string(pngOf(t, flag(99, 99), 1)[:200]), ErrDamaged}, "not utf-8": {"harga \xff\xfe", ErrKind},
	} {
		if _, err := Take(strings.NewReader(c.content), "photo.jpg"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestADocumentStaysAsItIsUnderAPlainName(t *testing.T) {
	for name, want := range map[string][2]string{
		"denah.pdf": {"denah.pdf", "application/pdf"}, "../../etc/passwd": {"passwd", "application/pdf"}, `C:\Users\Sari\denah.pdf`: {"denah.pdf", "application/pdf"},
		"..": {"", "application/pdf"}, ".bashrc": {"bashrc", "application/pdf"}, "a\x1b[2J\u202eb.pdf": {"a[2Jb.pdf", "application/pdf"},
		strings.Repeat("x", 90) + ".pdf": {strings.Repeat("x", 76) + ".pdf", "application/pdf"},
	} {
		if c := take(t, []byte("%PDF-1.7 Bu Sari"), name); c.Name != want[0] || c.Mime != want[1] || string(c.Content) != "%PDF-1.7 Bu Sari" || c.Picture {
			t.Errorf("%q became %q, %s", name, c.Name, c.Mime)
		}
	}
	if c := take(t, []byte("# Cara menyaring air"), "Air.MD"); c.Mime != "text/markdown" {
		t.Errorf("a guide became %s", c.Mime)
	}
	if c := take(t, []byte("menyaring"), "air"); c.Mime != "text/plain" {
		t.Errorf("a text became %s", c.Mime)
	}
}

// FuzzTake: whatever comes in, it is taken or refused, in bounded memory.
func FuzzTake(f *testing.F) {
	f.Add(photographed(f, flag(8, 8), 6))
	f.Add(pngOf(f, flag(8, 8), 8))
	f.Add(gifOf(f, flag(8, 8)))
	f.Add(webpOf(f))
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 1<<14 {
			return
		}
		c, err := Take(bytes.NewReader(content), "x")
		if err == nil && c.Picture {
			if _, err := jpeg.Decode(bytes.NewReader(c.Content)); err != nil || len(c.Thumbnail) > maxThumbnail {
				t.Fatalf("made what is no picture: %v", err)
			}
		}
	})
}
