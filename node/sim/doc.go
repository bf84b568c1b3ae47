// Package sim runs many nodes in one process, without a network, a disk or a
// clock, and puts faults in their way.
//
// The nodes are the real ones: the door, the owner, the board, the exchange and
// the policy of gossip. Their network, disk and clock are replaced, and time is
// virtual (testing/synctest), so that an hour costs a second. What happens is
// drawn from a seed (plan.go): the same seed gives the same steps and the same
// luck. Between two steps the goroutines of the nodes run in Go's order, so that
// two messages of one moment can change places from one run to the next.
//
//	house.go    a household: its disk, its clock, its node
//	network.go  links that lose, delay, double and cut
//	plan.go     the steps of a schedule, and which faults it met
//	check.go    what must hold once everything is connected again
//	crook.go    a hub that lies in every way it can
//	faults.go   faults put into the code on purpose, which the checker must see
//
// go test ./node/sim runs a short batch. More, from a seed:
//
//	scripts/sim 10000 1
//
// What a hub costs, and islands that it joins (town_test.go):
//
//	go test -v ./node/sim -run 'ATownOnOneHub|OneMinuteInTen' -args -hoods 20 -homes 10
//
// A disk that goes back in time again and again (disk_test.go), a hundred times:
//
//	go test ./node/sim -run LyingDisk -rounds 100
//
// A schedule that fails is cut down to the shortest that still does, and the
// line that replays it is printed.
package sim
