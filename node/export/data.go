package export

import "time"

// Data is what may leave the neighbourhood, put together by whoever decides on
// that. Quantities are thousandths of a unit.
type Data struct {
	Neighbourhood string
	At            time.Time
	Needs         []Need
	Brought       []Brought
	Organisations []Organisation
	Alerts        []Alert
	Suppressed    int // lines and deliveries left out, for being of too few households
}

// Need is what is asked for of one thing in one area.
type Need struct {
	ID, Area, Category, Item, Unit string // Item is the category in words
	Urgency, UrgencyName           string
	State, StateName               string
	Requested, Pledged, Received   int64
	Households                     int
	People, Infants, Elderly       int
	Reported                       time.Time
}

// Brought is what somebody brought of one thing in one area.
type Brought struct {
	ID, By, ByType, Area, Category, Item, Unit string
	Quantity                                   int64
	Households, People                         int
	From, To                                   time.Time
}

// Organisation is an organisation as it shows itself.
type Organisation struct {
	ID, Name, Type, Description, Contact, AreaServed, Web string
	Services                                              []Service
}

// Service is what an organisation does for people.
type Service struct{ Name, Category, Description, Eligibility string }
