package crdt

// Clock gives one writer strictly increasing stamps. The zero Clock has given
// none. It is a value without a lock: its owner guards it.
//
// Stamps heard from others never enter it: one bad clock among a hundred would
// drag all the others years ahead (SPEC.md, Stamps).
type Clock struct{ last Stamp }

// lastWall is the latest millisecond since 1970 that a wall clock is believed
// to show, in the year 6429. A clock gone mad thus leaves 2^63 stamps after it:
// what was written then can still be edited.
const lastWall = 1<<47 - 1

// Next returns max(wall, last given + 1, every replaced + 1), where wall is in
// milliseconds since 1970 and replaced are the own stamps that the write
// supersedes. A clock set back, or stuck at 1970, still moves forward.
func (c *Clock) Next(wall int64, replaced ...Stamp) Stamp {
	next := max(StampAt(min(wall, lastWall)), c.last.Next())
	for _, r := range replaced {
		next = max(next, r.Next())
	}
	c.last = next
	return next
}

// Raise makes every later stamp larger than floor. A device raises its clock
// to the floor it persisted and to every own stamp it meets.
func (c *Clock) Raise(floor Stamp) { c.last = max(c.last, floor) }

// Last returns the latest stamp given, or the floor if that is larger.
func (c *Clock) Last() Stamp { return c.last }
