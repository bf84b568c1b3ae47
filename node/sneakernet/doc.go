// Package sneakernet carries bundles on a stick: what a child with a USB stick
// brings from a node that no link reaches.
//
//	gotong/LIHAT.html        explains the stick to whoever finds it
//	gotong/stick             the salt that all names and lists here are made under
//	gotong/TAG-PLACE.gotong  what the node PLACE brought of the neighbourhood TAG
//	gotong/TAG-PLACE.list    what PLACE had of it when the stick was last there
//	gotong/blobs/ADDRESS     a photo, document or thumbnail, sealed
//
// A place brings only what some other place on the stick is not known to have,
// and what no other bundle here carries. Everything is written beside and
// renamed, and synced: pulling the stick out never harms what was there.
//
// A stick comes from anywhere. Only regular files directly in these folders are
// read, links nowhere, each up to a bound. SPEC.md describes the layout.
package sneakernet
