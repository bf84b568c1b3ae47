// Package archcheck keeps the architecture as a failing test: who may import
// whom, what the pure packages may not touch, and what lies where.
//
// It reads the source text alone, so it sees every file whatever its build
// tags. The table in layers_test.go is a statement of policy in the manner of
// Go's own go/build/deps_test.go: a package that breaks it is to be changed,
// not the table. A new package has to be given its place there.
package archcheck
