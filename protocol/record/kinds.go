package record

import (
	"errors"
	"fmt"
	"reflect"

	"google.golang.org/protobuf/proto"
)

// ErrUnknownKind: the kind comes from a newer version. It is kept and offered
// on, and shown plainly.
var ErrUnknownKind = errors.New("record: unknown kind")

// kinds is what every node must know of each kind; a new one needs its message,
// its rule and a line here.
var kinds = map[Kind]rule{
	Kind_KIND_NEIGHBOURHOOD: alone(checkNeighbourhood),
	Kind_KIND_HOUSEHOLD:     alone(checkHousehold),
	Kind_KIND_REQUEST:       alone(checkRequest),
	Kind_KIND_OFFER:         alone(checkOffer),
	Kind_KIND_PLEDGE:        about(checkPledge),
	Kind_KIND_ACCEPTANCE:    about(checkAcceptance),
	Kind_KIND_RECEIPT:       about(checkReceipt),
	Kind_KIND_COMMENT:       about(checkComment),
	Kind_KIND_CONTACT:       about(checkContact),
	Kind_KIND_SEEN:          alone(checkSeen),
	Kind_KIND_TRIAGE:        about(checkTriage),
	Kind_KIND_LINK:          about(checkLink),

	Kind_KIND_CHECK_IN:  alone(checkCheckIn),
	Kind_KIND_ROLL_CALL: alone(checkRollCall),
	Kind_KIND_THANKS:    about(checkThanks),
	Kind_KIND_PROPOSAL:  about(checkProposal),
	Kind_KIND_BALLOT:    about(checkBallot),
	Kind_KIND_TALLY:     about(checkTally),

	Kind_KIND_NOTICE:          alone(checkNotice),
	Kind_KIND_ACKNOWLEDGEMENT: about(checkAcknowledgement),
	Kind_KIND_MODERATION:      about(checkModeration),
	Kind_KIND_FLAG:            alone(checkFlag),
	Kind_KIND_ORGANISATION:    alone(checkOrganisation),
	Kind_KIND_MONTH:           alone(checkMonth),

	Kind_KIND_EVENT: alone(checkEvent),
	Kind_KIND_RSVP:  about(checkRsvp),

	Kind_KIND_GUIDE:          alone(checkGuide),
	Kind_KIND_RECOMMENDATION: about(checkRecommendation),
	Kind_KIND_RESOURCE:       alone(checkResource),
	Kind_KIND_STOCK:          about(checkStock),
	Kind_KIND_PROJECT:        alone(checkProject),
	Kind_KIND_MEMBER:         alone(checkMember),
	Kind_KIND_PROJECT_PART:   about(checkProjectPart),
}

// rule is a kind's message, what its content must keep to, and whether field 1
// of it names the record that it is about.
type rule struct {
	blank func() proto.Message
	check func(proto.Message) error
	about bool
}

// message is a pointer to a message of type M.
type message[M any] interface {
	*M
	proto.Message
}

// alone is the rule of a kind whose records stand by themselves.
func alone[M any, P message[M]](check func(P) error) rule {
	return rule{
		blank: func() proto.Message { return P(new(M)) },
		check: func(m proto.Message) error { return check(m.(P)) },
	}
}

// about is the rule of a kind whose records are about another record, which
// their field 1 names.
func about[M any, P message[M]](check func(P) error) rule {
	r := alone(check)
	r.about = true
	return r
}

// blank returns an empty message of a kind.
func blank(k Kind) (proto.Message, error) {
	if r, ok := kinds[k]; ok {
		return r.blank(), nil
	}
	return nil, fmt.Errorf("%w: %d", ErrUnknownKind, k)
}

// kindOf is kinds by the types of their messages.
var kindOf = func() map[reflect.Type]Kind {
	all := make(map[reflect.Type]Kind)
	for k, r := range kinds {
		all[reflect.TypeOf(r.blank())] = k
	}
	return all
}()

// KindOf returns the kind of a message, KIND_UNKNOWN for any other.
func KindOf(m proto.Message) Kind { return kindOf[reflect.TypeOf(m)] }
