// Package blob is how photos and documents travel: padded, cut into chunks that
// are each sealed, and named by the hash of what was sealed.
//
//	content  --pad, cut-->  chunks  --Seal-->  sealed chunks
//	                                             | SHA-256 of each
//	                                          Manifest{size, hashes}
//	                                             | SHA-256
//	                                          Address
//
// Whoever holds an [Address] can judge a [Manifest], and whoever has that can
// judge each chunk as it comes, in any order and from anybody, without being
// able to read one: so hubs carry and check what they cannot see. The key is in
// the record that shows the blob, and nowhere else.
//
// Nothing here draws a key. SPEC.md, Blobs, describes the bytes.
package blob
