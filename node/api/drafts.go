package api

import "time"

// Place names the neighbourhood a verb is for, by name or by the beginning of
// its id. Empty means the only one.
type Place struct {
	In string `json:"in,omitempty"`
}

// Target is a record of a neighbourhood, by the beginning of its id.
type Target struct {
	Place
	ID string `json:"-"` // travels in the path
}

func (t *Target) point(id string) { t.ID = id }

// Founding is what Create needs.
type Founding struct {
	Name      string  `json:"name"`
	Household string  `json:"household"`
	Numbers   Numbers `json:"numbers,omitempty"`
}

// Joining is what Join needs.
type Joining struct {
	Invite    string  `json:"invite"`
	Household string  `json:"household"`
	Numbers   Numbers `json:"numbers,omitempty"`
}

// Inviting is what Invite needs: how many households may use it, one where not
// said, as what, and until when.
type Inviting struct {
	Place
	Uses    int       `json:"uses,omitempty"`
	Role    string    `json:"role,omitempty"` // member where not said
	Expires time.Time `json:"expires,omitzero"`
}

// Draft is a request or an offer to be written.
type Draft struct {
	Place
	Title   string      `json:"title"`
	Body    string      `json:"body,omitempty"`
	At      string      `json:"at,omitempty"`      // a landmark in words
	Urgency string      `json:"urgency,omitempty"` // of a request; medium where not said
	From    string      `json:"from,omitempty"`    // of an offer: the own resource that it is drawn from
	Until   time.Time   `json:"until,omitzero"`
	For     Group       `json:"for,omitzero"`    // of a request
	Lines   []DraftLine `json:"lines,omitempty"` // none: one of category "other"
	// What only the helpers read whom the household accepts.
	Contact    string  `json:"contact,omitempty"`
	PlaceExact string  `json:"place_exact,omitempty"`
	Stewards   bool    `json:"stewards,omitempty"`   // stewards read it too, from now on
	Behalf     *Behalf `json:"behalf,omitempty"`     // of a request for a person of another household
	Exercise   bool    `json:"exercise,omitempty"`   // a drill
	UpdateOf   string  `json:"update_of,omitempty"`  // an own request that this is the latest word on
	SplitFrom  string  `json:"split_from,omitempty"` // an own request that this is a part of
	Numbers    Numbers `json:"numbers,omitempty"`
	// Origin makes a repeat harmless: what one household writes twice with one
	// origin is one record.
	Origin string   `json:"origin,omitempty"`
	Photos []string `json:"photos,omitempty"` // tokens of Attached
}

// Group counts the people that a request is for; 0 where nobody says.
type Group struct {
	People   uint32 `json:"people,omitempty"`
	Infants  uint32 `json:"infants,omitempty"`
	Children uint32 `json:"children,omitempty"`
	Elderly  uint32 `json:"elderly,omitempty"`
	Disabled uint32 `json:"disabled,omitempty"`
	Pregnant uint32 `json:"pregnant,omitempty"`
}

// DraftLine is one thing asked for or offered. Without a quantity it is one,
// of no unit.
type DraftLine struct {
	Category string   `json:"category,omitempty"`
	What     string   `json:"what,omitempty"`
	Unit     string   `json:"unit,omitempty"` // the category's usual one where not said
	Quantity Quantity `json:"quantity,omitempty"`
	Pack     Quantity `json:"pack,omitempty"` // what is in one box or packet, in units of what it holds
	// The smallest part that helps, and whether something like it would do.
	MinUseful  Quantity `json:"min_useful,omitempty"`
	Substitute bool     `json:"substitute,omitempty"`
}

// Editing changes an own request or offer. What is not said stays as it is; an
// empty text takes one back.
type Editing struct {
	Target
	Title   *string     `json:"title,omitempty"`
	Body    *string     `json:"body,omitempty"`
	At      *string     `json:"at,omitempty"`
	Urgency string      `json:"urgency,omitempty"`
	Until   time.Time   `json:"until,omitzero"`
	For     *Group      `json:"for,omitempty"`
	Lines   []LineEdit  `json:"lines,omitempty"`
	More    []DraftLine `json:"more,omitempty"` // further lines
	Numbers Numbers     `json:"numbers,omitempty"`
}

// LineEdit changes a line; which one may be left out where there is only one. A
// quantity of 0 takes the line back.
type LineEdit struct {
	Line     uint32    `json:"line,omitempty"`
	Category string    `json:"category,omitempty"`
	Unit     string    `json:"unit,omitempty"`
	Quantity *Quantity `json:"quantity,omitempty"`
}

// Promise is a pledge to be written. Without a quantity it is all that nobody
// has promised yet.
type Promise struct {
	Target
	Share
	Promised time.Time `json:"promised,omitzero"` // when the helper means to be there
	From     string    `json:"from,omitempty"`    // the own resource that it is taken from
	Note     string    `json:"note,omitempty"`
	Origin   string    `json:"origin,omitempty"`
	Numbers  Numbers   `json:"numbers,omitempty"`
}

// Share is a quantity of one line; the line may be left out where there is
// only one.
type Share struct {
	Quantity Quantity `json:"quantity,omitempty"`
	Line     uint32   `json:"line,omitempty"`
}

// Yes accepts a pledge for the target.
type Yes struct {
	Target
	Pledge string `json:"pledge"`
}

// Arrival says what arrived: of a pledge, or of a request from its pledges in
// turn. Without a quantity it is all that is still missing.
type Arrival struct {
	Target
	Share
	Note    string   `json:"note,omitempty"`
	Code    string   `json:"code,omitempty"` // by which the helper shows that it was handed over
	Numbers Numbers  `json:"numbers,omitempty"`
	Photos  []string `json:"photos,omitempty"` // tokens of Attached
}

// Ending closes a request or an offer. Without a reason it is "met" where all
// has arrived, else "no-longer-needed".
type Ending struct {
	Target
	Reason string `json:"reason,omitempty"`
}

// Remark is a comment to be written.
type Remark struct {
	Target
	Text    string   `json:"text"`
	Origin  string   `json:"origin,omitempty"`
	Numbers Numbers  `json:"numbers,omitempty"`
	Photos  []string `json:"photos,omitempty"` // tokens of Attached
}

// Query says which items to list.
type Query struct {
	Place
	Show Show
	Text string // only those with all of its words in what they say, where they are or who wrote them
	Kind string // "request" or "offer"; empty: both
	Skip int    // of those that fit, so many are passed over
	Most int    // and at most so many are returned; 0: all
}

// Show says which items to list.
type Show string

// The selections of a list.
const (
	ShowStanding Show = ""     // all but what was withdrawn or closed or has expired
	ShowOpen     Show = "open" // what still lacks a promise
	ShowMine     Show = "mine" // the own ones, ended too, and those the household pledged to
	ShowAll      Show = "all"
)
