package allocate

import (
	"gotong/protocol"
	"gotong/protocol/record"
)

// Question is all that suggestions depend on.
type Question struct {
	Now      int64 // ms since 1970; whoever rounds it lets more nodes ask the same question
	Needs    []Need
	Supplies []Supply
	Helpers  map[protocol.HouseholdID]Helper // a household that is not in it helps nobody yet
	Received map[Portion]int64               // in the last days, in thousandths of its unit
	Apart    map[string]bool                 // areas not heard from lately, by the levels of Terms.AreaLevels
	Terms    Terms
}

// Need is what is still missing of one line of a request. Quantities are
// thousandths of Unit.
type Need struct {
	Request      protocol.RecordID
	Line         uint32
	Owner        protocol.HouseholdID
	Category     string
	Item         string
	Unit         record.Unit
	UnitsPerPack int64
	Quantity     int64 // asked for in all
	Missing      int64 // neither received nor promised
	Received     int64
	MinUseful    int64
	SubstituteOK bool
	Urgency      record.Urgency
	People       uint32 // 0: not said
	Vulnerable   uint32 // infants, elderly, disabled and pregnant among them
	Created      int64  // ms
	From, By     int64  // ms; 0: open
	Exercise     bool
	Place
}

// Supply is what is left of one line of an offer. Quantities are thousandths
// of Unit.
type Supply struct {
	Offer        protocol.RecordID
	Line         uint32
	Owner        protocol.HouseholdID
	Category     string
	Item         string
	Unit         record.Unit
	UnitsPerPack int64
	Left         int64
	Endless      bool  // nothing exhausts it
	From, To     int64 // ms; 0: open
	Radius       int64 // metres; 0: as in Terms
	Exercise     bool
	Place
}

// Place is where something is, as far as it is known.
type Place struct {
	Area  string // path, as in "31.74.01.1001/RW007/RT002"; empty: not known
	Point *Point // nil: not known
}

// Helper is what a household has promised already.
type Helper struct {
	Helping []protocol.RecordID // requests it has promised to and not yet brought
	Free    bool                // as many as it likes: a command post, a partner
}

// Portion is a category as one household receives it, in the unit in which its
// lines are compared (see scaleOf).
type Portion struct {
	Household protocol.HouseholdID
	Category  string
	Unit      record.Unit
}

// Terms are what a neighbourhood may want otherwise.
type Terms struct {
	Weights    [5]int64 // by urgency; 0 is for those that do not say
	LotPersons int64    // a lot is at least what so many persons need for a day,
	LotShare   int64    // and at least so many thousandths of the line
	Helping    int      // requests that a household promises to at one time; 0: any number
	AreaLevels int      // levels of an area's path that make it one's own
	Radius     int64    // metres, of an offer that does not say
}

// Usual returns the terms that were measured best (DESIGN.md).
func Usual() Terms {
	return Terms{Weights: [5]int64{2, 1, 2, 4, 8}, LotPersons: 25, LotShare: 100, Helping: 3, AreaLevels: 2, Radius: 25_000}
}

// Suggestion is a pledge that somebody could make.
type Suggestion struct {
	Request   protocol.RecordID
	Line      uint32
	Offer     protocol.RecordID // zero: the helper has offered nothing
	OfferLine uint32
	Helper    protocol.HouseholdID
	Quantity  int64 // to pledge, in thousandths of the request's unit
	Give      int64 // the same in thousandths of the offer's unit; 0 without an offer
	Why       Reason
}

// Code says why a suggestion comes where it does. Words are made from it
// elsewhere.
type Code string

// The reasons, in the order in which suggestions come.
const (
	Critical          Code = "critical"           // life is at risk
	CriticalElsewhere Code = "critical-elsewhere" // life is at risk, and its own area cannot help enough
	Nothing           Code = "nothing"            // nobody has promised any of it yet
	Least             Code = "least"              // of all that remain it is covered least, by weight
	Elsewhere         Code = "elsewhere"          // the helper's own area has what this offer can give it
)

// Codes returns every code that a [Reason] may have.
func Codes() []Code { return []Code{Critical, CriticalElsewhere, Nothing, Least, Elsewhere} }

// Reason is a code with its numbers.
type Reason struct {
	Code       Code
	Urgency    record.Urgency
	Vulnerable uint32
	Metres     int64 // from offer to request; -1: not known
	Waiting    int64 // ms since it was asked
	Covered    int64 // thousandths of the line, before this suggestion
	Has        int64 // left of the offer before it, in thousandths of its unit; 0 without an offer
	Substitute bool  // another category than was asked for, which the requester takes too
}
