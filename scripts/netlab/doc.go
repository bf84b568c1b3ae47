// Package netlab runs the real gotong binary in households made of network
// namespaces, cuts their cables and tells what became of the board. Each story
// prints its figure.
//
// The whole lab lives in namespaces of its own (network, mounts, processes) that
// the test binary starts itself in. They hold every link, file and process of
// the lab, and the kernel removes them when the test binary is gone, however it
// went; nothing has to be swept up, and no packet can leave the machine. Root
// may make them, and so may anybody where the system allows user namespaces.
// Where they cannot be made the lab fails.
//
// A lab is one or two switches joined by a trunk:
//
//	 sari  wati            budi  joko       households: one namespace each
//	   \    /                \    /
//	[ west switch ]==trunk==[ east switch ]  two bridges and a pair of veths
//
// Homes may also lie behind routers, which share one address and let nobody in
// (nftables); a hub is then plugged into the west switch, outside of them:
//
//	 sari  wati          budi
//	   \    /              |
//	[ router 1 ]       [ router 2 ]     hub
//	      \________________|___________/
//	                 [ west switch ]
//
// Run one story, with its figures:
//
//	go test -v ./scripts/netlab -run TestATrunk
package netlab
