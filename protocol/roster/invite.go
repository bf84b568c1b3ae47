package roster

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"gotong/protocol"
)

// What can be wrong with an invitation that somebody typed; [ErrInviteGroup]
// says where.
var (
	ErrInviteKind  = errors.New("roster: not an invitation")
	ErrInviteShort = errors.New("roster: invitation too short")
	ErrInviteLong  = errors.New("roster: invitation too long")
)

// ErrInviteGroup says which group of an invitation, counted from 1 after the
// GTG1, has a wrong character, or two neighbours swapped.
type ErrInviteGroup struct{ Group int }

func (e ErrInviteGroup) Error() string {
	return fmt.Sprintf("roster: invitation wrong in group %d", e.Group)
}

// Invite is what an invitation's text carries: which neighbourhood, and the
// seed of the keys that open it. Whoever holds it can join and read.
type Invite struct {
	Neighbourhood protocol.NeighbourhoodID
	Seed          [16]byte // random
}

const (
	invitePrefix = "GTG1"
	inviteSize   = 32 // bytes
	groupData    = 4  // characters, and one to check them
	alphabet     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// Text returns the written form: GTG1 and 13 groups of five characters, the
// last of each checking the other four and the group's place (SPEC.md, Invite).
func (i Invite) Text() string {
	return grouped(invitePrefix, append(i.Neighbourhood[:], i.Seed[:]...))
}

// grouped writes bytes as groups of characters that check themselves.
func grouped(prefix string, content []byte) string {
	digits := toDigits(content)
	digits = append(digits, make([]byte, groupsFor(len(content))*groupData-len(digits))...)
	var b strings.Builder
	b.WriteString(prefix)
	for g := range groupsFor(len(content)) {
		data := digits[g*groupData:][:groupData]
		b.WriteByte('-')
		for _, d := range data {
			b.WriteByte(alphabet[d])
		}
		b.WriteByte(alphabet[checkOf(g, data)])
	}
	return b.String()
}

// groupsFor returns how many groups hold that many bytes.
func groupsFor(size int) int {
	perGroup := groupData * 5
	return (size*8 + perGroup - 1) / perGroup
}

// ParseInvite reads an invitation as people type it: in any case, with spaces
// and dashes anywhere, I and L for 1, O for 0. Errors are those above.
func ParseInvite(text string) (Invite, error) {
	b, err := ungrouped(invitePrefix, inviteSize, text)
	if err != nil {
		return Invite{}, err
	}
	return Invite{Neighbourhood: protocol.NeighbourhoodID(b[:16]), Seed: [16]byte(b[16:])}, nil
}

// ungrouped is the inverse of grouped for a text of size bytes.
func ungrouped(prefix string, size int, text string) ([]byte, error) {
	rest, ok := strings.CutPrefix(plainText(text), prefix)
	groups := groupsFor(size)
	switch {
	case !ok:
		return nil, ErrInviteKind
	case len(rest) < groups*(groupData+1):
		return nil, ErrInviteShort
	case len(rest) > groups*(groupData+1):
		return nil, ErrInviteLong
	}
	digits, err := checkedDigits(rest, groups)
	if err != nil {
		return nil, err
	}
	b, ok := fromDigits(digits, size)
	if !ok {
		return nil, ErrInviteGroup{groups}
	}
	return b, nil
}

// plainText drops separators and settles case and lookalikes.
func plainText(text string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case ' ', '\t', '\n', '\r', '-', '\u00a0', '\u2010', '\u2011', '\u2013', '\u2014':
			return -1
		case 'i', 'I', 'l', 'L':
			return '1'
		case 'o', 'O':
			return '0'
		}
		if c >= 0x80 {
			return '?' // one byte for one character, so that lengths are right
		}
		return c &^ lowerBit(c)
	}, text)
}

func lowerBit(c rune) rune {
	if 'a' <= c && c <= 'z' {
		return 'a' - 'A'
	}
	return 0
}

func checkedDigits(rest string, groups int) ([]byte, error) {
	digits := make([]byte, 0, groups*groupData)
	for g := range groups {
		group, ok := digitsOf(rest[g*(groupData+1):][:groupData+1])
		if !ok || checkOf(g, group[:groupData]) != group[groupData] {
			return nil, ErrInviteGroup{g + 1}
		}
		digits = append(digits, group[:groupData]...)
	}
	return digits, nil
}

func digitsOf(group string) ([]byte, bool) {
	digits := make([]byte, len(group))
	for i := range group {
		d := strings.IndexByte(alphabet, group[i])
		if d < 0 {
			return nil, false
		}
		digits[i] = byte(d)
	}
	return digits, true
}

// checkOf returns the fifth character of a group: its number plus the sum of
// the others, each times a power of two, in the field of 32 elements. The
// weights 2, 4, 8, 16 and the check's own 1 all differ and none is zero, so any
// one wrong character and any swap of two show.
func checkOf(group int, data []byte) byte {
	sum := byte(group+1) & 31
	for i, d := range data {
		for range i + 1 {
			d = double(d)
		}
		sum ^= d
	}
	return sum
}

// double multiplies by two in GF(32) modulo x^5 + x^2 + 1.
func double(d byte) byte {
	if d&16 != 0 {
		return d<<1 ^ 0b100101
	}
	return d << 1
}

// toDigits cuts bytes into digits of five bits, filling up with zero bits.
func toDigits(b []byte) []byte {
	digits := make([]byte, (len(b)*8+4)/5)
	for i := range len(b) * 8 {
		digits[i/5] |= (b[i/8] >> (7 - i%8) & 1) << (4 - i%5)
	}
	return digits
}

// fromDigits is the inverse; false if the bits left over are not zero.
func fromDigits(digits []byte, size int) ([]byte, bool) {
	b := make([]byte, size)
	clean := true
	for i := range len(digits) * 5 {
		bit := digits[i/5] >> (4 - i%5) & 1
		if i < len(b)*8 {
			b[i/8] |= bit << (7 - i%8)
		} else {
			clean = clean && bit == 0
		}
	}
	return b, clean
}

// SignKey returns the Ed25519 key that signs joins by this invitation.
func (i Invite) SignKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(i.derive("gotong/invite/1 sign"))
}

// Key returns the public half of SignKey, which the grant names.
func (i Invite) Key() Key { return Key(i.SignKey().Public().(ed25519.PublicKey)) }

// SealKey returns the X25519 key that epoch secrets are sealed to.
func (i Invite) SealKey() *ecdh.PrivateKey {
	key, err := ecdh.X25519().NewPrivateKey(i.derive("gotong/invite/1 seal"))
	if err != nil {
		panic("roster: " + err.Error()) // only for keys of another length
	}
	return key
}

func (i Invite) derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, i.Seed[:], i.Neighbourhood[:], purpose, 32)
	if err != nil {
		panic("roster: hkdf: " + err.Error()) // only for lengths beyond 8,160 bytes
	}
	return key
}
