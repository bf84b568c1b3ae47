package api

import "time"

// The schemas of the documents of care.
const (
	SchemaCare      = "gotong.care/1"
	SchemaCheckedIn = "gotong.checkin/1"
	SchemaRollCalls = "gotong.rollcalls/1"
	SchemaRollCall  = "gotong.rollcall/1"
	SchemaThanked   = "gotong.thanked/1"
	SchemaThanks    = "gotong.thanks/1"
)

// CheckingIn is what CheckIn needs.
type CheckingIn struct {
	Place
	Status  string  `json:"status"`           // a code of record.Wellbeing
	For     string  `json:"for,omitempty"`    // a household; the own one where not said
	Person  string  `json:"person,omitempty"` // a person apart: of For or, without it, of no household here
	OK      uint32  `json:"ok,omitempty"`     // persons that are well
	Total   uint32  `json:"total,omitempty"`  // of how many
	Where   string  `json:"where,omitempty"`  // in words
	Note    string  `json:"note,omitempty"`
	Numbers Numbers `json:"numbers,omitempty"`
}

// Visiting is what Visit needs: a request that says, besides, whom to look in on.
type Visiting struct {
	Draft
	For    string `json:"for,omitempty"`
	Person string `json:"person,omitempty"`
}

// Calling is what CallRoll needs.
type Calling struct {
	Place
	Reason   string    `json:"reason"`
	Closes   time.Time `json:"closes"`
	Area     string    `json:"area,omitempty"`
	Exercise bool      `json:"exercise,omitempty"` // a drill
	Origin   string    `json:"origin,omitempty"`
	Numbers  Numbers   `json:"numbers,omitempty"`
}

// Thanking is what Thank needs.
type Thanking struct {
	Place
	To      string  `json:"to"` // a household, or one of its pledges, requests or offers
	Text    string  `json:"text"`
	Origin  string  `json:"origin,omitempty"`
	Numbers Numbers `json:"numbers,omitempty"`
}

// Care answers Care: whoever needs somebody first, then those of whom nothing
// is known, then the others.
type Care struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	People        []CareOf      `json:"people"`
}

// CareOf is how a household or a person apart is.
type CareOf struct {
	Household *Household `json:"household,omitempty"` // absent: of none on this board
	Person    string     `json:"person,omitempty"`
	Shown     *CheckIn   `json:"shown,omitempty"`     // absent: no news
	Needs     []CheckIn  `json:"needs"`               // that nobody has seen to, the oldest first
	Said      []CheckIn  `json:"said"`                // the last of each who said something, the latest first
	Requests  []CareItem `json:"requests"`            // open visits and talks asked for them
	Last      time.Time  `json:"last,omitzero"`       // when anybody last knew something of them
	Probation bool       `json:"probation,omitempty"` // nobody vouched for the household yet
}

// CheckIn is what one household says of how somebody is.
type CheckIn struct {
	ID      string    `json:"id"`
	Short   string    `json:"short"`
	Owner   Household `json:"owner"`
	By      string    `json:"by"` // one of the By constants
	Status  string    `json:"status"`
	OK      uint32    `json:"ok,omitempty"`
	Total   uint32    `json:"total,omitempty"`
	Where   string    `json:"where,omitempty"`
	Note    string    `json:"note,omitempty"`
	At      time.Time `json:"at,omitzero"`       // absent: its clock was never set
	Request string    `json:"request,omitempty"` // the visit that was asked for with it
}

// Who says how somebody is.
const (
	BySelf      = "self"
	BySteward   = "steward"
	ByNeighbour = "neighbour"
)

// CareItem is a request for a visit or for somebody to talk to.
type CareItem struct {
	ID       string    `json:"id"`
	Short    string    `json:"short"`
	Title    string    `json:"title"`
	Category string    `json:"category"`
	State    string    `json:"state"`
	Owner    Household `json:"owner"`
}

// CheckedIn answers CheckIn.
type CheckedIn struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	ID            string        `json:"id"`
	Short         string        `json:"short"`
	Status        string        `json:"status"`
	Answered      int           `json:"answered,omitempty"`  // needs of others that this answers
	RollCalls     []string      `json:"rollcalls,omitempty"` // reasons of those that it answers
	CareOf        CareOf        `json:"care_of"`
}

// RollCalls answers RollCalls: the one that closes last first.
type RollCalls struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	RollCalls     []RollCall    `json:"rollcalls"`
}

// RollCall is a steward's call to check in, and who has not.
type RollCall struct {
	Schema        string        `json:"schema,omitempty"`
	Neighbourhood Neighbourhood `json:"neighbourhood,omitzero"`
	ID            string        `json:"id"`
	Short         string        `json:"short"`
	Owner         Household     `json:"owner"`
	Reason        string        `json:"reason"`
	Area          string        `json:"area,omitempty"`
	Exercise      bool          `json:"exercise,omitempty"`
	Opened        time.Time     `json:"opened,omitzero"`
	Closes        time.Time     `json:"closes"`
	Over          bool          `json:"over"`
	Called        int           `json:"called"`     // households
	Answered      []CareOf      `json:"answered"`   // by name
	Unanswered    []CareOf      `json:"unanswered"` // of whom nobody has known anything for longest first
}

// Thanked answers Thank.
type Thanked struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Thanks        Thanks        `json:"thanks"`
}

// ThanksList answers Thanks: the latest first.
type ThanksList struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Thanks        []Thanks      `json:"thanks"`
}

// Thanks is a household's thanks to another.
type Thanks struct {
	ID      string    `json:"id"`
	Short   string    `json:"short"`
	From    Household `json:"from"`
	To      Household `json:"to"`
	For     string    `json:"for,omitempty"`   // the record it is for
	Title   string    `json:"title,omitempty"` // of the request or offer that one is about
	Text    string    `json:"text"`
	Created time.Time `json:"created"`
}
