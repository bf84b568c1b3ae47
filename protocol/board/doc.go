// Package board is the agreed state: what the facts in a neighbourhood's cells
// add up to, the same on every node that has heard the same facts.
//
// Two layers. [Fold] (and [Board.Apply], which reaches the same state step by
// step) knows no time; its [Board.Hash] is what must be equal everywhere.
// [Board.At] shows that state at a moment: it hides what has expired and marks
// what is stale, and decides nothing.
//
// No field has two writing households. A request is the requester's, a pledge
// the helper's, an acceptance and a receipt the receiver's; every status is
// derived from them (DESIGN.md in this folder explains the rules).
package board
