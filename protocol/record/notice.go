package record

import (
	"crypto/sha256"
	"slices"

	"gotong/protocol"
)

// What a notice can hold at most, besides the 4 KiB of any cell.
const (
	MaxAreas      = 16  // areas of a notice; also outlines, circles and geocodes of one
	MaxCorners    = 256 // corners of all outlines together
	MaxReferences = 16  // earlier notices that one replaces
	MaxTexts      = 4   // languages
	MaxRadius     = 2_000_000
)

func checkNotice(m *Notice) error {
	return first(short("sender", m.Sender, protocol.MaxNote), short("identifier", m.Identifier, protocol.MaxNote),
		named(m), texts(m.Texts), keys(m.References), areas(m.Areas),
		inTime("sent", m.Sent), inTime("effective", m.Effective), inTime("onset", m.Onset), inTime("expires", m.Expires),
		short("sender_name", m.SenderName, protocol.MaxTitle), short("web", m.Web, protocol.MaxNote),
		atMost("categories", len(m.Categories), 16), atMost("responses", len(m.Responses), 16),
		hashed("original_hash", m.OriginalHash))
}

// named wants the three parts of the name that an alert from elsewhere has.
func named(m *Notice) error {
	if m.Source != NoticeSource_NOTICE_SOURCE_CAP {
		return nil
	}
	return keys([]*AlertKey{{Sender: m.Sender, Identifier: m.Identifier, Sent: m.Sent}})
}

func keys(all []*AlertKey) error {
	for _, k := range all {
		err := first(need("sender", k.Sender), short("sender", k.Sender, protocol.MaxNote),
			need("identifier", k.Identifier), short("identifier", k.Identifier, protocol.MaxNote), inTime("sent", k.Sent))
		if err != nil {
			return err
		}
	}
	return atMost("references", len(all), MaxReferences)
}

// texts wants a notice to say something in each of its languages.
func texts(all []*NoticeText) error {
	if len(all) == 0 {
		return &Invalid{"texts", "missing"}
	}
	for _, t := range all {
		err := first(need("headline", t.Event+t.Headline), short("language", t.Language, protocol.MaxTitle),
			short("event", t.Event, protocol.MaxTitle), short("headline", t.Headline, 2*protocol.MaxTitle),
			short("description", t.Description, protocol.MaxText), short("instruction", t.Instruction, protocol.MaxText))
		if err != nil {
			return err
		}
	}
	return atMost("texts", len(all), MaxTexts)
}

func areas(all []*AlertArea) error {
	corners := 0
	for _, a := range all {
		err := first(short("area", a.Description, protocol.MaxNote), outlines(a.Polygons), circles(a.Circles), geocodes(a.Geocodes))
		if err != nil {
			return err
		}
		for _, p := range a.Polygons {
			corners += len(p.Corners) / 2
		}
	}
	return first(atMost("areas", len(all), MaxAreas), atMost("corners", corners, MaxCorners))
}

// outlines wants closed rings of places on earth.
func outlines(all []*Outline) error {
	for _, o := range all {
		n := len(o.Corners)
		if n < 8 || n%2 != 0 || o.Corners[0] != o.Corners[n-2] || o.Corners[1] != o.Corners[n-1] {
			return &Invalid{"polygon", "out-of-range"}
		}
		for i := 0; i < n; i += 2 {
			if err := onEarth("polygon", o.Corners[i], o.Corners[i+1]); err != nil {
				return err
			}
		}
	}
	return atMost("polygon", len(all), MaxAreas)
}

func circles(all []*Circle) error {
	for _, c := range all {
		if c.Radius > MaxRadius {
			return &Invalid{"circle", "out-of-range"}
		}
		if err := onEarth("circle", c.Latitude, c.Longitude); err != nil {
			return err
		}
	}
	return atMost("circle", len(all), MaxAreas)
}

