package bundle

import (
	"errors"

	"gotong/protocol"
)

// Version is the layout that this package writes and reads.
const Version = 1

// magic begins every bundle; the version follows (SPEC.md, 1).
const magic = "GOTONG\n"

// HeaderSize is the length of what stands before the first section, in bytes.
const HeaderSize = len(magic) + 1 + len(Salt{})

// MaxSections bounds the neighbourhoods in one bundle.
const MaxSections = 256

// domainTag keeps a section's name from serving as any other hash.
const domainTag = "gotong/bundle/1\x00"

// What can be wrong with a bundle.
var (
	// ErrNotBundle: the bytes do not begin like a bundle.
	ErrNotBundle = errors.New("bundle: not a bundle")
	// ErrVersion: of a layout that came after this program.
	ErrVersion = errors.New("bundle: newer version")
	// ErrDamaged: cut short or altered. What was read before stands.
	ErrDamaged = errors.New("bundle: damaged")
	// ErrItem: what was to be written is no item, or stands outside a section.
	ErrItem = errors.New("bundle: not an item of a section")
	// ErrSections: more sections than a bundle can have.
	ErrSections = errors.New("bundle: too many sections")
)

// Salt is 16 random bytes that stand in the header. It makes the tags of one
// bundle, or of one stick, differ from those of all others.
type Salt [16]byte

// Tag names the section of a neighbourhood: only who knows the neighbourhood's
// id can make or recognise it.
type Tag [16]byte

// TagOf returns the tag of neighbourhood n under a salt (SPEC.md, 3).
func TagOf(s Salt, n protocol.NeighbourhoodID) Tag {
	return protocol.Hash(domainTag, s[:], n[:])
}

// mark is the first byte of a frame that is no item. Marks are shorter than
// any item, so their length tells the two apart (SPEC.md, 2).
type mark byte

const (
	markSection mark = 1
	markIndex   mark = 2
	markEnd     mark = 3
)

const (
	sectionSize = 1 + 16
	indexSize   = 1 + 16 + 8 + 8
	endSize     = 1 + 2 + 8 + 32
)

// entry is what the index says of one section.
type entry struct {
	tag    Tag
	offset uint64 // of the section's mark, from the bundle's first byte
	items  uint64
}
