package photo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
)

// maxDecoded bounds what decoding a picture may take, in bytes: a quarter of
// the memory of a small machine.
const maxDecoded = 112 << 20

// maxSide bounds the sides of a picture, in pixels.
const maxSide = 1 << 15

// affordable reads only the picture's headers: a small file can unfold to
// gigabytes.
func affordable(content []byte, k kind) error {
	size, err := decoders[k].config(bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if k == picWebP {
		size = frameOf(content, size)
	}
	switch {
	case size.Width <= 0 || size.Height <= 0:
		return ErrDamaged
	case size.Width > maxSide || size.Height > maxSide, memory(content, k, size) > maxDecoded:
		return ErrPixels
	}
	return nil
}

// memory returns how many bytes the decoders of the standard library and its
// companion take for a picture.
func memory(content []byte, k kind, size image.Config) int64 {
	pixels := int64(size.Width) * int64(size.Height)
	switch {
	case k == picJPEG:
		return jpegMemory(content, pixels)
	case k == picGIF:
		return 2 * pixels // the frame, and what it is unfolded in
	case k == picPNG && (size.ColorModel == color.RGBA64Model || size.ColorModel == color.NRGBA64Model || size.ColorModel == color.Gray16Model):
		return 8 * pixels
	}
	return 4 * pixels
}

// jpegMemory reads from the frame header how many samples a JPEG has. One that
// comes in several passes has all of them held until the last, at four bytes;
// one of four components is copied once.
func jpegMemory(content []byte, pixels int64) int64 {
	bytes := 15 * pixels
	jpegSegments(content, func(marker byte, body []byte) bool {
		if marker < 0xc0 || marker > 0xc2 || len(body) < 6 {
			return true
		}
		samples, most := int64(0), int64(1)
		for component := body[6:]; len(component) >= 3; component = component[3:] {
			n := int64(component[1]>>4) * int64(component[1]&15)
			samples, most = samples+n, max(most, n)
		}
		bytes = pixels * samples / most
		if marker == 0xc2 {
			bytes *= 5
		}
		if body[5] == 4 {
			bytes *= 2
		}
		return false
	})
	return bytes
}

// frameOf returns the largest of the sizes that the parts of a WebP claim: the
// frame inside may be larger than the canvas it says it is for.
func frameOf(content []byte, size image.Config) image.Config {
	if lossy := chunkOf(content, 12, "VP8 ", binary.LittleEndian, false); len(lossy) >= 10 {
		size.Width = max(size.Width, int(binary.LittleEndian.Uint16(lossy[6:])&0x3fff))
		size.Height = max(size.Height, int(binary.LittleEndian.Uint16(lossy[8:])&0x3fff))
	}
	if lossless := chunkOf(content, 12, "VP8L", binary.LittleEndian, false); len(lossless) >= 5 {
		bits := binary.LittleEndian.Uint32(lossless[1:])
		size.Width, size.Height = max(size.Width, int(bits&0x3fff)+1), max(size.Height, int(bits>>14&0x3fff)+1)
	}
	return size
}

// jpegSegments hands each segment before the picture data to see, until that has
// enough.
func jpegSegments(content []byte, see func(marker byte, body []byte) bool) {
	for at := 2; at+4 <= len(content) && content[at] == 0xff; {
		marker := content[at+1]
		if marker == 0xff { // filling
			at++
			continue
		}
		length := int(binary.BigEndian.Uint16(content[at+2:]))
		end := at + 2 + length
		if length < 2 || end > len(content) || marker == 0xda || !see(marker, content[at+4:end]) {
			return
		}
		at = end
	}
}
