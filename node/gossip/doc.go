// Package gossip carries fresh cells and roster operations to whoever is
// connected, within a second or not at all: what it misses, the exchange
// brings (protocol/SPEC.md, Gossip).
//
// One GossipSub topic per neighbourhood. A message is a batch of raw items as
// [gotong/protocol.AppendItem] writes them, or a hint: "I have more than fits
// here, talk to me". The topic validator judges a batch with the same function
// as every other door, [Handler.Open], and what that opened travels on to
// [Handler.Take], so that nothing is verified twice and forwarding never waits
// for a disk.
//
// Whoever writes more than others can bear is cut back, never punished: a
// bucket of tokens per author, whoever forwards it, and one per connection
// before anything is verified. Only malformed and forged bytes count against
// the peer that brought them.
package gossip
