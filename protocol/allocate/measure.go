package allocate

import (
	"math/bits"
	"strings"

	"gotong/protocol/record"
)

// good is what can be put in place of one another: a category, counted in one
// unit.
type good struct {
	category string
	unit     record.Unit
}

// scale is how a line is counted as a good.
type scale struct {
	good
	per  int64 // thousandths of the good's unit in one of the line's
	step int64 // thousandths of the good's unit that are given or taken at once
}

// alike are units that count the same things.
var alike = map[record.Unit]record.Unit{
	record.Unit_UNIT_UNIT:  record.Unit_UNIT_PCS,
	record.Unit_UNIT_PORSI: record.Unit_UNIT_BUNGKUS,
}

// divisible are units of which less than one is useful.
var divisible = map[record.Unit]bool{
	record.Unit_UNIT_L: true, record.Unit_UNIT_KG: true, record.Unit_UNIT_M2: true, record.Unit_UNIT_KWH: true,
}

const whole = 1000 // thousandths

// scaleOf returns how a line of this category and unit is counted: packs that
// say what is in them by that; help of no said quantity as what so many people
// need for a day.
func scaleOf(category string, unit record.Unit, perPack int64, people uint32) scale {
	usual := unit
	if c, ok := record.CategoryOf(category); ok && c.Code == category {
		usual = c.Unit
	}
	switch {
	case unit == record.Unit_UNIT_NONE && usual != unit:
		return scale{good{category, common(usual)}, portion(category, people), 1}
	case isPack(unit) && perPack > 0 && usual != unit:
		return scale{good{category, common(usual)}, min(perPack, record.MaxQuantity), min(perPack, record.MaxQuantity)}
	case divisible[unit]:
		return scale{good{category, unit}, whole, 1}
	}
	return scale{good{category, common(unit)}, whole, whole}
}

func isPack(u record.Unit) bool { return u == record.Unit_UNIT_DUS || u == record.Unit_UNIT_PAKET }

func common(u record.Unit) record.Unit {
	if c, ok := alike[u]; ok {
		return c
	}
	return u
}

// in returns a quantity of the line as one of the good.
func (s scale) in(quantity int64) int64 { return ratio(quantity, s.per, whole) }

// out returns a quantity of the good as one of the line. Help of no said
// quantity is one.
func (s scale) out(quantity int64, unit record.Unit) int64 {
	if unit == record.Unit_UNIT_NONE {
		return whole
	}
	return ratio(quantity, whole, s.per)
}

// ratio returns a*b/c rounded down, at most record.MaxQuantity. What is below
// zero counts as zero.
func ratio(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(max(a, 0)), uint64(max(b, 0)))
	if hi >= uint64(c) {
		return record.MaxQuantity
	}
	quotient, _ := bits.Div64(hi, lo, uint64(c))
	return int64(min(quotient, record.MaxQuantity))
}

// norms are what one person needs for a day, in thousandths of the usual unit:
// BNPB's minimum for the first days; of cash what they cost, roughly. Where
// there is none, one of the unit.
var norms = map[string]int64{
	"water.drinking": 7 * whole, "water.clean": 7 * whole,
	"food.rice": 400, "food.ready": 2 * whole, "food.kitchen": 2 * whole,
	"money.cash": 50_000 * whole,
}

func norm(category string) int64 {
	if n, ok := norms[category]; ok {
		return n
	}
	return whole
}

// household is how many people are taken to need help where nobody says.
const household = 4

func portion(category string, people uint32) int64 {
	if people == 0 {
		people = household
	}
	return min(norm(category)*int64(people), record.MaxQuantity)
}

// substitutes are the categories that serve for another, where the requester
// says that a substitute will do. Water to drink can be washed with, not the
// other way round.
var substitutes = map[string][]string{
	"water.clean":   {"water.drinking"},
	"food.ready":    {"food.kitchen"},
	"food.kitchen":  {"food.ready"},
	"tool.cleaning": {"tool.general"},
}

// named are the categories that say little without the item's name: one
// medicine does not serve for another.
var named = map[string]bool{record.CategoryOther: true, "med.medicine": true, "med.device": true, "med.blood": true}

// sameItem reports whether an offer's item can be what a request means, in a
// category where its name matters.
func sameItem(n *Need, s *Supply) bool {
	a, b := strings.ToLower(strings.TrimSpace(n.Item)), strings.ToLower(strings.TrimSpace(s.Item))
	if a == "" || b == "" {
		return n.Category != record.CategoryOther
	}
	return strings.Contains(a, b) || strings.Contains(b, a)
}
