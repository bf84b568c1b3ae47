// Package node is a household's node: it takes facts in, keeps them, folds
// them into the board and passes them on.
//
// The journey of a request, in the order in which the files are read:
//
//	a household                                        neighbours' nodes
//	  | types / taps                                     |            |
//	cmd/gotong                                       node/gossip  node/exchange
//	  | draft (node/api)                                 | raw        | raw
//	1 Write, Edit  (submit.go) ----- cell.Seal ---.      |            |
//	                                              v      v            v
//	2 Ingest(raws, origin)  (ingest.go)                 the one door
//	3   cell.Open, roster.Open    shape, limits, signature: pure, in parallel
//	4   turn.take  (turn.go)      newest per slot, under the roster
//	5   store.Append              durable before anyone hears of it
//	6   board.Apply               one goroutine owns the board (owner.go)
//	7   link.Publish              own facts only: the others' came by a link
//	8   watchers  (watch.go)      screens, hooks
//
// Photos and documents go beside this journey (photos.go): a record names them
// and holds their keys, node/photo paints them anew, node/blobs keeps them
// sealed and brings them when somebody opens one; gather.go has a hub bring
// them ahead of time.
//
// Several tasks that wait at the owner's door are served in one turn: they
// share one synced write. On start (load.go) the stored cells go through steps
// 4 and 6 by the same code; losing the board loses nothing.
//
// [New] builds the parts in the order of the journey: read top to bottom it is
// the architecture. [Assemble] does the same over parts given by the caller;
// the simulator passes a network, a disk and a clock of its own.
package node
