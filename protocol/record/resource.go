package record

import (
	"gotong/protocol"
)

// minutesOfDay is how many there are.
const minutesOfDay = 24 * 60

func checkResource(m *Resource) error {
	return first(need("title", m.Title), short("title", m.Title, protocol.MaxTitle), short("body", m.Body, protocol.MaxText),
		short("category", m.Category, protocol.MaxTitle), short("skill", m.Skill, protocol.MaxTitle),
		inRange("quantity", m.Quantity), inRange("units_per_pack", m.UnitsPerPack), short("condition", m.Condition, protocol.MaxNote),
		weekly(m.Available), offset(m.UtcOffset), short("place", m.Place, protocol.MaxNote), inTime("confirmed_at", m.ConfirmedAt))
}

func checkStock(m *Stock) error {
	seen := make(map[StockReason]bool)
	for _, f := range m.Flows {
		if seen[f.Reason] {
			return &Invalid{"flows", "repeated"}
		}
		seen[f.Reason] = true
		if err := first(inRange("quantity", f.In), inRange("quantity", f.Out)); err != nil {
			return err
		}
	}
	return first(refers("resource", m.Resource), atMost("flows", len(m.Flows), protocol.MaxLines))
}

func checkMember(m *Member) error {
	for _, s := range m.Skills {
		if err := first(need("skill", s.Code), short("skill", s.Code, protocol.MaxTitle), inTime("expires", s.Expires)); err != nil {
			return err
		}
	}
	return first(need("name", m.Name), short("name", m.Name, protocol.MaxTitle), atMost("skill", len(m.Skills), protocol.MaxLines),
		languages(m.Languages), weekly(m.Available), offset(m.UtcOffset), people("max_open_pledges", m.MaxOpenPledges),
		short("note", m.Note, protocol.MaxNote))
}

// weekly wants days of a week and minutes of a day.
func weekly(all []*Availability) error {
	for _, w := range all {
		if w.Days == 0 || w.Days >= 1<<7 || w.From >= minutesOfDay || w.To > minutesOfDay {
			return &Invalid{"available", "out-of-range"}
		}
	}
	return atMost("available", len(all), protocol.MaxLines)
}

// On reports whether it is that time, in milliseconds since 1970, at a place
// offset minutes east of UTC.
func (w *Availability) On(at int64, offset int32) bool {
	minute := floorDiv(at, 60_000) + int64(offset)
	day := floorDiv(minute, minutesOfDay)
	now := uint32(minute - day*minutesOfDay)
	on := func(d Weekday) bool { return w.Days>>uint(d)&1 == 1 }
	if w.To > w.From {
		return on(weekdayOf(day)) && now >= w.From && now < w.To
	}
	return on(weekdayOf(day)) && now >= w.From || on(weekdayOf(day-1)) && now < w.To
}

const (
	resourcePrefix = "RESOURCE_TYPE_"
	stockPrefix    = "STOCK_REASON_"
	levelPrefix    = "SKILL_LEVEL_"
)

// Code returns the stable code of a type, as in "asset".
func (t ResourceType) Code() string { return lower(t.String(), resourcePrefix) }

// ResourceTypeOf returns the type with a code.
func ResourceTypeOf(code string) (ResourceType, bool) {
	n := ResourceType_value[upper(code, resourcePrefix)]
	return ResourceType(n), n != 0
}

// ResourceTypes returns every type, in order of number.
func ResourceTypes() []ResourceType { return known[ResourceType](ResourceType_name) }

// Code returns the stable code of a reason, as in "given".
func (r StockReason) Code() string { return lower(r.String(), stockPrefix) }

// StockReasonOf returns the reason with a code.
func StockReasonOf(code string) (StockReason, bool) {
	n := StockReason_value[upper(code, stockPrefix)]
	return StockReason(n), n != 0
}

// StockReasons returns every reason, in order of number.
func StockReasons() []StockReason { return known[StockReason](StockReason_name) }

// Code returns the stable code of a level, as in "trained".
func (l SkillLevel) Code() string { return lower(l.String(), levelPrefix) }

// SkillLevelOf returns the level with a code.
func SkillLevelOf(code string) (SkillLevel, bool) {
	n := SkillLevel_value[upper(code, levelPrefix)]
	return SkillLevel(n), n != 0
}
