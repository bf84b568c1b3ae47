package record

import (
	"slices"
	"strings"
)

// Category is a thing that neighbours ask for or offer. A node shows codes it
// does not know as they are: they may be newer than it.
type Category struct {
	Code    string // stable, as in "water.drinking"; labels live in catalogs
	Unit    Unit   // the usual one
	Service bool   // done for people rather than handed over
}

// Family returns the part of the code before its dot.
func (c Category) Family() string {
	family, _, _ := strings.Cut(c.Code, ".")
	return family
}

// NeedsTrust reports whether a category is help that nobody takes from a
// household which no neighbour has vouched for: medical, and the care of
// children.
func NeedsTrust(category string) bool {
	return Category{Code: category}.Family() == "med" || category == "care.child"
}

// categories is in the order in which people are shown it; the first of a
// family stands for the family.
var categories = []Category{
	{"water.drinking", Unit_UNIT_L, false},
	{"water.clean", Unit_UNIT_L, false},
	{"food.rice", Unit_UNIT_KG, false},
	{"food.ready", Unit_UNIT_BUNGKUS, false},
	{"food.staples", Unit_UNIT_PAKET, false},
	{"food.fresh", Unit_UNIT_KG, false},
	{"food.infant", Unit_UNIT_BUNGKUS, false},
	{"food.kitchen", Unit_UNIT_PORSI, false},
	{"shelter.place", Unit_UNIT_ORANG, true},
	{"shelter.tent", Unit_UNIT_PCS, false},
	{"shelter.bedding", Unit_UNIT_PCS, false},
	{"clothes.adult", Unit_UNIT_PCS, false},
	{"clothes.child", Unit_UNIT_PCS, false},
	{"clothes.feet", Unit_UNIT_PASANG, false},
	{"hygiene.women", Unit_UNIT_PAKET, false},
	{"hygiene.kit", Unit_UNIT_PAKET, false},
	{"hygiene.toilet", Unit_UNIT_UNIT, false},
	{"med.emergency", Unit_UNIT_ORANG, true},
	{"med.firstaid", Unit_UNIT_PCS, false},
	{"med.medicine", Unit_UNIT_STRIP, false},
	{"med.device", Unit_UNIT_PCS, false},
	{"med.care", Unit_UNIT_JAM_ORANG, true},
	{"med.blood", Unit_UNIT_KANTONG, false},
	{"rescue.trapped", Unit_UNIT_ORANG, true},
	{"move.people", Unit_UNIT_ORANG, true},
	{"move.goods", Unit_UNIT_TRIP, true},
	{"move.boat", Unit_UNIT_UNIT, false},
	{"power.supply", Unit_UNIT_KWH, false},
	{"power.fuel", Unit_UNIT_L, false},
	{"comms.access", Unit_UNIT_UNIT, false},
	{"tool.pump", Unit_UNIT_UNIT, false},
	{"tool.general", Unit_UNIT_PCS, false},
	{"tool.cooking", Unit_UNIT_PCS, false},
	{"tool.cleaning", Unit_UNIT_PCS, false},
	{"tool.light", Unit_UNIT_PCS, false},
	{"labour.clean", Unit_UNIT_JAM_ORANG, true},
	{"labour.repair", Unit_UNIT_JAM_ORANG, true},
	{"labour.guard", Unit_UNIT_JAM_ORANG, true},
	{"care.child", Unit_UNIT_JAM, true},
	{"care.elderly", Unit_UNIT_JAM, true},
	{"care.emotional", Unit_UNIT_JAM, true},
	{"care.checkin", Unit_UNIT_KUNJUNGAN, true},
	{"care.pet", Unit_UNIT_EKOR, true},
	{"edu.school", Unit_UNIT_PAKET, false},
	{"info.question", Unit_UNIT_NONE, true},
	{"info.translate", Unit_UNIT_JAM, true},
	{"info.missing", Unit_UNIT_ORANG, true},
	{"admin.docs", Unit_UNIT_NONE, true},
	{"money.cash", Unit_UNIT_RUPIAH, false},
	{"funeral", Unit_UNIT_NONE, true},
	{CategoryOther, Unit_UNIT_NONE, false},
}

// CategoryOther is the category of whatever fits no other.
const CategoryOther = "other"

// Categories returns the categories this node knows, in the order to show.
func Categories() []Category { return slices.Clone(categories) }

