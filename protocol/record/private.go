package record

import (
	"encoding/binary"
	"fmt"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
)

// The bytes of a Private before and after it is sealed: all have the same
// length, so that it tells nothing.
const (
	PrivateSize = 256
	SealedSize  = 32 + PrivateSize + 16
)

// Pad returns what is sealed of p; *Invalid where it has no room.
func (p *Private) Pad() ([]byte, error) { return pad("contact", p) }

// Unpad reads what was sealed; ErrBody where it is nothing that Pad returned.
func Unpad(plain []byte) (*Private, error) {
	p := new(Private)
	return p, unpad(plain, p)
}

// pad fills a message up to the length that all have; field is named where it
// has no room.
func pad(field string, m proto.Message) ([]byte, error) {
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("record: encode: %w", err)
	}
	if len(content) > PrivateSize-2 {
		return nil, &Invalid{field, "too-long"}
	}
	plain := make([]byte, PrivateSize)
	binary.BigEndian.PutUint16(plain, uint16(len(content)))
	copy(plain[2:], content)
	return plain, nil
}

func unpad(plain []byte, m proto.Message) error {
	if len(plain) != PrivateSize || int(binary.BigEndian.Uint16(plain)) > PrivateSize-2 {
		return fmt.Errorf("%w: sealed", ErrBody)
	}
	if err := proto.Unmarshal(plain[2:2+binary.BigEndian.Uint16(plain)], m); err != nil {
		return fmt.Errorf("%w: sealed: %v", ErrBody, err)
	}
	return nil
}

// PrivateInfo binds a sealed contact to the request or offer it belongs to and
// to the device it is for: moved elsewhere it does not open (SPEC.md, Contacts).
func PrivateInfo(n protocol.NeighbourhoodID, target protocol.Birth, device protocol.DeviceID) []byte {
	info := append([]byte(protocol.DomainContact), n[:]...)
	info = append(info, target.Device[:]...)
	info = binary.BigEndian.AppendUint32(info, target.Slot)
	info = binary.BigEndian.AppendUint64(info, uint64(target.Stamp))
	return append(info, device[:]...)
}
