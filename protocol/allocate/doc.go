// Package allocate suggests who could help whom: from what is still missing and
// what is on offer to a list of suggestions, each with its reason (DESIGN.md in
// this folder explains the rules).
//
// It decides nothing and writes nothing: a person who agrees makes a pledge.
// From the same input every node makes the same suggestions, in whatever order
// the input came; quantities are integers throughout.
//
//	[Read]   the open lines and the offers of a board, as a [Question]
//	[Plan]   all lines and all offers together, for a command post
//	[Best]   what one household could do best
package allocate
