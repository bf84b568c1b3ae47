// Package crdt is the merge arithmetic of Gotong: what is true anywhere and
// would serve another application unchanged.
//
// It holds four joins, each commutative, associative and idempotent (the
// property tests state these laws), and the stamps that order one writer's
// writes:
//
//   - [Stamp] and [Clock]: a hybrid of wall time and counter, totally ordered;
//   - [Newest]: per key, the newest value stays;
//   - [Fields]: per field, the newest assertion stays, so that two devices of
//     one household edit one record and both edits survive;
//   - [Set]: an add/remove set in which a removal covers only the additions it
//     has seen.
//
// The package reads no clock and draws no randomness: both are arguments.
// Background: Shapiro, Preguiça, Baquero, Zawirski, "Conflict-free Replicated
// Data Types" (2011); Kulkarni et al., "Logical Physical Clocks" (2014).
package crdt
