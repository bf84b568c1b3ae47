package crdt

import "fmt"

// counterBits is the width of a stamp's counter; the 48 bits above it hold
// milliseconds since 1970, enough until the year 10889.
const counterBits = 16

// MaxStamp is the largest stamp there is. No write can follow it.
const MaxStamp = Stamp(1<<64 - 1)

// Stamp orders the writes of one writer: 48 bits of milliseconds since 1970
// and 16 bits of counter. Zero is before every write.
//
// Stamps of different writers are comparable but the comparison means nothing:
// across households time decides nothing (SPEC.md, Stamps).
type Stamp uint64

// StampAt returns the first stamp of the given millisecond since 1970.
// Milliseconds before 1970 count as 1970, those beyond 48 bits as the last.
func StampAt(millis int64) Stamp {
	const last = 1<<(64-counterBits) - 1
	return Stamp(uint64(min(max(millis, 0), last)) << counterBits)
}

// Millis returns the stamp's wall part, in milliseconds since 1970. It is what
// the writer's clock claimed, for display only.
func (s Stamp) Millis() int64 { return int64(s >> counterBits) }

// Next returns the smallest stamp after s; the counter carries into the
// milliseconds. MaxStamp has no successor and returns itself.
func (s Stamp) Next() Stamp {
	if s == MaxStamp {
		return s
	}
	return s + 1
}

// String shows milliseconds and counter, as in "1764000000000.3".
func (s Stamp) String() string {
	return fmt.Sprintf("%d.%d", s.Millis(), uint16(s))
}
