package protocol

// Limits are bounds that every node shares: raising one is a new version of
// the format. A node's own preferences are settings and live in node.
const (
	MaxPayload       = 4096             // bytes of encrypted payload in a cell
	MaxCell          = 76 + 4096 + 64   // bytes of a raw cell: header, payload, signature
	MaxOp            = 8192             // bytes of a raw roster operation
	MaxFrame         = 64 << 10         // bytes of a gossip message or an exchange frame
	MaxSlots         = 4096             // slots a device can ever have
	SlotsProbation   = 64               // slots of a household nobody vouched for yet, per device
	SlotsHousehold   = 256              // slots of a vouched household, per device
	ReservedSlots    = 16               // slots a device keeps free for requests and check-ins
	MaxDevices       = 8                // devices of a household
	MaxPlaces        = 64               // numbered places for roster operations, per member
	MaxPlacesSteward = 4096             // the same for a steward
	MaxOpenInvites   = 16               // invites of a member that can be open at once
	PadStep          = 64               // payloads are padded to multiples of this many bytes
	MaxTitle         = 80               // characters
	MaxText          = 1000             // characters
	MaxNote          = 280              // characters
	MaxLines         = 32               // lines of a request or an offer
	MaxBody          = MaxPayload - 128 // bytes of a body, before padding and encryption
	BlobChunk        = 16 << 10         // bytes of a blob's content that are sealed, hashed and sent at a time
	MaxBlobChunks    = 1024             // chunks of a blob
	MaxBlob          = 16 << 20         // bytes of a blob's content: BlobChunk * MaxBlobChunks
	BlobPadStep      = 1024             // blobs are padded to multiples of this many bytes
	MaxThumbnail     = 20_000           // bytes of the small picture that stands for a photo
	MaxPhotos        = 4                // photos and documents of a record
)

// Began is a moment before which nobody wrote anything here, in milliseconds
// since 1970: 1 January 2025. A stamp before it comes from a clock that was
// never set, and tells nothing but the order of one writer's writes.
const Began = 1_735_689_600_000
