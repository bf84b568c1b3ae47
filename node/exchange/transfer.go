package exchange

import (
	"slices"

	"gotong/protocol"
)

// transfer moves what a round found, both ways at once (SPEC.md 5).
type transfer struct {
	*session
	ops, cells found

	intake   *intake
	asked    []protocol.ID // cells whose payload is missing here
	offered  int           // cells that the peer offered
	declined int           // those of them that were not taken
	settled  bool          // it came to its end
}

func (s *session) newTransfer(ops, cells found) *transfer {
	t := &transfer{session: s, ops: ops, cells: cells}
	t.intake = newIntake(t)
	return t
}

// run says READY, hears it, and gives and takes until both have said END and
// everything is acknowledged.
func (t *transfer) run() error {
	defer t.leave()
	if err := t.ready(); err != nil {
		return err
	}
	go t.intake.run()
	err := t.hear()
	close(t.intake.batches)
	<-t.intake.done
	if err != nil {
		return err
	}
	select {
	case <-t.sender.ended:
	case <-t.ctx.Done():
		return t.cause()
	}
	t.out.draw(nil)
	t.settle()
	return nil
}

// settle charges the peer with what it announced and did not send, or sent and
// this side cannot take: it is not asked for that again. What was asked for
// only because its payload is missing here nobody owes.
func (t *transfer) settle() {
	t.settled = true
	claimed := t.shelf.claims.leave(t.session)
	left := without(claimed, t.asked)
	barren := without(claimed, left)
	t.neighbour.asking.heard(len(barren) < len(t.asked), barren)
	short := t.intake.expected - t.declined - len(barren)
	if over := -t.intake.expected - t.intake.aside; over > 0 {
		short = over // more than was announced, and nothing that stands in
	}
	t.bad += max(short, len(left))
	if !t.shelf.refuse(t.neighbour, append(left, t.intake.refused...)) {
		t.later = true
	}
}

// complete reports that each side has given all the other lacked.
func (t *transfer) complete() bool { return t.declined == 0 && t.sender.all() && !t.later }

// leave ends a transfer, well or not: what was to come in a cut one others may
// bring.
func (t *transfer) leave() {
	t.bad += t.intake.bad
	t.shelf.claims.leave(t.session)
	if !t.settled && t.intake.expected > 0 {
		t.x.kickOthers(t.shelf, t.peer)
	}
}

// announced is the most items that the peer may send in this round.
func (t *transfer) announced() int { return t.ops.coming + t.cells.coming + len(t.asked) }

// report tells the node how far the exchange is.
func (t *transfer) report() {
	if t.x.events.Progress == nil {
		return
	}
	p := Progress{Received: int(t.intake.received.Load()), ToReceive: t.announced()}
	p.Sent, p.ToSend = t.sender.counts()
	t.x.events.Progress(t.shelf.ID(), t.peer, p)
}

// ready says how the peer may push and which payloads are asked for, hears the
// same, and lets the sender begin.
func (t *transfer) ready() error {
	missing := t.shelf.Missing()
	flags := t.claim(missing)
	if err := t.out.reply(ready(flags, t.asked)); err != nil {
		return err
	}
	body, err := t.expect(kindReady)
	if err != nil {
		return err
	}
	theirs, asked, err := parseReady(body)
	if err != nil {
		return err
	}
	t.mustOffer = t.mustOffer || theirs&flagOffer != 0
	t.lacks(asked)
	t.send(asked)
	return nil
}

// claim claims what is known to come and what is asked for, and returns the
// flags of READY. Who has more to ask for than fits begins somewhere else each
// time.
func (t *transfer) claim(missing []protocol.ID) (flags byte) {
	blind := t.cells.coming > len(t.cells.want)
	crowd := t.cells.coming > 4*leastOffer && t.x.others(t.shelf, t.peer)
	if t.cells.coming > 0 && t.shelf.claims.enter(t.session, t.cells.want, blind, crowd) {
		flags = flagOffer
	}
	first := int(t.x.chance() * float64(len(missing)))
	t.asked = t.shelf.claims.claim(t.session, t.neighbour.asking.choose(missing, first, maxIDs))
	t.intake.expected += len(t.asked)
	return flags
}

