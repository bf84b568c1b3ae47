package record

import "gotong/protocol"

// MaxFlagReaders is how many devices of stewards a flag can be sealed to.
const MaxFlagReaders = 12

func checkModeration(m *Moderation) error {
	if m.Action == ModerationAction_MODERATION_ACTION_UNKNOWN {
		return &Invalid{"action", "missing"}
	}
	return first(refers("target", m.Target), short("reason", m.Reason, protocol.MaxNote), inTime("since", m.Since))
}

func checkFlag(m *Flag) error { return sealed(m.Sealed, MaxFlagReaders) }

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
