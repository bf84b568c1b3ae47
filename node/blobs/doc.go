// Package blobs keeps photos and documents as files and brings them from
// neighbours when somebody opens one.
//
//	[Store]   blobs/NEIGHBOURHOOD/ADDRESS.own     made here: never evicted
//	          blobs/NEIGHBOURHOOD/ADDRESS.kept    brought: the longest unopened goes first
//	          blobs/NEIGHBOURHOOD/ADDRESS.part    coming: each chunk is checked before it is written
//	          blobs/NEIGHBOURHOOD/ADDRESS.new     made here, and not yet shown by a record
//	          blobs/NEIGHBOURHOOD/ADDRESS.gone    a hub had it and needed the room
//	[Blobs]   serves them to devices of the roster, and fetches from several at once
//
// A file is the manifest and then the sealed chunks, all as they travel: what a
// hub keeps, and what a thief finds, is unreadable without the record. A file
// under its last name is whole and synced. A part is not: what of it is there is
// found by its hashes when it is taken up again, so that neither a cut nor a
// power cut costs more than the chunks that were on their way.
//
// SPEC.md describes the stream.
package blobs
