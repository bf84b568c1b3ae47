package store

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// badgerTree reads Badger. Every step is guarded, so that a broken block or a
// dead sector is an error of that read and not the end of the process.
type badgerTree struct {
	db  *badger.DB
	use *users
}

func (t badgerTree) get(key []byte) (value []byte, ok bool, err error) {
	if !t.use.enter() {
		return nil, false, ErrClosed
	}
	defer t.use.leave()
	err = guard(func() error {
		txn := t.db.NewTransaction(false)
		defer txn.Discard()
		item, err := txn.Get(key)
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("store: get: %w: %w", err, ErrDamaged)
		}
		ok = true
		value, err = item.ValueCopy(nil)
		return err
	})
	return value, ok && err == nil, err
}

func (t badgerTree) first(prefix, from []byte) (key []byte, ok bool, err error) {
	c, err := t.scan(prefix)
	if err != nil {
		return nil, false, err
	}
	defer c.close()
	err = guard(func() error {
		c.(*badgerCursor).it.Seek(from)
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	key, _, err = c.next()
	return key, key != nil, err
}

func (t badgerTree) scan(prefix []byte) (cursor, error) {
	if !t.use.enter() {
		return nil, ErrClosed
	}
	c := &badgerCursor{use: t.use}
	err := guard(func() error {
		c.txn = t.db.NewTransaction(false)
		c.it = c.txn.NewIterator(badger.IteratorOptions{Prefix: bytes.Clone(prefix)})
		c.it.Rewind()
		return nil
	})
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

type badgerCursor struct {
	txn *badger.Txn
	it  *badger.Iterator
	use *users
}

func (c *badgerCursor) next() (key, value []byte, err error) {
	err = guard(func() error {
		if !c.it.Valid() {
			return nil
		}
		item := c.it.Item()
		var err error
		key = item.KeyCopy(nil)
		value, err = item.ValueCopy(nil)
		c.it.Next()
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return key, value, nil
}

func (c *badgerCursor) close() {
	defer c.use.leave()
	_ = guard(func() error { // after damage there may be little to close
		if c.it != nil {
			c.it.Close()
		}
		if c.txn != nil {
			c.txn.Discard()
		}
		return nil
	})
}
