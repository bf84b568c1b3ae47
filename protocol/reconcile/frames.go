package reconcile

import (
	"encoding/binary"
	"fmt"
	"slices"

	"gotong/protocol"
)

// handlers say what each kind of frame means (SPEC.md 6).
var handlers = [...]func(*Session, *reader) error{
	kindMeet:    (*Session).onMeet,
	kindHello:   (*Session).onHello,
	kindMore:    (*Session).onMore,
	kindSymbols: (*Session).onSymbols,
	kindList:    (*Session).onList,
	kindListed:  (*Session).onListed,
	kindBitmap:  (*Session).onBitmap,
	kindWant:    (*Session).onWant,
	kindDone:    (*Session).onDone,
	kindLater:   (*Session).onLater,
}

// handle takes a frame if its kind may come now.
func (s *Session) handle(frame []byte) error {
	if s.received++; len(frame) == 0 || len(frame) > protocol.MaxFrame || s.received > maxReceived {
		return malformed("too much or nothing")
	}
	if !s.expect.has(frame[0]) {
		return malformed(fmt.Sprintf("kind %d out of turn", frame[0]))
	}
	return handlers[frame[0]](s, &reader{rest: frame[1:]})
}

// MEET{version, nonce, n} makes a salt of both nonces (SPEC.md 2). Whoever says
// it is going to make a pass over the set.
func (s *Session) sayMeet() {
	if !spend(&s.n.scans, s.size()) {
		s.sayLater()
		return
	}
	frame := append([]byte{kindMeet, version}, s.nonce[:]...)
	s.say(binary.AppendUvarint(frame, uint64(s.size())))
	s.saidMeet, s.expect = true, kindsOf(kindMeet, kindLater)
}

func (s *Session) onMeet(r *reader) error {
	v, nonce, theirs := r.byte(), [16]byte(r.id()), int(r.number(MaxSet))
	if !r.end() || v != version {
		return malformed("MEET")
	}
	s.theirs = theirs
	if s.saidMeet {
		s.meet(saltOf(s.nonce, nonce), true)
	} else if s.sayMeet(); !s.done {
		s.meet(saltOf(nonce, s.nonce), false)
	}
	return nil
}

// meet begins anew under a salt. The side that holds less tells, the side that
// holds more decodes, for it has more to push and need not be asked for it.
// When one holds nothing, all is said.
func (s *Session) meet(salt Salt, first bool) {
	mine := s.size()
	switch s.met = s.n.meet(salt, s); {
	case !s.met:
		s.sayLater()
	case mine == 0 || s.theirs == 0:
		s.oneSided()
		s.finish()
	case mine < s.theirs || mine == s.theirs && first:
		s.tell(min(opening, 1+mine/3)) // never dearer than listing everything
	default:
		s.expect = kindsOf(kindHello, kindLater)
	}
}

// HELLO{version, salt, epoch, n, window, symbols} tells how much is held, and
// the first symbols (SPEC.md 6).
func (s *Session) tell(symbols int) {
	if s.size() == 0 {
		symbols = 0
	}
	frame := []byte{kindHello, version}
	frame = binary.LittleEndian.AppendUint32(frame, s.salt.id())
	frame = binary.LittleEndian.AppendUint32(frame, s.epoch)
	frame = binary.AppendUvarint(frame, uint64(s.size()))
	frame = binary.AppendUvarint(frame, uint64(len(s.window)))
	s.say(s.appendSymbols(frame, symbols))
	s.expect = kindsOf(kindMore, kindList, kindListed, kindWant, kindDone, kindLater)
	if !s.heard {
		s.expect |= kindsOf(kindHello)
	}
	if !s.met {
		s.expect |= kindsOf(kindMeet)
	}
}

// appendSymbols tells this side's symbols up to number to.
func (s *Session) appendSymbols(frame []byte, to int) []byte {
	for i := s.told; i < to; i++ {
		frame = appendSymbol(frame, s.mine[i], s.size(), i)
	}
	s.told = max(s.told, to)
	return frame
}

func (s *Session) onHello(r *reader) error {
	v, salt := r.byte(), binary.LittleEndian.Uint32(r.bytes(4))
	epoch := binary.LittleEndian.Uint32(r.bytes(4))
	s.theirs, s.theirWindow = int(r.number(MaxSet)), int(r.number(maxChanges))
	if r.bad || v != version {
		return malformed("HELLO")
	}
	if s.mine == nil || salt != s.salt.id() {
		if s.met || s.told > 0 {
			return malformed("HELLO with another salt")
		}
		s.sayMeet()
		return nil
	}
	s.heard, s.windows = true, epoch != 0 && epoch == s.epoch
	s.decoder = newDecoder(s.key, s.holds)
	if err := s.addSymbols(r, PrefixLen); err != nil {
		return err
	}
	return s.decide()
}

