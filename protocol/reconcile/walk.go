package reconcile

import "math"

// MaxSymbols is where every walk and every sketch ends.
const MaxSymbols = 1 << 17

// walk visits the symbols an item is part of, in rising order from symbol 0.
// Symbol i is visited with probability 2/(i+2), all of them independently
// (SPEC.md 3; section 4 of the paper, with alpha = 1/2).
type walk struct {
	at    uint64 // the symbol visited now; MaxSymbols when there are no more
	state uint64
}

func (it item) walk() walk { return walk{state: it.seed} }

// step goes to the next symbol. Its chance comes from the splitmix64 generator
// by Steele, Lea and Flood, of which the top 29 bits are taken.
func (w *walk) step() {
	w.state += 0x9e3779b97f4a7c15
	z := w.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	w.at = next(w.at, z>>35)
}

// next returns the symbol that follows symbol i when chance is r of 2^29: the
// least j with (j+1)(j+2) r >= (i+1)(i+2) 2^29. That is
// ceil(sqrt((i+1)(i+2)/u + 1/4) - 1/2) - 1 with u = r/2^29, in whole numbers:
// x < 2^35, so the square root is cut to the right integer by any machine
// however it rounds, and a machine that fuses or emulates floating point
// walks the same way as all others.
func next(i, r uint64) uint64 {
	if r == 0 {
		return MaxSymbols
	}
	x := ((i+1)*(i+2)<<29 + r - 1) / r // < 2^64 as i < MaxSymbols
	if x > MaxSymbols*(MaxSymbols+1) {
		return MaxSymbols
	}
	m := uint64(math.Sqrt(float64(x)))
	if m*(m+1) < x {
		m++
	}
	return m - 1
}
