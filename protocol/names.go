package protocol

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"

	"gotong/crdt"
)

// The ids of Gotong are the first 16 bytes of a SHA-256 over a domain string
// and the thing itself (SPEC.md, Ids). Each has a type of its own, so that one
// is never taken for another.
type (
	// ID names a cell or a roster operation by its signed bytes.
	ID [16]byte
	// NeighbourhoodID names a neighbourhood by its genesis operation. Whoever
	// knows it can find the neighbourhood's nodes, so it never travels in the clear.
	NeighbourhoodID [16]byte
	// HouseholdID names a household by its public key.
	HouseholdID [16]byte
	// DeviceID names a device by its public key.
	DeviceID [16]byte
	// RecordID names a record by its birth, so it proves whose it is.
	RecordID [16]byte
)

// Domain strings keep a signature or hash made for one purpose from serving
// another. They are part of the format.
const (
	DomainCell       = "gotong/cell/1\x00"
	DomainOp         = "gotong/op/1\x00"
	DomainDevice     = "gotong/device/1\x00"
	DomainHousehold  = "gotong/household/1\x00"
	DomainRecord     = "gotong/record/1\x00"
	DomainTopic      = "gotong/topic/1\x00"
	DomainTag        = "gotong/tag/1\x00"
	DomainPayload    = "gotong/payload/1\x00"
	DomainEpoch      = "gotong/epoch/1\x00"
	DomainContact    = "gotong/contact/1\x00"
	DomainFlag       = "gotong/flag/1\x00"
	DomainText       = "gotong/text/1\x00"
	DomainElectorate = "gotong/electorate/1\x00"
	DomainTally      = "gotong/tally/1\x00"
	DomainCode       = "gotong/code/1\x00"
	DomainBlob       = "gotong/blob/1\x00"
	DomainThumbnail  = "gotong/thumbnail/1\x00"
)

// Hash returns the first 16 bytes of SHA-256 over domain and the parts in
// turn. Only the last part may vary in length.
func Hash(domain string, parts ...[]byte) [16]byte {
	h := sha256.New()
	h.Write([]byte(domain))
	for _, p := range parts {
		h.Write(p)
	}
	return [16]byte(h.Sum(nil)[:16])
}

// DeviceOf returns the id of the device with this Ed25519 public key.
func DeviceOf(key []byte) DeviceID { return Hash(DomainDevice, key) }

// HouseholdOf returns the id of the household with this Ed25519 public key.
func HouseholdOf(key []byte) HouseholdID { return Hash(DomainHousehold, key) }

// Birth is where and when a record began: the cell slot that first carried it
// and that cell's stamp. A record keeps its birth for life.
type Birth struct {
	Device DeviceID
	Slot   uint32
	Stamp  crdt.Stamp
}

// Record returns the id of the record born here.
func (b Birth) Record() RecordID {
	var at [12]byte
	binary.BigEndian.PutUint32(at[:], b.Slot)
	binary.BigEndian.PutUint64(at[4:], uint64(b.Stamp))
	return Hash(DomainRecord, b.Device[:], at[:])
}

// base32Crockford leaves out I, L, O and U, which people misread.
var base32Crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Text is the written form of an id: Crockford's base32, 26 characters. People
// use the first few of them.
func Text(id [16]byte) string { return base32Crockford.EncodeToString(id[:]) }

func (id ID) String() string              { return Text(id) }
func (id NeighbourhoodID) String() string { return Text(id) }
func (id HouseholdID) String() string     { return Text(id) }
func (id DeviceID) String() string        { return Text(id) }
func (id RecordID) String() string        { return Text(id) }

// Protocol ids of the streams nodes open to one another.
const (
	ExchangeProtocol = "/gotong/exchange/1.0.0"
	BlobProtocol     = "/gotong/blob/1.0.0"
)

// Topic returns the name of the neighbourhood's gossip topic. It tells an
// outsider nothing (SPEC.md, Names on the wire).
func Topic(n NeighbourhoodID) string {
	t := Hash(DomainTopic, n[:])
	return "/gotong/1/" + Text(t)
}

// Tag names a neighbourhood in the greeting of an exchange without revealing
// it: it differs for every pair of peers and each direction, and only somebody
// who knows the neighbourhood can make or recognise it (SPEC.md, Names on the
// wire). dialer and listener are the peers' device ids.
func Tag(n NeighbourhoodID, dialer, listener DeviceID) [16]byte {
	return Hash(DomainTag, n[:], dialer[:], listener[:])
}
