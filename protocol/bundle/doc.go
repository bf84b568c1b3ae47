// Package bundle is the form in which cells and roster operations travel
// without a connection: as a file on a stick, or as bytes over any pipe.
//
// A [Writer] puts items into sections, one for each neighbourhood; a [Reader]
// gives them back one by one, holding one at a time. Sections are named by a
// [Tag], which tells an outsider nothing. Nothing is judged here: what an item
// is worth the one door of the node says, so a poisoned item costs only itself.
//
// SPEC.md describes the bytes.
package bundle
