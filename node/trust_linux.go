package node

import "syscall"

// unsynchronised is what the kernel answers while nothing keeps its clock right.
const unsynchronised = 5 // TIME_ERROR

// synchronised reports whether a trusted source keeps the machine's clock: NTP,
// GPS or PTP, as the kernel was told by whatever program listens to it.
func synchronised() bool {
	state, err := syscall.Adjtimex(new(syscall.Timex))
	return err == nil && state != unsynchronised
}
