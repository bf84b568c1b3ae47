package photo

import (
	"image"
	"image/color"
	"image/draw"
)

// shrink returns a picture whose longer side is at most side, on white where it
// was transparent. Each new pixel is the mean of the area it stands for. Beside
// the new picture it needs two rows of the old one.
func shrink(old image.Image, side int) *image.RGBA {
	in := old.Bounds()
	w, h := fit(in.Dx(), in.Dy(), side)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	row := image.NewRGBA(image.Rect(0, 0, in.Dx(), 1))
	white := image.NewUniform(color.White)
	narrow, sums := make([]uint64, 3*w), make([]uint64, 3*w)
	y, filled := 0, 0 // the new row, and how much of its height there is
	for n := range in.Dy() {
		draw.Draw(row, row.Rect, white, image.Point{}, draw.Src)
		draw.Draw(row, row.Rect, old, image.Pt(in.Min.X, in.Min.Y+n), draw.Over)
		squeeze(narrow, row.Pix, in.Dx(), w)
		for left := h; left > 0; { // an old row is h high where a new one is in.Dy()
			part := min(left, in.Dy()-filled)
			add(sums, narrow, uint64(part))
			left, filled = left-part, filled+part
			if filled == in.Dy() {
				write(out, y, sums, uint64(in.Dx())*uint64(in.Dy()))
				y, filled = y+1, 0
			}
		}
	}
	return out
}

// fit returns the sides of a picture whose longer one is at most side.
func fit(w, h, side int) (int, int) {
	long := max(w, h)
	if long <= side {
		return w, h
	}
	return max(1, w*side/long), max(1, h*side/long)
}

// squeeze writes a row of old pixels into a narrower one, each new value the sum
// over old ones, with weights that add up to old.
func squeeze(into []uint64, pix []uint8, old, narrow int) {
	clear(into)
	x, filled := 0, 0
	for n := range old {
		for left := narrow; left > 0; { // as with the rows
			part := min(left, old-filled)
			for c := range 3 {
				into[3*x+c] += uint64(pix[4*n+c]) * uint64(part)
			}
			left, filled = left-part, filled+part
			if filled == old {
				x, filled = x+1, 0
			}
		}
	}
}

func add(sums, row []uint64, weight uint64) {
	for i, v := range row {
		sums[i] += v * weight
	}
}

// write puts the mean of the sums into a row and empties them.
func write(out *image.RGBA, y int, sums []uint64, weight uint64) {
	pix := out.Pix[y*out.Stride:]
	for x := range len(sums) / 3 {
		for c := range 3 {
			pix[4*x+c] = uint8((sums[3*x+c] + weight/2) / weight)
		}
		pix[4*x+3] = 255
	}
	clear(sums)
}
