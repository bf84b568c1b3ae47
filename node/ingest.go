package node

import (
	"context"
	"runtime"
	"sync"

	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// Taken is what became of one raw item at the door.
type Taken struct {
	ID      protocol.ID // zero where the bytes name nothing
	Verdict protocol.Verdict
	New     bool // it was not here before, or only as a stub
}

// Ingest is the one door: raw cells and roster operations, from a link or a
// stick, are judged, kept and folded. It returns one Taken per item, once what
// was taken in is durable. An error is our own fault (the disk, closing),
// never the bytes'.
func (h *Neighbourhood) Ingest(ctx context.Context, raws [][]byte) ([]Taken, error) {
	all := make([]Taken, len(raws))
	ops, cells := sortOut(raws)
	if err := h.ingestOps(ctx, raws, ops, all); err != nil {
		return nil, err
	}
	opened := h.Open(pick(raws, cells))
	taken, err := h.Take(ctx, opened)
	for i, at := range cells {
		all[at] = taken[i]
	}
	return all, err
}

// sortOut returns the positions of operations and of cells, told apart by
// their first byte.
func sortOut(raws [][]byte) (ops, cells []int) {
	for i, raw := range raws {
		if len(raw) > 0 && raw[0] == roster.Version {
			ops = append(ops, i)
		} else {
			cells = append(cells, i)
		}
	}
	return ops, cells
}

func pick(raws [][]byte, at []int) [][]byte {
	picked := make([][]byte, len(at))
	for i, p := range at {
		picked[i] = raws[p]
	}
	return picked
}

// Opened is a raw cell after judging: the cell to take in, or why not.
type Opened struct {
	Cell  cell.Cell
	Known bool // here already: not verified again, not to be taken in
	Err   error
}

// Open judges raw cells, in parallel: shape, limits, signature, and nothing
// that depends on this node's clock, disk or settings.
func (h *Neighbourhood) Open(raws [][]byte) []Opened {
	opened := make([]Opened, len(raws))
	members := h.roster.Load()
	parallel(len(raws), func(i int) { opened[i] = h.judge(raws[i], members) })
	return opened
}

func (h *Neighbourhood) judge(raw []byte, members *roster.Roster) Opened {
	c, err := cell.Parse(h.id, raw)
	if err != nil {
		return Opened{Err: err}
	}
	if l, ok := h.index.find(c.ID()); ok && (!l.stub || c.Stub() || h.erased(l)) {
		return Opened{Cell: c, Known: true}
	}
	_, err = cell.Open(h.id, raw, members.DeviceKey)
	return Opened{Cell: c, Err: err}
}

// parallel calls do for 0 to n-1 on as many processors as there are.
func parallel(n int, do func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers < 2 {
		for i := range n {
			do(i)
		}
		return
	}
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w; i < n; i += workers {
				do(i)
			}
		})
	}
	wait.Wait()
}

// Take keeps and folds opened cells and returns one Taken for each.
func (h *Neighbourhood) Take(ctx context.Context, opened []Opened) ([]Taken, error) {
	k := &taking{opened: opened, taken: make([]Taken, len(opened)), result: make(chan error, 1)}
	if !k.anything() {
		return k.taken, nil
	}
	err, lost := await(ctx, h, k, k.result)
	if lost != nil {
		return k.taken, lost
	}
	return k.taken, err
}

// taking is the owner's part of Take.
type taking struct {
	opened []Opened
	taken  []Taken
	err    error
	result chan error
}

// anything fills in what needs no owner and reports whether something does.
func (k *taking) anything() bool {
	some := false
	for i, o := range k.opened {
		k.taken[i] = Taken{ID: o.Cell.ID(), Verdict: protocol.VerdictOf(o.Err)}
		some = some || o.Err == nil && !o.Known
	}
	return some
}

func (k *taking) decide(t *turn) bool {
	for i, o := range k.opened {
		if o.Err != nil || o.Known {
			continue
		}
		changed, err := t.hear(o.Cell)
		if err != nil {
			k.err = err
			return true
		}
		k.taken[i].New = changed
		if !changed && !t.standsIn(o.Cell) || t.onlyNamed(o.Cell) {
			k.taken[i].Verdict = protocol.Ignore // older than what is here, or no room for it
		}
	}
	return true
}

func (k *taking) settle(err error) {
	if k.err == nil {
		k.err = err
	}
	k.result <- k.err
}
