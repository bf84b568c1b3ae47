package store

import (
	"fmt"
	"log/slog"
	"math"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// The household profile: a tree that stays small in memory on a Pi and writes
// little to its card. The figures hang together; options_test.go holds the
// rules between them.
const (
	memTable = 8 << 20 // bytes of a table in memory and of its write-ahead log

	// A transaction above 15 % of the memtable is refused by Badger.
	maxGroupBytes  = memTable / 8
	maxChangeBytes = 256 << 10

	// Values above the threshold go to the value log, which is checked neither
	// when read nor when it is replayed: no value of ours is so large.
	valueThreshold = 64 << 10

	memTables = 2 // full memtables waiting to be written out

	// Up to this size the tree has one level below level 0: a household's
	// whole tree. Everything is merged at once (merge.go).
	oneLevel = 1 << 30
)

// treeName is the tree's directory inside the store's. It names the version
// of the key layout.
const treeName = "tree-v1"

func badgerOptions(dir string, log *slog.Logger) badger.Options {
	return badger.DefaultOptions(filepath.Join(dir, treeName)).
		WithSyncWrites(true).
		WithMemTableSize(memTable).
		WithNumMemtables(memTables).
		WithNumCompactors(0).      // see merge.go
		WithNumLevelZeroTables(1). // more than one is worth merging
		WithNumLevelZeroTablesStall(math.MaxInt32).
		WithBaseLevelSize(oneLevel).
		WithValueThreshold(valueThreshold).
		WithValueLogFileSize(1 << 20). // mapped twice over, and always empty
		WithCompression(options.None). // cells are encrypted: nothing to gain
		WithBlockCacheSize(0).         // uncompressed blocks are read where they are mapped
		WithDetectConflicts(false).    // one goroutine writes
		WithMetricsEnabled(false).
		WithLogger(quietLogger{log})
}

// quietLogger passes on what Badger warns of and drops its chatter.
type quietLogger struct{ log *slog.Logger }

func (l quietLogger) Errorf(format string, args ...any)   { l.warn(format, args) }
func (l quietLogger) Warningf(format string, args ...any) { l.warn(format, args) }
func (l quietLogger) Infof(string, ...any)                {}
func (l quietLogger) Debugf(string, ...any)               {}

func (l quietLogger) warn(format string, args []any) {
	l.log.Warn("badger", "says", fmt.Sprintf(format, args...))
}
