package board

// FactOfBody is FactOf without a sealed cell around the body.
var FactOfBody = factOf

// KeptDecoded returns how many open items are kept decoded, as the board counts
// them and as they are.
func (b *Board) KeptDecoded() (counted, kept int) {
	for _, p := range b.items.open {
		if p.kept != nil {
			kept++
		}
	}
	return b.items.kept, kept
}

// Known returns how many records the board knows of, also those only pointed at.
func (b *Board) Known() int { return len(b.entries) }
