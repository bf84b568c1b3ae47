// Package photo makes of what a person gives for all to see something that
// shows no more than it should.
//
//	bytes --KindOf--> a picture  --dimensions, memory--> decoded
//	                               --turned upright, scaled down--> new JPEG, thumbnail
//	                  a document --------------------------------> as it is
//
// A picture is painted anew: nothing of the old file is copied, so place, time,
// camera, maker notes, comments, colour profiles and embedded thumbnails stay
// behind. Of what the file says about the picture only the orientation is
// obeyed. A picture that would need too much memory is refused by what its
// header says, before anything is decoded.
//
// A document is not changed: there is no telling what of it is meant. Whoever
// gives one is told that its author's name may be inside.
package photo
