package node

// Version is this program's.
const Version = "0.1.0"
