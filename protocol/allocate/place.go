package allocate

import (
	"math/bits"
	"strings"
)

// Point is a place on the map in 1e-7 degrees.
type Point struct{ Lat, Lon int32 }

// Metres returns the distance to another point, right within one in a hundred
// for what can be reached on foot or by boat. Integers only: the same on every
// machine.
func (p Point) Metres(q Point) int64 { return root(p.square(q)) }

const (
	degree = 10_000_000          // 1e-7 degrees
	turn   = 360 * int64(degree) // all the way round
	metre  = 111_320             // metres in a degree of latitude
	cosine = int64(1_000_000)    // the cosine of 0
)

// square is the distance squared: enough to compare by.
func (p Point) square(q Point) int64 {
	dy := metres(int64(p.Lat) - int64(q.Lat))
	dx := metres(shorter(int64(p.Lon)-int64(q.Lon))) * p.narrowing() / cosine
	return dx*dx + dy*dy
}

func metres(units int64) int64 { return units * metre / degree }

// shorter goes round the other way where that is nearer.
func shorter(d int64) int64 {
	switch {
	case d > turn/2:
		return d - turn
	case d < -turn/2:
		return d + turn
	}
	return d
}

// narrowing is the cosine of the latitude, in millionths, by Bhaskara's
// formula: (32400 - 4 x x) / (32400 + x x), x in degrees; right within 0.0017.
func (p Point) narrowing() int64 {
	x := int64(p.Lat) / (degree / 1000) // thousandths of a degree
	const all = 32_400 * 1000 * 1000
	return max(0, cosine*((all-4*x*x)/1000)/((all+x*x)/1000))
}

// root returns the integer square root, by Newton's method.
func root(n int64) int64 {
	if n <= 0 {
		return 0
	}
	r := int64(1) << ((bits.Len64(uint64(n)) + 1) / 2)
	for {
		next := (r + n/r) / 2
		if next >= r {
			return r
		}
		r = next
	}
}

// Where no points are known the areas' paths say how far it is, roughly.
const (
	sameSquare  = 200 * 200     // the same path
	nearSquare  = 700 * 700     // the same area, or nobody says
	otherSquare = 5_000 * 5_000 // another area
)

// AreaOf returns the levels of a path that make it one's own area.
func AreaOf(path string, levels int) string {
	end := 0
	for range levels {
		slash := strings.IndexByte(path[end:], '/')
		if slash < 0 {
			return path
		}
		end += slash + 1
	}
	return strings.TrimSuffix(path[:end], "/")
}
