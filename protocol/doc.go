// Package protocol is what every node must do alike: the bytes, the limits and
// the names. If two nodes doing a thing differently could ever disagree about
// the board, it belongs here or below.
//
// SPEC.md beside this file describes the bytes; code names its paragraphs.
// Packages below: cell (the unit of state), roster (who belongs), record (what
// people write), board (the agreed state), reconcile (set reconciliation),
// numbers (telephone and identity numbers in a text).
//
// Nothing in this tree reads a clock, a disk, a socket or a random source, and
// nothing depends on map order: the same core runs in the node and in the
// simulator.
package protocol
