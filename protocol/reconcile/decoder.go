package reconcile

import (
	"fmt"
	"math"

	"gotong/protocol"
)

// ErrPoisoned: symbols, or a request, that no set yields. Either the other
// side lies or what one side remembers is no longer true, so the salt goes and
// with it everything made from it (SPEC.md 8).
var ErrPoisoned = fmt.Errorf("reconcile: poisoned: %w", protocol.ErrMalformed)

// decoder peels the symbols of a symmetric difference. It believes nothing: a
// symbol is pure only if it counts one item, the checksum is that of the sum
// and the item's walk visits the symbol; every symbol yields at most one item
// and every item comes once, which bounds the work (SPEC.md 4).
type decoder struct {
	key     key
	mine    func(protocol.ID) bool // whether this side holds an id
	symbols []symbol               // theirs minus mine, minus what was peeled
	peeled  []peeled
	seen    map[sum]bool
	ready   []int // symbols that may have become pure
	count   int64 // of symbol 0 before peeling: exactly theirs minus mine
	spread  float64
}

type peeled struct {
	item
	walk walk // waiting at the first symbol that has not come yet
	sign int32
}

func newDecoder(k key, mine func(protocol.ID) bool) *decoder {
	return &decoder{key: k, mine: mine, seen: map[sum]bool{}}
}

// add takes the next symbol of the difference.
func (d *decoder) add(s symbol) {
	i := len(d.symbols)
	d.note(int64(i), int64(s.count))
	d.symbols = append(d.symbols, s)
	d.touch(i)
}

// note keeps what the estimate needs: with p = 2/(i+2), every symbol i > 0
// says that the difference is (c_i - c_0 p)^2 / (p (1-p)), here without the
// fractions. The paper has no estimate; it comes free with the counts.
func (d *decoder) note(i, count int64) {
	if i == 0 {
		d.count = count
		return
	}
	t := float64((i+2)*count - 2*d.count)
	d.spread += t * t / float64(2*i)
}

// estimate guesses the size of the difference, never below what is certain
// (SPEC.md 5).
func (d *decoder) estimate() int {
	if len(d.symbols) < 2 {
		return d.certain()
	}
	guess := d.spread / float64(len(d.symbols)-1)
	return max(d.certain(), int(math.Min(guess, MaxSet)))
}

// certain is the least that the difference can be.
func (d *decoder) certain() int { return max(int(d.count), -int(d.count), len(d.peeled)) }

// touch marks symbol i for a look if it counts a single item.
func (d *decoder) touch(i int) {
	if c := d.symbols[i].count; c == 1 || c == -1 {
		d.ready = append(d.ready, i)
	}
}

// peel takes out all items it can and reports whether nothing is left: then
// the items are the whole difference.
func (d *decoder) peel() (bool, error) {
	d.catchUp()
	for len(d.ready) > 0 {
		i := d.ready[len(d.ready)-1]
		d.ready = d.ready[:len(d.ready)-1]
		it, pure := d.pure(i)
		if !pure {
			continue
		}
		if err := d.take(it, d.symbols[i].count); err != nil {
			return false, err
		}
	}
	for _, s := range d.symbols {
		if s != (symbol{}) {
			return false, nil
		}
	}
	return true, nil
}

// catchUp takes what was peeled before out of the symbols that came since.
func (d *decoder) catchUp() {
	for i := range d.peeled {
		d.withdraw(&d.peeled[i])
	}
}

func (d *decoder) withdraw(p *peeled) {
	for ; p.walk.at < uint64(len(d.symbols)); p.walk.step() {
		d.symbols[p.walk.at].add(p.item, -p.sign)
		d.touch(int(p.walk.at))
	}
}

// pure says which single item symbol i holds, if it does.
func (d *decoder) pure(i int) (item, bool) {
	s := d.symbols[i]
	if s.count != 1 && s.count != -1 {
		return item{}, false
	}
	it := d.key.itemOf(s.sum)
	if uint32(it.tail) != s.check {
		return item{}, false
	}
	w := it.walk()
	for w.at < uint64(i) {
		w.step()
	}
	return it, w.at == uint64(i)
}

// take withdraws an item. It must be new, and held by the side whose count it
// is; symbols never yield more items than they are.
func (d *decoder) take(it item, sign int32) error {
	if d.seen[it.id] || len(d.peeled) == len(d.symbols) || d.mine(it.id.id()) != (sign < 0) {
		return ErrPoisoned
	}
	d.seen[it.id] = true
	d.peeled = append(d.peeled, peeled{it, it.walk(), sign})
	d.withdraw(&d.peeled[len(d.peeled)-1])
	return nil
}
