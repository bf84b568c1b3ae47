package record

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
)

// Invalid says which field of a draft breaks which rule. Why is a stable code
// for the catalogs: "missing", "too-long", "too-many", "out-of-range",
// "repeated".
type Invalid struct {
	Field string
	Why   string
}

func (e *Invalid) Error() string { return fmt.Sprintf("record: %s: %s", e.Field, e.Why) }

// MaxQuantity bounds quantities, in thousandths: a billion units, so that no
// sum over a full neighbourhood overflows.
const MaxQuantity = 1_000_000_000_000

// maxTime bounds times, in milliseconds since 1970, to what a stamp can hold.
const maxTime = 1<<48 - 1

// Check judges content the same when it is written and when it is folded, so
// that nothing accepted here can be refused elsewhere (SPEC.md, Bodies).
// Unknown enum values and categories pass: they may be newer than this node.
func Check(m proto.Message) error {
	if c, ok := m.(*Common); ok {
		return checkCommon(c)
	}
	rule, ok := kinds[KindOf(m)]
	if !ok {
		return ErrUnknownKind
	}
	return rule.check(m)
}

func checkCommon(m *Common) error {
	return first(short("area", m.Area, protocol.MaxTitle), short("language", m.Language, protocol.MaxTitle),
		short("origin", m.Origin, protocol.MaxTitle), inTime("expires", m.Expires), onBehalf(m.OnBehalf))
}

// onBehalf wants to know whether a person who is written about agreed.
func onBehalf(m *OnBehalf) error {
	if m != nil && m.Consent == Consent_CONSENT_UNKNOWN {
		return &Invalid{"consent", "missing"}
	}
	return nil
}

func checkNeighbourhood(m *Neighbourhood) error {
	return first(need("name", m.Name), short("name", m.Name, protocol.MaxTitle))
}

func checkHousehold(m *Household) error {
	return first(need("name", m.Name), short("name", m.Name, protocol.MaxTitle), languages(m.Languages))
}

func checkRequest(m *Request) error {
	return first(need("title", m.Title), short("title", m.Title, protocol.MaxTitle),
		short("body", m.Body, protocol.MaxText), short("place", m.Place, protocol.MaxNote), lines(m.Lines),
		inTime("needed_from", m.NeededFrom), inTime("needed_by", m.NeededBy), inTime("confirmed_at", m.ConfirmedAt),
		noneOr("delivery_key", m.DeliveryKey, ed25519.PublicKeySize), photos(m.Photos))
}

func checkOffer(m *Offer) error {
	return first(need("title", m.Title), short("title", m.Title, protocol.MaxTitle),
		short("body", m.Body, protocol.MaxText), short("place", m.Place, protocol.MaxNote), lines(m.Lines),
		inTime("available_from", m.AvailableFrom), inTime("available_to", m.AvailableTo), photos(m.Photos),
		mayRefer("from_resource", m.FromResource))
}

func checkPledge(m *Pledge) error {
	return first(refers("target", m.Target), amounts(m.Amounts), short("note", m.Note, protocol.MaxNote),
		inTime("promised_at", m.PromisedAt), inTime("renewed_at", m.RenewedAt), inTime("back_by", m.BackBy),
		mayRefer("from_resource", m.FromResource), mayAmount(m.Returned))
}

func checkAcceptance(m *Acceptance) error {
	return first(refers("request", m.Request), refers("pledge", m.Pledge), amounts(m.Amounts), mayAmount(m.Returned))
}

func checkReceipt(m *Receipt) error {
	return first(refers("request", m.Request), mayRefer("pledge", m.Pledge), amounts(m.Amounts),
		short("note", m.Note, protocol.MaxNote), inTime("at", m.At), noneOr("code_proof", m.CodeProof, ed25519.SignatureSize), photos(m.Photos))
}

func checkComment(m *Comment) error {
	return first(refers("target", m.Target), mayRefer("reply_to", m.ReplyTo),
		need("text", m.Text), short("text", m.Text, protocol.MaxText), photos(m.Photos))
}

func checkContact(m *Contact) error {
	return first(refers("target", m.Target), sixteen("household", m.Household), sealed(m.Sealed, protocol.MaxDevices))
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func need(field, text string) error {
	if text == "" {
		return &Invalid{field, "missing"}
	}
	return nil
}

func short(field, text string, limit int) error {
	if utf8.RuneCountInString(text) > limit {
		return &Invalid{field, "too-long"}
	}
	return nil
}

func atMost(field string, n, limit int) error {
	if n > limit {
		return &Invalid{field, "too-many"}
	}
	return nil
}

func refers(field string, b *Birth) error {
	if _, ok := b.Place(); !ok {
		return &Invalid{field, "missing"}
	}
	return nil
}

// mayRefer lets a reference be absent, but not point nowhere.
func mayRefer(field string, b *Birth) error {
	if b == nil {
		return nil
	}
	return refers(field, b)
}

func languages(all []string) error {
	for _, l := range all {
		if err := short("languages", l, protocol.MaxTitle); err != nil {
			return err
		}
	}
	return atMost("languages", len(all), 16)
}

func lines(ls []*Line) error {
	for _, l := range ls {
		err := first(need("category", l.Category), short("category", l.Category, protocol.MaxTitle),
			short("item", l.Item, protocol.MaxNote), inRange("quantity", l.Quantity), inRange("min_useful", l.MinUseful),
			inRange("units_per_pack", l.UnitsPerPack), inTime("perishable_by", l.PerishableBy))
		if err != nil {
			return err
		}
	}
	return numbered("lines", len(ls), func(i int) uint32 { return ls[i].Line })
}

func amounts(as []*Amount) error {
	for _, a := range as {
		if err := inRange("quantity", a.Quantity); err != nil {
			return err
		}
	}
	return numbered("amounts", len(as), func(i int) uint32 { return as[i].Line })
}

// numbered wants some lines, and each number once; numbers begin at 1.
func numbered(field string, n int, line func(int) uint32) error {
	if n == 0 {
		return &Invalid{field, "missing"}
	}
	if n > protocol.MaxLines {
		return &Invalid{field, "too-many"}
	}
	for i := range n {
		if line(i) == 0 {
			return &Invalid{field, "out-of-range"}
		}
		for j := range i {
			if line(i) == line(j) {
				return &Invalid{field, "repeated"}
			}
		}
	}
	return nil
}

// sixteen wants an id.
func sixteen(field string, id []byte) error {
	if len(id) != len(protocol.ID{}) {
		return &Invalid{field, "missing"}
	}
	return nil
}

// sealed wants each device once and, for each, as many bytes as any other has:
// the length tells nothing.
func sealed(all []*Sealed, limit int) error {
	for i, s := range all {
		if err := sixteen("sealed", s.Device); err != nil {
			return err
		}
		if len(s.Sealed) != SealedSize {
			return &Invalid{"sealed", "out-of-range"}
		}
		if slices.ContainsFunc(all[:i], func(o *Sealed) bool { return bytes.Equal(o.Device, s.Device) }) {
			return &Invalid{"sealed", "repeated"}
		}
	}
	return atMost("sealed", len(all), limit)
}

func inRange(field string, quantity int64) error {
	if quantity < 0 || quantity > MaxQuantity {
		return &Invalid{field, "out-of-range"}
	}
	return nil
}

func inTime(field string, millis int64) error {
	if millis < 0 || millis > maxTime {
		return &Invalid{field, "out-of-range"}
	}
	return nil
}