// addSymbols takes the other's next symbols, to number most if there are as many.
func (s *Session) addSymbols(r *reader, most int) error {
	for r.more() {
		i := len(s.decoder.symbols)
		symbol := r.symbol(s.theirs, i)
		if r.bad || i == most {
			return malformed("symbols")
		}
		s.decoder.add(symbol.minus(s.mine[i]))
	}
	if r.bad || (len(s.decoder.symbols) == 0) != (s.theirs == 0) {
		return malformed("symbols")
	}
	return nil
}

// MORE{to, limit} asks for the symbols up to to; limit is where the asker will
// give up, so that a pass over the set need not be made twice.
func (s *Session) ask(to, limit int) {
	frame := binary.AppendUvarint([]byte{kindMore}, uint64(to))
	s.say(binary.AppendUvarint(frame, uint64(limit)))
	s.asked, s.expect = to, kindsOf(kindSymbols, kindLater)
}

func (s *Session) onMore(r *reader) error {
	most := longest(s.size())
	to, limit := int(r.number(most)), int(r.number(most))
	if !r.end() || to <= s.told || to > s.told+maxStep || limit < to {
		return malformed("MORE")
	}
	if !s.reach(to, limit) {
		s.sayLater()
		return nil
	}
	s.say(s.appendSymbols([]byte{kindSymbols}, to))
	s.expect = kindsOf(kindMore, kindList, kindListed, kindWant, kindDone, kindLater)
	return nil
}

// reach makes sure of this side's symbols up to to. Past the prefix that takes
// a pass over the set, which then goes up to limit at once.
func (s *Session) reach(to, limit int) bool {
	if to <= len(s.mine) {
		return true
	}
	if !spend(&s.n.scans, s.size()) {
		return false
	}
	limit = max(limit, 2*len(s.mine)) // however small the steps, passes are few
	s.mine = sketch(s.key, limit, s.ids())
	return true
}

// longest is how many symbols of a set of so many ids make sense: soon listing
// the ids costs less. It bounds the memory a sketch takes.
func longest(ids int) uint64 { return uint64(min(max(PrefixLen, ids), MaxSymbols)) }

func (s *Session) onSymbols(r *reader) error {
	if err := s.addSymbols(r, s.asked); err != nil {
		return err
	}
	if len(s.decoder.symbols) < s.asked {
		return malformed("SYMBOLS")
	}
	return s.decide()
}

// WANT{ids} asks for ids, rising throughout the session.
func (s *Session) sayWants() {
	for ids := range slices.Chunk(s.want, maxWant) {
		frame := []byte{kindWant}
		for _, id := range ids {
			frame = append(frame, id[:]...)
		}
		s.say(frame)
	}
}

func (s *Session) onWant(r *reader) error {
	if len(r.rest) > 16*maxWant {
		return malformed("WANT")
	}
	for r.more() {
		id := r.id()
		if n := len(s.push); r.bad || n > 0 && compare(s.push[n-1], id) >= 0 {
			return malformed("WANT")
		}
		if !s.holds(id) {
			return ErrPoisoned
		}
		s.push = append(s.push, id)
	}
	s.expect = kindsOf(kindWant, kindDone)
	return nil
}

// DONE{what, coming} ends a session.
func (s *Session) sayDone(what byte) {
	s.say(binary.AppendUvarint([]byte{kindDone, what}, uint64(len(s.push))))
	s.finish()
}

func (s *Session) onDone(r *reader) error {
	what, coming := r.byte(), int(r.number(MaxSet))
	if !r.end() || what > doneEverything || what != doneDiffer && coming+len(s.push) > 0 {
		return malformed("DONE")
	}
	s.coming, s.settled = coming, what == doneEqual
	if what == doneEverything {
		s.pushEverything()
	}
	s.finish()
	return nil
}

// LATER says that this side has done enough for the other for now.
func (s *Session) sayLater() {
	s.say([]byte{kindLater})
	s.putOff()
}

func (s *Session) onLater(r *reader) error {
	if !r.end() {
		return malformed("LATER")
	}
	s.putOff()
	return nil
}

func (s *Session) putOff() {
	s.later, s.push, s.want, s.coming = true, nil, nil, 0
	s.finish()
}