func geocodes(all []*Geocode) error {
	for _, g := range all {
		if err := first(short("geocode", g.Name, protocol.MaxTitle), short("geocode", g.Value, protocol.MaxTitle)); err != nil {
			return err
		}
	}
	return atMost("geocode", len(all), MaxAreas)
}

// Degree is one degree of latitude or longitude as records hold it.
const Degree = 10_000_000

func onEarth(field string, latitude, longitude int32) error {
	if latitude < -90*Degree || latitude > 90*Degree || longitude < -180*Degree || longitude > 180*Degree {
		return &Invalid{field, "out-of-range"}
	}
	return nil
}

// hashed wants a SHA-256, or nothing.
func hashed(field string, sum []byte) error {
	if len(sum) != 0 && len(sum) != sha256.Size {
		return &Invalid{field, "out-of-range"}
	}
	return nil
}

func checkAcknowledgement(m *Acknowledgement) error { return refers("notice", m.Notice) }

const (
	severityPrefix = "SEVERITY_"
	statusPrefix   = "ALERT_STATUS_"
	msgTypePrefix  = "MSG_TYPE_"
	whenPrefix     = "ALERT_URGENCY_"
	surePrefix     = "CERTAINTY_"
	areaPrefix     = "ALERT_CATEGORY_"
	responsePrefix = "RESPONSE_TYPE_"
)

// Code returns the stable code of a severity, as in "severe".
func (s Severity) Code() string { return lower(s.String(), severityPrefix) }

// Code returns the stable code of a status, as in "actual".
func (s AlertStatus) Code() string { return lower(s.String(), statusPrefix) }

// Code returns the stable code of a message type, as in "cancel".
func (t MsgType) Code() string { return lower(t.String(), msgTypePrefix) }

// Code returns the stable code of when to act, as in "immediate".
func (u AlertUrgency) Code() string { return lower(u.String(), whenPrefix) }

// Code returns the stable code of how sure an alert is, as in "likely".
func (c Certainty) Code() string { return lower(c.String(), surePrefix) }

// Code returns the stable code of what an alert is about, as in "met".
func (c AlertCategory) Code() string { return lower(c.String(), areaPrefix) }

// Code returns the stable code of what to do, as in "all-clear".
func (r ResponseType) Code() string { return lower(r.String(), responsePrefix) }

// SeverityOf returns the severity with a code.
func SeverityOf(code string) (Severity, bool) {
	n := Severity_value[upper(code, severityPrefix)]
	return Severity(n), n != 0
}

// AlertStatusOf returns the status with a code.
func AlertStatusOf(code string) (AlertStatus, bool) {
	n := AlertStatus_value[upper(code, statusPrefix)]
	return AlertStatus(n), n != 0
}

// MsgTypeOf returns the message type with a code.
func MsgTypeOf(code string) (MsgType, bool) {
	n := MsgType_value[upper(code, msgTypePrefix)]
	return MsgType(n), n != 0
}

// AlertUrgencyOf returns when to act, by its code.
func AlertUrgencyOf(code string) (AlertUrgency, bool) {
	n := AlertUrgency_value[upper(code, whenPrefix)]
	return AlertUrgency(n), n != 0
}

// CertaintyOf returns how sure an alert is, by its code.
func CertaintyOf(code string) (Certainty, bool) {
	n := Certainty_value[upper(code, surePrefix)]
	return Certainty(n), n != 0
}

// AlertCategoryOf returns what an alert is about, by its code.
func AlertCategoryOf(code string) (AlertCategory, bool) {
	n := AlertCategory_value[upper(code, areaPrefix)]
	return AlertCategory(n), n != 0
}

// ResponseTypeOf returns what to do, by its code.
func ResponseTypeOf(code string) (ResponseType, bool) {
	n := ResponseType_value[upper(code, responsePrefix)]
	return ResponseType(n), n != 0
}

// Severities returns every severity, the worst first.
func Severities() []Severity {
	all := known[Severity](Severity_name)
	slices.Reverse(all)
	return all
}
