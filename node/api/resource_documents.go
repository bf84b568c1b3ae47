package api

import "time"

// The schemas of resources and of what people can do.
const (
	SchemaResource  = "gotong.resource/1"
	SchemaResources = "gotong.resources/1"
	SchemaMember    = "gotong.member/1"
	SchemaMembers   = "gotong.members/1"
)

// ResourceDoc answers the verbs about one resource: as it stands afterwards.
type ResourceDoc struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Wrote         string        `json:"wrote,omitempty"`
	Resource      Resource      `json:"resource"`
	Repeated      bool          `json:"repeated,omitempty"` // it was written before, from the same origin
}

// ResourceList answers Resources: by type, then by title.
type ResourceList struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Resources     []Resource    `json:"resources"`
}

// Resource is what a household or a posko has. Type, Category, Skill and Unit
// are codes of protocol/record.
type Resource struct {
	ID          string      `json:"id"`
	Short       string      `json:"short"`
	Title       string      `json:"title"`
	Body        string      `json:"body,omitempty"`
	Type        string      `json:"type,omitempty"`
	Category    string      `json:"category,omitempty"`
	Skill       string      `json:"skill,omitempty"`
	Unit        string      `json:"unit"`
	Condition   string      `json:"condition,omitempty"`
	Place       string      `json:"place,omitempty"`
	Owner       Household   `json:"owner"`
	Available   []Weekly    `json:"available,omitempty"`
	Now         bool        `json:"now,omitempty"` // it is available at this hour
	Stewards    bool        `json:"stewards,omitempty"`
	Outside     bool        `json:"outside,omitempty"`
	Have        Quantity    `json:"have"`
	Missing     Quantity    `json:"missing,omitempty"` // so much more went out of a stock than in
	Free        Quantity    `json:"free"`
	Lent        Quantity    `json:"lent"`
	Asked       Quantity    `json:"asked"`
	Promised    Quantity    `json:"promised"`
	NotTakenOut Quantity    `json:"not_taken_out"` // there, says who received it, and still in the stock's sum
	Stale       bool        `json:"stale,omitempty"`
	Ended       bool        `json:"ended,omitempty"`
	Flows       []StockFlow `json:"flows,omitempty"`
	Loans       []Loan      `json:"loans,omitempty"`
	Created     time.Time   `json:"created"`
	Changed     time.Time   `json:"changed"`
}

// Weekly is a time of every week at the place; Days holds 0 for Monday to 6.
type Weekly struct {
	Days []int  `json:"days"`
	From string `json:"from"` // "08:00"
	To   string `json:"to"`
}

// StockFlow is what went in and out for one reason.
type StockFlow struct {
	Reason string   `json:"reason"`
	In     Quantity `json:"in"`
	Out    Quantity `json:"out"`
}

// Loan is a pledge that asks for a resource or lends it.
type Loan struct {
	ID       string    `json:"id"`
	Short    string    `json:"short"`
	To       Household `json:"to"`
	Accepted bool      `json:"accepted"`
	Out      Quantity  `json:"out"`    // asked for or lent, and not back
	Counts   Quantity  `json:"counts"` // so much of it is there for it
	BackBy   time.Time `json:"back_by,omitzero"`
	Late     bool      `json:"late,omitempty"`
	Note     string    `json:"note,omitempty"`
}

// ResourceDraft is a resource to be written.
type ResourceDraft struct {
	Place
	Title     string   `json:"title"`
	Body      string   `json:"body,omitempty"`
	Type      string   `json:"type,omitempty"` // asset where not said
	Category  string   `json:"category,omitempty"`
	Skill     string   `json:"skill,omitempty"`
	Unit      string   `json:"unit,omitempty"`
	Quantity  Quantity `json:"quantity,omitempty"` // one where not said; of a stock what is in it now
	Condition string   `json:"condition,omitempty"`
	At        string   `json:"at,omitempty"`
	Available []Weekly `json:"available,omitempty"`
	UTCOffset int      `json:"utc_offset,omitempty"`
	Stewards  bool     `json:"stewards,omitempty"` // of a stock: stewards keep it too
	Outside   bool     `json:"outside,omitempty"`
	Numbers   Numbers  `json:"numbers,omitempty"`
	Origin    string   `json:"origin,omitempty"`
}

// StockMove is what went into a stock or out of it, or what was counted on the
// shelf.
type StockMove struct {
	Target
	Into   Quantity  `json:"into,omitempty"`
	Out    Quantity  `json:"out,omitempty"`
	Count  *Quantity `json:"count,omitempty"`
	Reason string    `json:"reason,omitempty"` // donated, given where not said
}

// Borrowing asks for a resource of another household.
type Borrowing struct {
	Target
	Quantity Quantity  `json:"quantity,omitempty"` // one where not said
	BackBy   time.Time `json:"back_by,omitzero"`
	Note     string    `json:"note,omitempty"`
	Numbers  Numbers   `json:"numbers,omitempty"`
}

// Lending is the holder's word on a loan: yes, or that so much is back.
type Lending struct {
	Target
	Loan     string   `json:"loan,omitempty"` // the only one where not said
	Quantity Quantity `json:"quantity,omitempty"`
}

// ResourceQuery asks for resources.
type ResourceQuery struct {
	Target
	All bool `json:"-"` // also what there is none of any longer
}

// MemberDoc answers SetMember.
type MemberDoc struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Member        Member        `json:"member"`
}

// MemberList answers Members.
type MemberList struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Members       []Member      `json:"members"`
}

// Member is a person, as far as neighbours are to know.
type Member struct {
	ID        string    `json:"id"`
	Short     string    `json:"short"`
	Name      string    `json:"name"`
	Owner     Household `json:"owner"`
	Skills    []string  `json:"skills"`
	Languages []string  `json:"languages,omitempty"`
	Available []Weekly  `json:"available,omitempty"`
	Now       bool      `json:"now,omitempty"`
	Note      string    `json:"note,omitempty"`
}

// MemberDraft says what a person of the household can do; said again, it
// changes what was said before.
type MemberDraft struct {
	Place
	Name      string   `json:"name"`
	Skills    []string `json:"skills,omitempty"`
	Languages []string `json:"languages,omitempty"`
	Available []Weekly `json:"available,omitempty"`
	UTCOffset int      `json:"utc_offset,omitempty"`
	Note      string   `json:"note,omitempty"`
	Ended     bool     `json:"ended,omitempty"` // told no longer
	Numbers   Numbers  `json:"numbers,omitempty"`
}
