package store_test

import (
	"testing"

	"gotong/node/store"
	"gotong/node/store/storetest"
)

var (
	home = storetest.Neighbourhood(1)
	ana  = storetest.NewAuthor(1)
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func openIn(t testing.TB, dir string, o store.Options) *store.Badger {
	t.Helper()
	s, err := store.Open(dir, o)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}
