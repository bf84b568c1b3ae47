package api

import (
	"context"
	"io"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Backend is what the verbs need of a node.
type Backend interface {
	Registry
	Gallery
	// Neighbourhoods returns those the household belongs to or has joined.
	Neighbourhoods() []protocol.NeighbourhoodID
	// Create founds a neighbourhood with the household as its first member.
	Create(ctx context.Context, name, household string) (protocol.NeighbourhoodID, error)
	// Invite returns the text of an invitation.
	Invite(ctx context.Context, n protocol.NeighbourhoodID, terms Terms) (text string, err error)
	// Join returns once the joining is saved; roster and key arrive with the
	// first neighbour met.
	Join(ctx context.Context, invite, household string) (protocol.NeighbourhoodID, error)
	// Me returns the own household; false until the roster names it.
	Me(n protocol.NeighbourhoodID) (protocol.HouseholdID, bool)
	// Look runs read while nothing else touches the board. What it needs it
	// copies out; it must not call the Backend.
	Look(ctx context.Context, n protocol.NeighbourhoodID, read func(board.View)) error
	// Write makes a record: checked, sealed and durable when it returns. What
	// has the Common.Origin of an own record yields that record, unchanged.
	Write(ctx context.Context, n protocol.NeighbourhoodID, content proto.Message, common *record.Common) (protocol.RecordID, error)
	// Edit changes an own record.
	Edit(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID, change func(content proto.Message) error) error
	// Amend changes an own record, and what every kind has with it.
	Amend(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID, change func(content proto.Message, common *record.Common) error) error
	// Confide keeps the contact of an own request or offer and has it sealed to
	// whoever may read it; an empty one is taken back.
	Confide(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID, p Private) error
	// Contact returns what this household may read of the contact of a request
	// or an offer; false where that is nothing.
	Contact(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID) (Private, bool, error)
	// LookFar is Look, with a function beside the view that says how far own
	// records have got.
	LookFar(ctx context.Context, n protocol.NeighbourhoodID, read func(board.View, Far)) error
	// Saw notes that a person of this household opened a record, and reports
	// whether that is something the neighbours are told.
	Saw(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID) (told bool, err error)
	// TurnedAway reports whether the neighbours met last did not know this device.
	TurnedAway(n protocol.NeighbourhoodID) bool
	// SealFlag seals a flag of this household to the devices of the stewards.
	SealFlag(n protocol.NeighbourhoodID, c *record.FlagContent) (*record.Flag, error)
	// OpenFlag returns what a household's flag says to this device; false where
	// it does not.
	OpenFlag(n protocol.NeighbourhoodID, by protocol.HouseholdID, f *record.Flag) (*record.FlagContent, bool)
	// CarryOut writes a bundle of all that is kept of these neighbourhoods,
	// their sections named under salt.
	CarryOut(ctx context.Context, in []protocol.NeighbourhoodID, salt [16]byte, w io.Writer) error
	// CarryIn takes a bundle in through the one door, or with dry only judges
	// it. ErrBundle or ErrBundleVersion where it is none to be read.
	CarryIn(ctx context.Context, r io.Reader, dry bool) (Carriage, error)
	// Backup writes all that a restore needs, in the clear.
	Backup(ctx context.Context, w io.Writer) error
	// Peers returns the nodes known, connected or not.
	Peers() []Peer
	// Status returns how the node is.
	Status(ctx context.Context) Status
	// Watch returns what happens from now on. The channel is closed when ctx
	// ends; a slow reader finds a Reload in place of what it missed.
	Watch(ctx context.Context) <-chan Event
}

// Far says how far what this device says of a record has got; false where it
// says nothing of it. It is called inside LookFar only.
type Far func(protocol.RecordID) (Reach, bool)

// Peer is a node seen from here.
type Peer struct {
	Device       protocol.DeviceID
	Name         string // its id among links, as in "12D3KooW..."
	Addrs        []string
	Connected    bool
	Hub          *protocol.DeviceID // through which it is connected; nil: directly
	RoundTrip    time.Duration      // 0: not measured
	Seen         time.Time          // when it was last connected; zero: never
	LastExchange time.Time          // zero: none yet
	// Shared lists the neighbourhoods it was met in, with its household there.
	Shared map[protocol.NeighbourhoodID]protocol.HouseholdID
}

// Trouble is a code for something that is not well, for the catalogs.
type Trouble string

// The troubles of a node, the worst first.
const (
	TroubleStore   Trouble = "store"     // the disk failed a read or a write
	TroubleFull    Trouble = "disk-full" // nothing more can be written
	TroubleCloned  Trouble = "cloned"    // a copy of this device runs; nothing is written
	TroubleRoom    Trouble = "disk-low"  // soon nothing more can be written
	TroubleRenewed Trouble = "renewed"   // a copy was found in the last days; this device has new keys
	TroubleClock   Trouble = "clock"     // the clock is behind what was written before
	TroubleLinks   Trouble = "links"     // no network to listen on
)

// Status is how a node is.
type Status struct {
	Device         protocol.DeviceID
	Dir            string
	Started        time.Time
	Addrs          []string // where it listens, as multiaddrs
	Connected      int      // peers
	Relayed        *Relayed // nil: this node is no hub
	Troubles       []Trouble
	Neighbourhoods []NeighbourhoodStatus
}

// NeighbourhoodStatus is how a node stands in one neighbourhood.
type NeighbourhoodStatus struct {
	ID           protocol.NeighbourhoodID
	Member       bool // false until the roster that names the household has arrived
	Households   int
	Devices      int
	Operations   int  // of the roster
	Cells        int  // kept
	Locked       int  // cells whose key this node lacks
	Lacking      int  // cells of which only the name is here, though their time is not over
	Crowded      bool // some of them for lack of room
	PartsIn      int  // hours of running until a hub that was put out removes what it keeps; 0: it was not
	Hash         [32]byte
	Connected    int       // peers of this neighbourhood
	LastExchange time.Time // zero: none yet
	TurnedAway   bool      // since then a neighbour did not know this device
	Unreached    int       // own records that nobody else is known to store
}

// EventType says what an [Event] is about.
type EventType string

// The types of events.
const (
	EventRecord EventType = "record" // a record came, changed or ended
	EventReach  EventType = "reach"  // others said that they store an own record
	EventRoster EventType = "roster" // who belongs changed
	EventPeer   EventType = "peer"   // a peer came or went
	EventReload EventType = "reload" // events were dropped: read everything anew
)

// Event is something that happened.
type Event struct {
	Type          EventType
	Neighbourhood protocol.NeighbourhoodID // zero where it concerns none
	Change        board.Change             // of an EventRecord
	Record        protocol.RecordID        // of an EventReach
	Device        protocol.DeviceID        // of an EventPeer
	Connected     bool                     // of an EventPeer
}