// CategoryOf returns the category with a code or, for the name of a family,
// that family's first.
func CategoryOf(code string) (Category, bool) {
	code = strings.ToLower(code)
	i := slices.IndexFunc(categories, func(c Category) bool { return c.Code == code })
	if i < 0 {
		i = slices.IndexFunc(categories, func(c Category) bool { return c.Family() == code })
	}
	if i < 0 {
		return Category{}, false
	}
	return categories[i], true
}

// The prefixes that protobuf wants before enum values are no part of the codes.
const (
	unitPrefix         = "UNIT_"
	urgencyPrefix      = "URGENCY_"
	reasonPrefix       = "CLOSE_REASON_"
	kindPrefix         = "KIND_"
	relationPrefix     = "RELATION_"
	verificationPrefix = "VERIFICATION_"
	relativePrefix     = "RELATIVE_"
	consentPrefix      = "CONSENT_"
)

// Code returns the stable code of a unit, as in "L" or "JAM_ORANG".
func (u Unit) Code() string { return strings.TrimPrefix(u.String(), unitPrefix) }

// Code returns the stable code of an urgency, as in "critical".
func (u Urgency) Code() string { return lower(u.String(), urgencyPrefix) }

// Code returns the stable code of a reason, as in "no-longer-needed".
func (r CloseReason) Code() string { return lower(r.String(), reasonPrefix) }

// Code returns the stable code of a kind, as in "request".
func (k Kind) Code() string { return lower(k.String(), kindPrefix) }

// Code returns the stable code of a relation, as in "duplicate-of".
func (r Relation) Code() string { return lower(r.String(), relationPrefix) }

// Code returns the stable code of a verification, as in "phoned".
func (v Verification) Code() string { return lower(v.String(), verificationPrefix) }

// Code returns the stable code of what the writer is to a person, as in "carer".
func (r Relative) Code() string { return lower(r.String(), relativePrefix) }

// Code returns the stable code of a consent, as in "given".
func (c Consent) Code() string { return lower(c.String(), consentPrefix) }

func lower(name, prefix string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, prefix)), "_", "-")
}

func upper(code, prefix string) string {
	return prefix + strings.ReplaceAll(strings.ToUpper(code), "-", "_")
}

// UnitOf returns the unit with a code; case does not matter.
func UnitOf(code string) (Unit, bool) {
	n := Unit_value[upper(code, unitPrefix)]
	return Unit(n), n != 0
}

// UrgencyOf returns the urgency with a code.
func UrgencyOf(code string) (Urgency, bool) {
	n := Urgency_value[upper(code, urgencyPrefix)]
	return Urgency(n), n != 0
}

// CloseReasonOf returns the reason with a code.
func CloseReasonOf(code string) (CloseReason, bool) {
	n := CloseReason_value[upper(code, reasonPrefix)]
	return CloseReason(n), n != 0
}

// RelationOf returns the relation with a code.
func RelationOf(code string) (Relation, bool) {
	n := Relation_value[upper(code, relationPrefix)]
	return Relation(n), n != 0
}

// VerificationOf returns the verification with a code.
func VerificationOf(code string) (Verification, bool) {
	n := Verification_value[upper(code, verificationPrefix)]
	return Verification(n), n != 0
}

// RelativeOf returns what the writer is to a person, by its code.
func RelativeOf(code string) (Relative, bool) {
	n := Relative_value[upper(code, relativePrefix)]
	return Relative(n), n != 0
}

// ConsentOf returns the consent with a code.
func ConsentOf(code string) (Consent, bool) {
	n := Consent_value[upper(code, consentPrefix)]
	return Consent(n), n != 0
}

// Units returns every unit, in order of number.
func Units() []Unit { return known[Unit](Unit_name) }

// Urgencies returns every urgency, the most urgent first.
func Urgencies() []Urgency {
	all := known[Urgency](Urgency_name)
	slices.Reverse(all)
	return all
}

// CloseReasons returns every reason, in order of number.
func CloseReasons() []CloseReason { return known[CloseReason](CloseReason_name) }

// Relations returns every relation, in order of number.
func Relations() []Relation { return known[Relation](Relation_name) }

// Verifications returns every verification, in order of number.
func Verifications() []Verification { return known[Verification](Verification_name) }

// Relatives returns what a writer can be to a person, in order of number.
func Relatives() []Relative { return known[Relative](Relative_name) }

// Consents returns every consent, in order of number.
func Consents() []Consent { return known[Consent](Consent_name) }

// known returns the values of an enum but for 0, which is never written.
func known[E ~int32](names map[int32]string) []E {
	var all []E
	for n := range names {
		if n != 0 {
			all = append(all, E(n))
		}
	}
	slices.Sort(all)
	return all
}
