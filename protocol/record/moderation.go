package record

import (
	"fmt"

	"gotong/protocol"
)

// MaxFlagReaders is how many devices of stewards a flag can be sealed to.
const MaxFlagReaders = 12

func checkModeration(m *Moderation) error {
	if m.Action == ModerationAction_MODERATION_ACTION_UNKNOWN {
		return &Invalid{"action", "missing"}
	}
	return first(refers("target", m.Target), short("reason", m.Reason, protocol.MaxNote), inTime("since", m.Since))
}

func checkFlag(m *Flag) error { return sealed(m.Sealed, MaxFlagReaders) }

// Pad returns what is sealed of a flag; *Invalid where it breaks a rule or has
// no room.
func (c *FlagContent) Pad() ([]byte, error) {
	if c.Reason == FlagReason_FLAG_REASON_UNKNOWN {
		return nil, &Invalid{"reason", "missing"}
	}
	if err := refers("target", c.Target); err != nil {
		return nil, err
	}
	return pad("note", c)
}

// UnpadFlag reads what was sealed in a flag; ErrBody where it is no such thing.
func UnpadFlag(plain []byte) (*FlagContent, error) {
	c := new(FlagContent)
	if err := unpad(plain, c); err != nil {
		return nil, err
	}
	if refers("target", c.Target) != nil {
		return nil, fmt.Errorf("%w: flag", ErrBody)
	}
	return c, nil
}

// FlagInfo binds a flag to the household that wrote it and to the device of a
// steward that it is for (SPEC.md, Flags).
func FlagInfo(n protocol.NeighbourhoodID, by protocol.HouseholdID, device protocol.DeviceID) []byte {
	info := append([]byte(protocol.DomainFlag), n[:]...)
	info = append(info, by[:]...)
	return append(info, device[:]...)
}

const (
	actionPrefix = "MODERATION_ACTION_"
	flagPrefix   = "FLAG_REASON_"
)

// Code returns the stable code of an action, as in "lock-comments".
func (a ModerationAction) Code() string { return lower(a.String(), actionPrefix) }

// ModerationActionOf returns the action with a code.
func ModerationActionOf(code string) (ModerationAction, bool) {
	n := ModerationAction_value[upper(code, actionPrefix)]
	return ModerationAction(n), n != 0
}

// Code returns the stable code of why something is flagged, as in "scam".
func (r FlagReason) Code() string { return lower(r.String(), flagPrefix) }

// FlagReasonOf returns why something is flagged, by its code.
func FlagReasonOf(code string) (FlagReason, bool) {
	n := FlagReason_value[upper(code, flagPrefix)]
	return FlagReason(n), n != 0
}

// FlagReasons returns every reason for a flag, in order of number.
func FlagReasons() []FlagReason { return known[FlagReason](FlagReason_name) }
