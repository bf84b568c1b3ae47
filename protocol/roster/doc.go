// Package roster says who belongs to a neighbourhood, in which role, and which
// cells count.
//
// A roster is a set of signed operations that every node keeps whole and makes
// equal before it exchanges cells. [Open] judges the bytes of one operation,
// [Sign] makes one, and [Judge] is the one function that interprets a set of
// them: in any order, with duplicates, the answer is the same. It reads no
// clock and remembers nothing.
//
// [Invite] is the text by which a household is invited.
//
// SPEC.md describes the bytes; DESIGN.md draws how Judge reasons and says why.
package roster
