package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// orientation returns how the camera was held, as EXIF numbers it: 1 for
// upright, and where nothing is said.
func orientation(content []byte, k kind) int {
	switch k {
	case picJPEG:
		return ofTIFF(exifOfJPEG(content))
	case picPNG:
		return ofTIFF(chunkOf(content, 8, "eXIf", binary.BigEndian, true))
	case picWebP:
		return ofTIFF(bytes.TrimPrefix(chunkOf(content, 12, "EXIF", binary.LittleEndian, false), []byte("Exif\x00\x00")))
	}
	return 1
}

func exifOfJPEG(content []byte) (exif []byte) {
	jpegSegments(content, func(marker byte, body []byte) bool {
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			exif = tiff
		}
		return exif == nil
	})
	return exif
}

// chunkOf finds a chunk of a PNG, whose length comes before its name, or of a
// WebP, where it comes after and chunks begin at even places.
func chunkOf(content []byte, at int, name string, order binary.ByteOrder, lengthFirst bool) []byte {
	for at+8 <= len(content) {
		id, length := content[at:at+4], order.Uint32(content[at+4:])
		rest := int(length) + int(length)%2
		if lengthFirst {
			id, length = content[at+4:at+8], order.Uint32(content[at:])
			rest = int(length) + 4 // a checksum
		}
		if int64(length) > int64(len(content)-at-8) {
			return nil
		}
		if string(id) == name {
			return content[at+8 : at+8+int(length)]
		}
		at += 8 + rest
	}
	return nil
}

// orientationTag is where EXIF says it, as a short number.
const orientationTag = 0x0112

// ofTIFF reads the orientation from the first directory of a TIFF header.
func ofTIFF(tiff []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case len(tiff) < 10:
		return 1
	case string(tiff[:2]) == "II":
		order = binary.LittleEndian
	case string(tiff[:2]) != "MM":
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if value := int(order.Uint16(entries[8:])); order.Uint16(entries) == orientationTag && value >= 1 && value <= 8 {
			return value
		}
		entries = entries[12:]
	}
	return 1
}

// upright turns a picture so that it needs no orientation any longer.
func upright(p *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return p
	}
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	if orientation >= 5 {
		w, h = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			out.SetRGBA(x, y, from(p, orientation, x, y, w, h))
		}
	}
	return out
}

// from returns what belongs at x, y of the upright picture of w by h.
func from(p *image.RGBA, orientation, x, y, w, h int) color.RGBA {
	switch orientation {
	case 2: // mirrored
		return p.RGBAAt(w-1-x, y)
	case 3: // upside down
		return p.RGBAAt(w-1-x, h-1-y)
	case 4:
		return p.RGBAAt(x, h-1-y)
	case 5:
		return p.RGBAAt(y, x)
	case 6: // to be turned to the right
		return p.RGBAAt(y, w-1-x)
	case 7:
		return p.RGBAAt(h-1-y, w-1-x)
	}
	return p.RGBAAt(h-1-y, x) // 8, to be turned to the left
}
