package api

import "time"

// The schemas of gatherings.
const (
	SchemaGathering  = "gotong.event/1"
	SchemaGatherings = "gotong.events/1"
)

// GatheringDoc answers the verbs about one event: as it stands afterwards.
type GatheringDoc struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Wrote         string        `json:"wrote,omitempty"` // id of what the verb wrote
	Event         Gathering     `json:"event"`
}

// GatheringList answers Gatherings: by when they are, the next one first.
type GatheringList struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Events        []Gathering   `json:"events"`
}

// Gathering is an event at one of its times. Kind is a code of protocol/record,
// State one of the Event constants; a recurring event is shown at the time that
// is now or comes next, if no other was asked for.
type Gathering struct {
	ID        string    `json:"id"`
	Short     string    `json:"short"`
	Title     string    `json:"title"`
	Body      string    `json:"body,omitempty"`
	Kind      string    `json:"kind,omitempty"`
	Place     string    `json:"place,omitempty"`
	State     string    `json:"state"`
	Owner     Household `json:"owner"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	First     time.Time `json:"first"`             // when its first time began
	Next      time.Time `json:"next,omitzero"`     // when the time after this one begins
	Repeats   string    `json:"repeats,omitempty"` // the value of an RRULE
	Unclear   bool      `json:"unclear,omitempty"` // by a rule that this version does not understand
	UTCOffset int       `json:"utc_offset"`        // minutes east of UTC at the place
	Outside   bool      `json:"outside,omitempty"` // may be told outside the neighbourhood
	Shifts    []Shift   `json:"shifts"`            // the one with number 0 is the whole, with room for all
	Bring     []Bring   `json:"bring,omitempty"`   // what is to be brought
	Guides    []Named   `json:"guides,omitempty"`  // what a training teaches
	Answers   []Answer  `json:"answers"`           // those that count first come first
	Created   time.Time `json:"created"`
	Changed   time.Time `json:"changed"`
}

// Shift is one task of an event, in people.
type Shift struct {
	Shift    uint32    `json:"shift"`
	Role     string    `json:"role,omitempty"`
	Skill    string    `json:"skill,omitempty"`
	Capacity int       `json:"capacity,omitempty"` // 0 of the whole: no limit
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Coming   int       `json:"coming"`
	Waiting  int       `json:"waiting"`
	Came     int       `json:"came"`
}

// Bring is one thing to be brought, and how much of it will be.
type Bring struct {
	Line     uint32   `json:"line"`
	Category string   `json:"category"`
	What     string   `json:"what,omitempty"`
	Unit     string   `json:"unit"`
	Quantity Quantity `json:"quantity"`
	Brought  Quantity `json:"brought"`
}

// Named is another record by its title, which is empty where it is not here.
type Named struct {
	ID    string `json:"id"`
	Short string `json:"short,omitempty"`
	Title string `json:"title,omitempty"`
}

// Answer is a household's answer. State is one of the Answer constants.
type Answer struct {
	ID       string    `json:"id"`
	Short    string    `json:"short"`
	Owner    Household `json:"owner"`
	Shift    uint32    `json:"shift"`
	State    string    `json:"state"`
	People   int       `json:"people"`
	In       int       `json:"in"`      // so many of them have a place
	Waiting  int       `json:"waiting"` // so many wait for one
	Came     int       `json:"came"`
	Accepted bool      `json:"accepted,omitempty"`
	Bring    []Amount  `json:"bring,omitempty"`
	Note     string    `json:"note,omitempty"`
}

// The states of an event.
const (
	EventComing = "coming"
	EventNow    = "now"
	EventPast   = "past"
	EventOff    = "off" // called off
)

// The states of an answer.
const (
	AnswerGoing    = "going"
	AnswerMaybe    = "maybe"
	AnswerNo       = "no"
	AnswerAttended = "attended"
)

// GatheringDraft is an event to be written.
type GatheringDraft struct {
	Place
	Title     string       `json:"title"`
	Body      string       `json:"body,omitempty"`
	Kind      string       `json:"kind,omitempty"` // a meeting where not said
	Start     time.Time    `json:"start"`
	End       time.Time    `json:"end,omitzero"`      // an hour after the start where not said
	Repeats   string       `json:"repeats,omitempty"` // the value of an RRULE
	UTCOffset int          `json:"utc_offset,omitempty"`
	At        string       `json:"at,omitempty"`
	Outside   bool         `json:"outside,omitempty"`
	Shifts    []ShiftDraft `json:"shifts,omitempty"`
	Bring     []DraftLine  `json:"bring,omitempty"`
	Guides    []string     `json:"guides,omitempty"` // by the beginning of an id
	Numbers   Numbers      `json:"numbers,omitempty"`
	Origin    string       `json:"origin,omitempty"`
}

// ShiftDraft is one task; without hours it takes those of the event.
type ShiftDraft struct {
	Role     string    `json:"role,omitempty"`
	Skill    string    `json:"skill,omitempty"`
	Capacity int       `json:"capacity"`
	Start    time.Time `json:"start,omitzero"`
	End      time.Time `json:"end,omitzero"`
}

// GatheringQuery asks for one event, or for all.
type GatheringQuery struct {
	Target
	On  time.Time `json:"-"` // of an event that recurs: its time on or after this moment
	All bool      `json:"-"` // also what is past or called off
}

// Moving gives an own event other hours; what is zero stays.
type Moving struct {
	Target
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
}

// Answering is a household's answer to be written or changed.
type Answering struct {
	Target
	On      time.Time `json:"on,omitzero"` // of an event that recurs; its next time where not said
	Shift   uint32    `json:"shift,omitempty"`
	State   string    `json:"state,omitempty"`  // going where not said
	People  int       `json:"people,omitempty"` // one where not said
	Bring   []Share   `json:"bring,omitempty"`
	Note    string    `json:"note,omitempty"`
	Numbers Numbers   `json:"numbers,omitempty"`
}

// Seating is the organiser's word on one answer: that it has a place or, of
// Attended, how many of it came.
type Seating struct {
	Target
	Answer string    `json:"answer,omitempty"`
	On     time.Time `json:"on,omitzero"`
	People *int      `json:"people,omitempty"` // as many as it said, where not said
}
