package reconcile

import "slices"

// What things cost, in bytes on the wire, when two ways are weighed.
const (
	symbolCost = 21
	tailCost   = 8
	wantCost   = 16
)

// cheapList is how many tails are listed without a thought: finding out more
// first costs nearly as much.
const cheapList = 64

// rough is how many symbols it takes until the estimate is worth something:
// from 8 it is often wrong by half, from 64 by a fifth.
const rough = 64

// opening is how many symbols a side begins with to one it has met anew: mostly
// both hold the same, and it is enough to guess by.
const opening = 8

// decide is the ladder of the side that decodes (SPEC.md 5): the sketch as far
// as it goes, else the shorter window if it is short for the difference, else
// more symbols, else everything is listed.
func (s *Session) decide() error {
	if s.size() == 0 || s.theirs == 0 {
		s.sayDone(s.oneSided())
		return nil
	}
	whole, err := s.decoder.peel()
	if err != nil {
		return err
	}
	if whole {
		s.finishDecoded()
		return nil
	}
	to, limit := s.goal()
	switch have := len(s.decoder.symbols); {
	case s.windowServes():
		s.startList(listWindow)
	case have >= limit, s.listingServes(to):
		s.stuck = have >= limit
		s.startList(listAll)
	case have == 1 && s.theirs > s.size() && s.told == 0:
		s.tell(min(to, PrefixLen)) // the other holds more: let it decode
	case s.reach(to, limit):
		s.ask(to, limit)
	default:
		s.sayLater()
	}
	return nil
}

// goal says up to which symbol to ask next, and where to give up. Decoding
// takes about 1.4 symbols for each difference, more when there are few. The
// guess is rough until there are as many symbols as differences, so first
// fewer are asked for.
func (s *Session) goal() (to, limit int) {
	d, have := s.decoder.estimate(), len(s.decoder.symbols)
	limit = min(d*22/10+64, int(longest(min(s.size(), s.theirs))))
	switch {
	case have == 1 && s.windows:
		return 8, limit // enough to see whether a window is short
	case have == 1:
		to = 8
	case have < rough:
		to = max(have+16, min(d*5/4, rough))
	case have < d:
		to = max(have+24, d*9/8)
	default:
		to = max(have+max(24, have/16), d*138/100)
	}
	to = max(to, s.decoder.certain()*13/10)
	return min(to, have+maxStep, limit), limit
}

// windowServes reports whether to list the shorter of the two windows.
func (s *Session) windowServes() bool {
	short := min(len(s.window), s.theirWindow)
	return s.windows && len(s.window)+s.theirWindow > 0 && (short <= cheapList || 2*short <= 7*s.decoder.estimate())
}

// listingServes reports whether listing all of the smaller set costs less than
// the next step of the sketch, or, once the guess is worth something, than all
// that is to come.
func (s *Session) listingServes(to int) bool {
	d, have := s.decoder.estimate(), len(s.decoder.symbols)
	cost := symbolCost * (to - have)
	if have >= rough {
		cost = symbolCost*(max(to, d*14/10)-have) + wantCost*d/2
	}
	return tailCost*min(s.size(), s.theirs) < cost
}

// oneSided finds the difference when a side holds nothing.
func (s *Session) oneSided() byte {
	switch {
	case s.size() == s.theirs:
		s.settled = true
		return doneEqual
	case s.theirs == 0:
		s.pushEverything()
		return doneDiffer
	}
	s.coming = s.theirs
	return doneEverything
}

func (s *Session) pushEverything() { s.push = slices.AppendSeq(s.push, s.set.All()) }

// finishDecoded ends a session in which the whole difference was decoded.
func (s *Session) finishDecoded() {
	for _, p := range s.decoder.peeled {
		if id := p.id.id(); p.sign > 0 {
			s.want = append(s.want, id)
		} else {
			s.push = append(s.push, id)
		}
	}
	s.push = s.real(s.push)
	slices.SortFunc(s.want, compare)
	s.coming = len(s.want)
	s.sayWants()
	what := byte(doneDiffer)
	if s.settled = len(s.decoder.peeled) == 0; s.settled {
		what = doneEqual
	}
	s.sayDone(what)
}
