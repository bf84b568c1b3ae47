package exchange

import (
	"errors"

	"gotong/protocol"
)

// greetAsDialer says HELLO and hears it, proving first who this is if the peer
// does not know (SPEC.md 3).
func (s *session) greetAsDialer() error {
	n := s.shelf.ID()
	h := hello{tag: protocol.Tag(n, s.x.self, s.peer), digest: s.takeDigest()}
	if err := s.out.reply(h.frame()); err != nil {
		return err
	}
	kind, body, err := s.read()
	if err == nil && kind == kindProve {
		if err = s.prove(); err == nil {
			kind, body, err = s.read()
		}
	}
	if err != nil {
		return err
	}
	if err := s.answered(kind, body); err != nil {
		return err
	}
	s.shelf.greet(s)
	return s.admit()
}

// answered judges the listener's answer to HELLO: its own.
func (s *session) answered(kind byte, body []byte) error {
	switch kind {
	case kindUnknown:
		return ErrUnknown
	case kindBusy:
		return ErrBusy
	case kindHello:
	default:
		return malformed("answer to HELLO")
	}
	h, err := parseHello(body)
	if err != nil {
		return err
	}
	if h.tag != protocol.Tag(s.shelf.ID(), s.peer, s.x.self) {
		return malformed("tag")
	}
	s.theirDigest = h.digest
	return nil
}

// greetAsListener finds the neighbourhood that a peer's HELLO means, admits
// the peer and says HELLO.
func (s *session) greetAsListener() error {
	body, err := s.expect(kindHello)
	if err != nil {
		return err
	}
	h, err := parseHello(body)
	if err != nil {
		return err
	}
	if s.shelf = s.x.shelfOf(h.tag, s.peer); s.shelf == nil {
		return s.decline(kindUnknown, ErrUnknown)
	}
	if err := s.shelf.begin(s); err != nil {
		return s.decline(kindBusy, err)
	}
	s.theirDigest = h.digest
	if err := s.admit(); err != nil {
		return err
	}
	answer := hello{tag: protocol.Tag(s.shelf.ID(), s.x.self, s.peer), digest: s.takeDigest()}
	return s.out.reply(answer.frame())
}

// admit makes sure that the peer's device is in the roster here. If it is not,
// its own operations may show that it belongs: it may be new, or this side
// may be and have no roster at all.
func (s *session) admit() error {
	if !s.shelf.Serves(s.peer) {
		if err := s.askProof(); err != nil {
			return err
		}
	}
	s.shelf.adopt(s)
	s.moved()
	return nil
}

func (s *session) askProof() error {
	if err := s.out.reply([]byte{kindProve}); err != nil {
		return err
	}
	body, err := s.expect(kindProof)
	if err != nil {
		return err
	}
	if len(body) > 0 {
		if err := s.hearProof(body); err != nil {
			return err
		}
	}
	if !s.shelf.Serves(s.peer) {
		return s.refuse()
	}
	return nil
}

// refuse turns the peer away, and shows it why where it was put out.
func (s *session) refuse() error {
	s.polite = true
	return errors.Join(ErrRefused, s.out.reply(batchFrame(kindRefused, s.shelf.Against(s.peer))))
}

// turnedAway hears why this device is refused. What proves nothing here changes
// nothing.
func (s *session) turnedAway(why []byte) error {
	if len(why) > 0 && s.shelf != nil {
		if err := s.hearProof(why); err != nil {
			return errors.Join(ErrTurnedAway, err)
		}
	}
	return ErrTurnedAway
}

func (s *session) hearProof(body []byte) error {
	raws, err := protocol.SplitItems(body)
	if err != nil {
		return err
	}
	taken, err := s.shelf.Ingest(s.ctx, raws, s.peer)
	if err != nil {
		return err
	}
	for _, t := range taken {
		if t.Verdict == protocol.Reject {
			return malformed("PROOF")
		}
	}
	return nil
}

// prove shows this device's own operations, as many as fit.
func (s *session) prove() error {
	return s.out.reply(batchFrame(kindProof, s.shelf.Credentials()))
}

// batchFrame is a frame of a kind with as many items as fit.
func batchFrame(kind byte, raws [][]byte) []byte {
	frame := []byte{kind}
	for _, raw := range raws {
		if len(frame)+protocol.ItemSize(len(raw)) <= maxFrame {
			frame = protocol.AppendItem(frame, raw)
		}
	}
	return frame
}
