// Package reconcile lets two neighbours find out which 16-byte ids one of them
// holds and the other lacks, at a cost that follows the difference and not the
// sets. It is pure: frames in, frames out; salts come as arguments.
//
//	Dial                                   Answer
//	  |  MEET      only when no salt is shared |
//	  |  HELLO     how many, some symbols      |
//	  |  MORE, SYMBOLS         the sketch,     |  sketch.go decoder.go
//	  |  LIST, LISTED, BITMAP  or a list       |  list.go
//	  |  WANT, DONE                            |
//	Done: Push is exactly what the other lacks, on both sides
//	the driver sends it, calls Delivered, and Dials again: CHECK
//
// The sketch is a keyed form of Rateless Invertible Bloom Lookup Tables: Yang,
// Gilad and Alizadeh, "Practical Rateless Set Reconciliation", SIGCOMM 2024,
// arXiv 2402.02668 ("the paper"). SPEC.md beside this file describes the bytes
// and the rules; code names its paragraphs.
//
// What an id stands for is nothing to this package. Cells and roster
// operations each have a [Neighbour] of their own per peer.
package reconcile
