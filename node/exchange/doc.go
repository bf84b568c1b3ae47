// Package exchange makes two nodes' neighbourhoods equal over one stream:
// greeting, roster operations, cells (SPEC.md beside this file has the bytes).
//
// It drives gotong/protocol/reconcile to find what each side lacks, sends that
// in order of urgency, and takes what comes through the node's one door,
// [Neighbourhood.Ingest]. [Exchange] decides when to talk to whom.
package exchange
