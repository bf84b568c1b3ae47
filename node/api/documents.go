package api

import (
	"slices"
	"time"
)

// The schemas of the documents. A new number is a change that old readers
// would misread; new fields are none.
const (
	SchemaNeighbourhood = "gotong.neighbourhood/1"
	SchemaInvite        = "gotong.invite/1"
	SchemaWritten       = "gotong.written/1"
	SchemaList          = "gotong.list/1"
	SchemaShow          = "gotong.show/1"
	SchemaPeers         = "gotong.peers/1"
	SchemaStatus        = "gotong.status/1"
	SchemaChange        = "gotong.change/1"
	SchemaCarried       = "gotong.carried/1"
	SchemaProblem       = "gotong.problem/1"
)

// Neighbourhood names a neighbourhood. Its name is empty until its roster and
// key have arrived.
type Neighbourhood struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`
	Member bool   `json:"member"` // false: joined, and waiting for the first neighbour
}

// Household names a household; its name is empty before its profile arrived.
type Household struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Me   bool   `json:"me,omitempty"`
}

// Joined answers Create and Join.
type Joined struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
}

// Invited answers Invite.
type Invited struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Invite        string        `json:"invite"`
	Uses          int           `json:"uses"`
	Role          string        `json:"role"` // that whoever joins by it is proposed for
	Expires       time.Time     `json:"expires,omitzero"`
}

// Written answers the verbs that write. Item is the request or offer that the
// record is, or is about, as it stands afterwards.
type Written struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	ID            string        `json:"id"`
	Short         string        `json:"short"`
	Kind          string        `json:"kind"`
	Amounts       []Amount      `json:"amounts,omitempty"` // promised, accepted or arrived by this verb
	Item          Item          `json:"item"`
	Repeated      bool          `json:"repeated,omitempty"`    // it was written before, from the same origin
	Moved         int           `json:"moved,omitempty"`       // numbers, from what all read to the contact
	Contact       *Contact      `json:"contact,omitempty"`     // of the item, as this household may read it
	Alike         []Candidate   `json:"alike,omitempty"`       // of a request just written: those that may be the same
	TurnedAway    bool          `json:"turned_away,omitempty"` // the neighbours met last did not know this device
}

// List answers List: requests first, then offers; of each life at risk first,
// then the own area, then elsewhere, and among those the most urgent first.
type List struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Items         []Item        `json:"items"`
	Total         int           `json:"total"`            // that fit, of which Items may be a part
	Hidden        int           `json:"hidden,omitempty"` // of households muted on this node
	Kept          int           `json:"kept,omitempty"`   // from being shown, by stewards
	Unread        bool          `json:"unread,omitempty"` // this node is a hub here: it can read none of the board
}

// Shown answers Show.
type Shown struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Item          Item          `json:"item"`
	Contact       *Contact      `json:"contact,omitempty"` // as this household may read it
	Reached       *int          `json:"reached,omitempty"` // of an own item: the devices of its Reach together
	Comments      []Comment     `json:"comments"`
	Alike         []Candidate   `json:"alike,omitempty"`  // for its owner and stewards: requests that may be the same
	Photos        []Photo       `json:"photos,omitempty"` // of the item, of receipts and of comments
}

// Reach is how far an own record has got, as it stands now: how many devices
// have said that they store it. Which ones said so is forgotten when the node
// stops, and heard again in the next exchanges.
type Reach struct {
	Nodes int `json:"nodes"`         // of other households
	Hubs  int `json:"hubs"`          // which pass it on and cannot read it
	Own   int `json:"own,omitempty"` // other devices of the household
}

// Item is a request or an offer. Codes are those of protocol/record, State is
// one of the State constants.
type Item struct {
	ID       string    `json:"id"`
	Short    string    `json:"short"` // the shortest prefix that fits no other record
	Kind     string    `json:"kind"`  // "request" or "offer"
	Title    string    `json:"title"`
	Body     string    `json:"body,omitempty"`
	Place    string    `json:"place,omitempty"`
	Area     string    `json:"area,omitempty"`    // path, as in "31.74.01.1001/RW007/RT002"
	For      Group     `json:"for,omitzero"`      // of a request
	Urgency  string    `json:"urgency,omitempty"` // of a request: the one that counts
	State    string    `json:"state"`
	Reason   string    `json:"reason,omitempty"` // of closing
	Stale    bool      `json:"stale,omitempty"`
	Expired  bool      `json:"expired,omitempty"`
	Overdue  bool      `json:"overdue,omitempty"`
	Owner    Household `json:"owner"`
	Created  time.Time `json:"created"`
	Changed  time.Time `json:"changed"`
	Until    time.Time `json:"until,omitzero"` // a request is needed by then, an offer holds until then
	Lines    []Line    `json:"lines"`
	Pledges  []Pledge  `json:"pledges"` // those that count first come first
	Comments int       `json:"comments"`
	Photos   int       `json:"photos,omitempty"` // its own; Shown names them
	Reach    *Reach    `json:"reach,omitempty"`  // of what this device says of it
	// Seen names other households of which somebody opened it; they say so of
	// requests on which a life depends.
	Seen []Household `json:"seen,omitempty"`
	// UrgencySaid is the request's own word, where stewards judge otherwise.
	UrgencySaid string   `json:"urgency_said,omitempty"`
	Triages     []Judged `json:"triages,omitempty"`
	Doubted     bool     `json:"doubted,omitempty"` // by a steward
	Links       []Linked `json:"links,omitempty"`
	Exercise    bool     `json:"exercise,omitempty"` // a drill
	Behalf      *Behalf  `json:"behalf,omitempty"`   // for a person of another household
	Code        bool     `json:"code,omitempty"`     // who is told its delivery code can show that it arrived

	Moderated *Moderated `json:"moderated,omitempty"` // by stewards
}

// Line is one thing asked for or offered, and how far it is covered.
type Line struct {
	Line     uint32   `json:"line"`
	Category string   `json:"category"`
	What     string   `json:"what,omitempty"`
	Unit     string   `json:"unit"`
	Pack     Quantity `json:"pack,omitempty"` // what is in one box or packet
	Quantity Quantity `json:"quantity"`
	Pledged  Quantity `json:"pledged"` // by live pledges, up to Quantity
	Standby  Quantity `json:"standby"` // promised beyond it
	Transit  Quantity `json:"transit"` // the part of Pledged that is on its way
	Received Quantity `json:"received"`

	MinUseful  Quantity `json:"min_useful,omitempty"` // the smallest part that helps
	Substitute bool     `json:"substitute,omitempty"` // something like it would do
}

// Step is how far a line has come: "open", "pledged", "part" or "met".
func (l Line) Step() string {
	switch {
	case l.Received >= l.Quantity:
		return "met"
	case l.Received > 0:
		return "part"
	case l.Pledged > 0:
		return "pledged"
	}
	return "open"
}

// Standing returns the lines that were not taken back.
func (i Item) Standing() []Line {
	return slices.DeleteFunc(slices.Clone(i.Lines), func(l Line) bool { return l.Quantity == 0 && l.Received == 0 })
}

// Amount is a quantity of one line.
type Amount struct {
	Line     uint32   `json:"line"`
	Unit     string   `json:"unit"`
	Quantity Quantity `json:"quantity"`
}

// Pledge is a promise of help for a request, or a claim from an offer.
type Pledge struct {
	ID        string    `json:"id"`
	Short     string    `json:"short"`
	Owner     Household `json:"owner"`
	State     string    `json:"state"`
	Accepted  bool      `json:"accepted"`
	Live      bool      `json:"live"` // neither withdrawn nor failed nor lapsed
	Created   time.Time `json:"created"`
	Promised  time.Time `json:"promised,omitzero"` // when the helper means to be there
	Lapses    time.Time `json:"lapses"`            // when it stops counting
	Note      string    `json:"note,omitempty"`
	Amounts   []Amount  `json:"amounts"`
	Effective []Amount  `json:"effective"` // what counts toward the need
	Standby   []Amount  `json:"standby"`   // what is beyond it
	Received  []Amount  `json:"received"`
	Waits     bool      `json:"waits,omitempty"` // of what needs trust nothing counts before somebody vouches for its household
	Reach     *Reach    `json:"reach,omitempty"` // of what this device says of it
}

// Comment is a remark.
type Comment struct {
	ID      string    `json:"id"`
	Owner   Household `json:"owner"`
	Created time.Time `json:"created"`
	Text    string    `json:"text"`
}

// The states of an item.
const (
	StateOpen          = "open"
	StatePartlyPledged = "partly-pledged"
	StateFullyPledged  = "fully-pledged"
	StateInTransit     = "in-transit"
	StatePartlyMet     = "partly-met"
	StateMet           = "met"
	StatePaused        = "paused"
	StateWithdrawn     = "withdrawn"
	StateClosed        = "closed"
)

// The states of a pledge, as its helper says.
const (
	PledgeOffered   = "offered"
	PledgeOnTheWay  = "on-the-way"
	PledgeDelivered = "delivered"
	PledgeWithdrawn = "withdrawn"
	PledgeFailed    = "failed"
)

// PeerList answers Peers.
type PeerList struct {
	Schema string     `json:"schema"`
	Peers  []PeerSeen `json:"peers"`
}

// PeerSeen is a node seen from here.
type PeerSeen struct {
	Device       string      `json:"device"`
	Name         string      `json:"name"`
	Connected    bool        `json:"connected"`
	Hub          string      `json:"hub,omitempty"` // the device through which it is connected
	Addrs        []string    `json:"addrs"`
	RoundTripMS  float64     `json:"round_trip_ms,omitempty"`
	Seen         time.Time   `json:"seen,omitzero"`
	LastExchange time.Time   `json:"last_exchange,omitzero"`
	Households   []Household `json:"households"` // of the neighbourhoods shared with it
}

// Report answers Status.
type Report struct {
	Schema         string     `json:"schema"`
	Device         string     `json:"device"`
	Dir            string     `json:"dir"`
	Started        time.Time  `json:"started"`
	Addrs          []string   `json:"addrs"`
	Connected      int        `json:"connected"`
	Relayed        *Relayed   `json:"relayed,omitempty"` // on a hub
	Troubles       []Trouble  `json:"troubles"`
	Neighbourhoods []Standing `json:"neighbourhoods"`
	Pages          *Pages     `json:"pages,omitempty"` // told on the control socket alone
}

// Pages is where a browser finds the pages, and what lets one more phone in.
type Pages struct {
	URLs []string `json:"urls"`
	Code string   `json:"code"`
	Link string   `json:"link,omitempty"` // for a browser on this machine; good once
}

// Relayed is what a hub carries between others, as bytes it cannot read.
type Relayed struct {
	Devices     int `json:"devices"`     // that can be reached through it
	Connections int `json:"connections"` // between them
}

// Standing is how a node stands in one neighbourhood.
type Standing struct {
	Neighbourhood
	Me           Household      `json:"me"`
	Role         string         `json:"role,omitempty"`     // one of the Role constants
	Standing     string         `json:"standing,omitempty"` // one of the Standing constants
	Households   int            `json:"households"`
	Devices      int            `json:"devices"`
	Operations   int            `json:"operations"`
	Cells        int            `json:"cells"`
	Locked       int            `json:"locked,omitempty"`
	Lacking      int            `json:"lacking,omitempty"`        // known by name only: a neighbour who has them brings them
	Crowded      bool           `json:"crowded,omitempty"`        // some of them for lack of room here
	PartsIn      int            `json:"parts_in_hours,omitempty"` // of running: a hub that was put out then removes what it keeps
	Records      map[string]int `json:"records"`                  // by kind
	Hash         string         `json:"hash"`                     // of the board, in hexadecimal
	Connected    int            `json:"connected"`
	LastExchange time.Time      `json:"last_exchange,omitzero"`
	Unreached    int            `json:"unreached"`             // own records that nobody else is known to store
	TurnedAway   bool           `json:"turned_away,omitempty"` // a neighbour did not know this device, and none since did
}

// Change is one line of Watch.
type Change struct {
	Schema        string    `json:"schema"`
	Event         EventType `json:"event"`
	At            time.Time `json:"at"` // when it happened here
	Neighbourhood string    `json:"neighbourhood,omitempty"`
	ID            string    `json:"id,omitempty"`
	Kind          string    `json:"kind,omitempty"`
	Gone          bool      `json:"gone,omitempty"`
	About         string    `json:"about,omitempty"`    // the request or offer that the record is, or is about
	Title         string    `json:"title,omitempty"`    // of that one, or of the record itself
	Exercise      bool      `json:"exercise,omitempty"` // that one is a drill
	Reach         *Reach    `json:"reach,omitempty"`    // of an EventReach
	Device        string    `json:"device,omitempty"`
	Connected     bool      `json:"connected,omitempty"`
}
