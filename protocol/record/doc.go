// Package record holds what people write: the bodies inside the cells, how
// they are cut into fields that merge, and the limits they keep (SPEC.md,
// Bodies).
//
// A [Part] is what one cell says of one record. The parts of a household are
// joined field by field (crdt.Fields); [Content] reads the joined fields as
// the kind's message. Fields and kinds of newer versions pass through
// untouched.
package record
