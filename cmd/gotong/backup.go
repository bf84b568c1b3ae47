package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"gotong/node"
	"gotong/node/api"
	"gotong/node/identity"
	"gotong/node/words"
)

// saving is what a person can say to "gotong backup".
type saving struct {
	words      bool
	page       string // file of a page to print
	passphrase string // file of the passphrase
}

func newBackup(a *app) *cobra.Command {
	var s saving
	c := &cobra.Command{
		Use: "backup [FILE]", Short: a.say("help.backup", nil), Long: a.say("help.backup-long", nil), Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case s.ways()+len(args) != 1:
				return usage("usage.backup", nil)
			case s.words:
				return a.backupWords()
			case s.page != "":
				return a.backupPage(s.page)
			}
			return a.backupFile(c.Context(), args[0], s.passphrase)
		},
	}
	c.Flags().BoolVar(&s.words, "words", false, a.say("flag.backup-words", nil))
	c.Flags().StringVar(&s.page, "page", "", a.say("flag.backup-page", nil))
	c.Flags().StringVar(&s.passphrase, "passphrase-file", "", a.say("flag.passphrase-file", nil))
	return c
}

func (s saving) ways() int {
	n := 0
	if s.words {
		n++
	}
	if s.page != "" {
		n++
	}
	return n
}

// household returns the identity in the directory; it is not made by looking.
func (a *app) household() (identity.Identity, error) {
	dir, err := a.directory()
	if err != nil {
		return identity.Identity{}, err
	}
	if !identity.Dir(dir).Has() {
		return identity.Identity{}, refusal("backup.nothing", words.Args{"dir": dir}, exitNotFound)
	}
	me, err := identity.Dir(dir).Load()
	if errors.Is(err, identity.ErrDamaged) {
		return me, fmt.Errorf("%w: %w", api.ErrDamagedKeys, err)
	}
	return me, err
}

// householdCode is a household's name among keys, short enough to compare by eye.
func householdCode(me identity.Identity) string { return me.HouseholdID().String()[:8] }

// paperWords returns the words of the household in the directory.
func (a *app) paperWords() (identity.Identity, []string, error) {
	me, err := a.household()
	if err != nil {
		return me, nil, err
	}
	if dir, err := a.directory(); err != nil || node.Paired(dir) {
		return me, nil, cmp.Or(err, refusal("backup.paired", nil, exitRefused))
	}
	list, err := me.Words()
	if errors.Is(err, identity.ErrNoWords) {
		err = refusal("backup.no-words", nil, exitRefused)
	}
	return me, list, err
}

// backupWords shows the words, with what they are.
func (a *app) backupWords() error {
	me, list, err := a.paperWords()
	if err != nil {
		return err
	}
	a.tell("backup.words", nil)
	for n, word := range list {
		a.data(fmt.Sprintf("%2d. %s", n+1, word))
	}
	a.tell("backup.code", words.Args{"code": householdCode(me)})
	a.tell("backup.words-then", nil)
	return nil
}

// backupFile writes an encrypted backup. It is complete under its name or not
// there.
func (a *app) backupFile(ctx context.Context, path, passphrase string) error {
	if _, err := a.household(); err != nil {
		return err
	}
	secret, err := a.newPassphrase(passphrase)
	if err != nil {
		return err
	}
	err = writeNew(path, func(w io.Writer) error { return a.encrypted(ctx, w, secret) })
	if err != nil {
		return err
	}
	a.tell("backup.done", words.Args{"file": path})
	return nil
}

// workFactor is how dear a guess at the passphrase is: 2^16 makes 64 MB and
// about a second on a small machine. The usual 2^18 needs 256 MB, which one
// with 512 MB that also runs a node has not got.
const workFactor = 16

func (a *app) encrypted(ctx context.Context, w io.Writer, passphrase string) error {
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return fmt.Errorf("gotong: passphrase: %w", err)
	}
	recipient.SetWorkFactor(workFactor)
	sealed, err := age.Encrypt(w, recipient)
	if err != nil {
		return fmt.Errorf("gotong: encrypt: %w", err)
	}
	return errors.Join(a.gather(ctx, sealed), sealed.Close())
}

// gather has the node write what a restore needs: the one that runs, else one
// that is opened for this and talks to nobody.
func (a *app) gather(ctx context.Context, w io.Writer) error {
	running, err := a.node()
	if err != nil {
		return err
	}
	if err = running.Backup(ctx, w); !errors.Is(err, api.ErrNotRunning) {
		return err
	}
	dir, err := a.directory()
	if err != nil {
		return err
	}
	n, err := node.Offline(node.Config{Dir: dir, Log: a.logger(false)})
	if err != nil {
		return err
	}
	return errors.Join(n.Backup(ctx, w), n.Close())
}

// writeNew writes a file that only its owner can read, beside and then under
// its name, where nothing may be yet.
func writeNew(path string, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil {
		return refusal("backup.exists", words.Args{"file": path}, exitConflict)
	}
	beside := path + ".part"
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return cannotWrite(path, err)
	}
	err = write(f)
	if err == nil {
		err = cannotWrite(path, f.Sync())
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = cannotWrite(path, os.Rename(beside, path))
	}
	if err != nil {
		return errors.Join(err, os.Remove(beside))
	}
	return nil
}

// cannotWrite says that a file cannot be written, where err is something.
func cannotWrite(path string, err error) error {
	if err == nil {
		return nil
	}
	why := strings.TrimPrefix(err.Error(), "open "+path+".part: ")
	return refusal("backup.cannot-write", words.Args{"folder": filepath.Dir(path), "file": path, "why": why}, exitFailed)
}
