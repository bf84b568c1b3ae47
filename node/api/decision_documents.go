package api

import "time"

// The schemas of the documents of decisions.
const (
	SchemaProposal  = "gotong.proposal/1"
	SchemaProposals = "gotong.proposals/1"
	SchemaBallot    = "gotong.ballot/1"
)

// Proposing is what Propose needs.
type Proposing struct {
	Place
	Title   string    `json:"title"`
	Body    string    `json:"body,omitempty"`
	Options []string  `json:"options,omitempty"` // none: yes or no
	Method  string    `json:"method,omitempty"`  // mufakat where not said
	Quorum  uint32    `json:"quorum,omitempty"`  // thousandths of the households; two thirds where not said
	Closes  time.Time `json:"closes"`
	Grace   uint32    `json:"grace,omitempty"` // seconds to wait for islands; 48 hours where not said
	// Change names a proposal that this one stands in place of. An own one that
	// nobody has voted on yet is changed as it stands.
	Change  string  `json:"change,omitempty"`
	Origin  string  `json:"origin,omitempty"`
	Numbers Numbers `json:"numbers,omitempty"`
}

// Voting is what Vote needs. With households it is a sheet that a steward
// records for others.
type Voting struct {
	Target
	Choice     string   `json:"choice"`
	Option     uint32   `json:"option,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Via        string   `json:"via,omitempty"`        // "device"; of a sheet "hands" or "paper"
	Households []string `json:"households,omitempty"` // by name
	Sheet      string   `json:"sheet,omitempty"`      // an own one, to be changed
	Numbers    Numbers  `json:"numbers,omitempty"`
}

// Signing is what Sign needs.
type Signing struct {
	Target
	Early bool `json:"early,omitempty"` // do not wait for ballots from islands
}

// Balloted answers Vote and Witness.
type Balloted struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	ID            string        `json:"id"`
	Short         string        `json:"short"`
	Choice        string        `json:"choice"`
	Households    int           `json:"households,omitempty"` // of a sheet
	Proposal      Proposal      `json:"proposal"`
}

// Proposals answers Proposals: the one that closes last first.
type Proposals struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Proposals     []Proposal    `json:"proposals"`
}

// Proposal is what is to be decided, with its count.
type Proposal struct {
	Schema        string        `json:"schema,omitempty"`
	Neighbourhood Neighbourhood `json:"neighbourhood,omitzero"`
	ID            string        `json:"id"`
	Short         string        `json:"short"`
	Owner         Household     `json:"owner"`
	Title         string        `json:"title"`
	Body          string        `json:"body,omitempty"`
	Options       []Option      `json:"options"`
	Method        string        `json:"method"`
	Created       time.Time     `json:"created"`
	Closes        time.Time     `json:"closes"`
	WaitsUntil    time.Time     `json:"waits_until"` // for ballots from islands
	Phase         string        `json:"phase"`       // one of the Phase constants
	Standing      string        `json:"standing"`    // one of the Poll constants
	Electorate    Electorate    `json:"electorate"`
	Quorum        int           `json:"quorum"` // households that have to vote
	Result        Result        `json:"result"` // of the ballots that are here and count
	Final         *Result       `json:"final,omitempty"`
	Votes         []VoteShown   `json:"votes"`       // that count, by name
	NotCounted    []VoteShown   `json:"not_counted"` // with why
	Mine          *VoteShown    `json:"mine,omitempty"`
	Signatures    []Signature   `json:"signatures"`
	Revises       string        `json:"revises,omitempty"`
	RevisedBy     []string      `json:"revised_by,omitempty"`
	CarriedOut    []CarriedOut  `json:"carried_out"`
	Replaced      bool          `json:"replaced,omitempty"` // of Propose: a new one, since the old was voted on
}

// Option is one thing one can agree to.
type Option struct {
	Option uint32 `json:"option"`
	Text   string `json:"text"`
}

// Electorate is who has a vote.
type Electorate struct {
	Households int  `json:"households"` // when it was proposed
	Now        int  `json:"now"`
	Same       bool `json:"same"` // they are the same households
}

// Result is what a count comes to.
type Result struct {
	Outcome    string   `json:"outcome"`          // one of the Outcome constants
	Option     uint32   `json:"option,omitempty"` // that is carried
	Ballots    int      `json:"ballots"`
	Agree      []Agreed `json:"agree"`
	Abstain    int      `json:"abstain"`
	StandAside int      `json:"stand_aside"`
	Block      int      `json:"block"`
	List       string   `json:"list"` // hash of the ballots, in hexadecimal
}

// Agreed is how many agree to an option; 0 is the whole.
type Agreed struct {
	Option  uint32 `json:"option"`
	Ballots int    `json:"ballots"`
}

// VoteShown is a household's vote.
type VoteShown struct {
	Household Household  `json:"household"`
	Choice    string     `json:"choice"`
	Option    uint32     `json:"option,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	Via       string     `json:"via"`
	Ballot    string     `json:"ballot"`             // short id
	Recorder  *Household `json:"recorder,omitempty"` // of a sheet
	Why       string     `json:"why,omitempty"`      // it does not count: one of the Why constants
}

// Signature is a household's word on the count.
type Signature struct {
	Household Household `json:"household"`
	Steward   bool      `json:"steward,omitempty"`
	Same      bool      `json:"same"` // it is the count of the ballots that are here
	Result    Result    `json:"result"`
}

// CarriedOut is what was signed to carry a decision out.
type CarriedOut struct {
	Operation string     `json:"operation"`
	Kind      string     `json:"kind"` // "vouch" or "revoke"
	By        Household  `json:"by"`
	Who       *Household `json:"who,omitempty"`  // that was vouched for or put out
	Role      string     `json:"role,omitempty"` // of a vouch
}

// How far a vote is.
const (
	PhaseOpen    = "open"    // households vote
	PhaseWaiting = "waiting" // closed; ballots from islands are waited for
	PhaseClosed  = "closed"
)

// How a count stands.
const (
	PollProvisional = "provisional"
	PollSigned      = "signed"
	PollDisputed    = "disputed"
	PollWithdrawn   = "withdrawn"
)

// What a count comes to.
const (
	OutcomeUnknown    = "unknown" // by a method of a newer version
	OutcomeNoQuorum   = "no-quorum"
	OutcomeCarried    = "carried"
	OutcomeNotCarried = "not-carried"
)

// Why a vote does not count.
const (
	WhyLate          = "late"
	WhyOtherText     = "other-text"
	WhyNoVote        = "no-vote"
	WhyNoOption      = "no-option"
	WhyNotSteward    = "not-steward"
	WhyUnwitnessed   = "unwitnessed"
	WhyOwnBallot     = "own-ballot"
	WhyContradiction = "contradiction"
)