func setOf(ids []protocol.ID) map[protocol.ID]bool {
	set := make(map[protocol.ID]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// without returns those of ids that are not among others.
func without(ids, others []protocol.ID) (rest []protocol.ID) {
	not := setOf(others)
	for _, id := range ids {
		if !not[id] {
			rest = append(rest, id)
		}
	}
	return rest
}

// send makes the plan and lets the outbox draw from it. Of what is asked for it
// holds the payloads that are here, and for others once what stands in.
func (t *transfer) send(asked []protocol.ID) {
	here := slices.DeleteFunc(slices.Clone(asked), func(id protocol.ID) bool { return !t.shelf.Here(id) })
	lent := t.lends(without(asked, here))
	t.lends(t.cells.push) // with their stubs
	order, isOp := plan(t.shelf, t.peer, t.ops.push, slices.Concat(here, lent, t.cells.push))
	t.sender = &sender{
		raw: t.shelf.Raw, instead: t.shelf.Instead, lent: setOf(lent), stored: t.stored, poke: t.out.poke,
		plan: order, isOp: isOp, offering: t.mustOffer, total: len(order), chunk: leastOffer,
		ended: make(chan struct{}),
	}
	t.out.draw(t.sender.next)
}

// hear takes the peer's frames until nothing more can come.
func (t *transfer) hear() error {
	for ended := false; !ended || !t.sender.finished(); {
		kind, body, err := t.read()
		if err != nil {
			return err
		}
		t.moved()
		if ended && kind != kindAck && kind != kindTake {
			return malformed("frame after END")
		}
		if kind == kindEnd {
			ended = true
		}
		if err := t.handle(kind, body); err != nil {
			return err
		}
	}
	return nil
}

// handle is the table of what each kind of frame means in a transfer.
func (t *transfer) handle(kind byte, body []byte) error {
	switch kind {
	case kindItems:
		return t.items(body)
	case kindAck:
		err := t.sender.acknowledged(body)
		t.report()
		return err
	case kindGone:
		return t.gone(body)
	case kindOffer:
		return t.choose(body)
	case kindTake:
		return t.sender.taken(body)
	case kindEnd:
		return empty(body)
	}
	return malformed("frame out of turn")
}

func (t *transfer) items(body []byte) error {
	raws, err := protocol.SplitItems(body)
	if err != nil {
		return err
	}
	return t.intake.put(raws)
}

// gone hears of items that were announced and then replaced.
func (t *transfer) gone(body []byte) error {
	ids, err := parseIDs(body, maxIDs)
	if err != nil || len(ids) == 0 {
		return malformed("GONE")
	}
	for _, id := range ids {
		t.shelf.claims.arrived(t.session, id)
	}
	return t.intake.pass(len(ids))
}

// choose answers an offer: what is not here and not on its way is taken.
func (t *transfer) choose(body []byte) error {
	ids, err := parseIDs(body, maxIDs)
	if t.offered += len(ids); err != nil || len(ids) == 0 || t.offered > t.cells.coming {
		return malformed("OFFER")
	}
	t.intake.waiting.Wait() // then what came unasked is here
	t.shelf.claims.sees(t.session)
	t.shelf.claims.waitSeeing(t.ctx, t.session)
	claimed := map[protocol.ID]bool{}
	for _, id := range t.shelf.claims.claim(t.session, t.shelf.lacking(ids)) {
		claimed[id] = true
	}
	wanted := make([]bool, len(ids))
	for i, id := range ids {
		wanted[i] = claimed[id]
	}
	t.declined += len(ids) - len(claimed)
	return t.out.reply(take(wanted))
}
