package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"gotong/node"
	"gotong/node/api"
	"gotong/node/identity"
	"gotong/node/words"
)

// restoring is what a person can say to "gotong restore".
type restoring struct {
	words      bool
	here       bool
	replace    bool
	passphrase string // file of the passphrase
}

func newRestore(a *app) *cobra.Command {
	var r restoring
	c := &cobra.Command{
		Use: "restore [FILE]", Short: a.say("help.restore", nil), Long: a.say("help.restore-long", nil), Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if r.ways()+len(args) != 1 {
				return usage("usage.restore", nil)
			}
			dir, err := a.quiet(c.Context())
			switch {
			case err != nil:
				return err
			case r.here:
				return a.renew(dir)
			case r.words:
				return a.restoreWords(dir, r)
			}
			return a.restoreFile(dir, args[0], r)
		},
	}
	c.Flags().BoolVar(&r.words, "words", false, a.say("flag.restore-words", nil))
	c.Flags().BoolVar(&r.here, "here", false, a.say("flag.restore-here", nil))
	c.Flags().BoolVar(&r.replace, "replace", false, a.say("flag.restore-replace", nil))
	c.Flags().StringVar(&r.passphrase, "passphrase-file", "", a.say("flag.passphrase-file", nil))
	return c
}

func (r restoring) ways() int {
	n := 0
	if r.words {
		n++
	}
	if r.here {
		n++
	}
	return n
}

// quiet returns the directory once it is sure that no node runs in it.
func (a *app) quiet(ctx context.Context) (string, error) {
	running, err := a.node()
	if err != nil {
		return "", err
	}
	if _, err := running.Status(ctx); !errors.Is(err, api.ErrNotRunning) {
		return "", api.ErrDirInUse
	}
	return a.directory()
}

// renew makes a new device of the household that is in the directory.
func (a *app) renew(dir string) error {
	if _, err := a.household(); err != nil {
		return err
	}
	if _, err := identity.Dir(dir).Renew(); err != nil {
		return err
	}
	a.tell("restore.renewed", nil)
	if node.Paired(dir) {
		a.tell("restore.paired", nil)
	}
	return nil
}

func (a *app) restoreWords(dir string, r restoring) error {
	text, err := a.readWords()
	if err != nil {
		return err
	}
	me, err := identity.FromWords(text, uint64(a.now().Unix()))
	if err != nil {
		return wordsError(err)
	}
	err = a.into(dir, me, r.replace, func() (identity.Identity, error) { return me, identity.Dir(dir).Save(me) })
	if err != nil {
		return err
	}
	a.tell("restore.words-done", words.Args{"code": householdCode(me)})
	return nil
}

// readWords reads the words from stdin; on a terminal until there are twelve
// or a line is empty.
func (a *app) readWords() (string, error) {
	if !atTerminal() {
		text, err := io.ReadAll(io.LimitReader(os.Stdin, 4096))
		return string(text), err
	}
	a.tell("restore.ask-words", nil)
	var text strings.Builder
	for lines := bufio.NewScanner(os.Stdin); lines.Scan() && lines.Text() != ""; {
		fmt.Fprintln(&text, lines.Text())
		if _, err := identity.ParseWords(text.String()); !errors.Is(err, identity.ErrWordCount) {
			break
		}
	}
	return text.String(), nil
}

// wordsError says what is wrong with words that were read from paper.
func wordsError(err error) error {
	var wrong *identity.WordError
	var count *identity.CountError
	switch {
	case errors.As(err, &wrong) && len(wrong.Near) > 0:
		return usage("restore.word-near", words.Args{"n": wrong.Number, "word": wrong.Word, "near": strings.Join(wrong.Near, ", ")})
	case errors.As(err, &wrong):
		return usage("restore.word", words.Args{"n": wrong.Number, "word": wrong.Word})
	case errors.As(err, &count):
		return usage("restore.word-count", words.Args{"n": count.Got})
	case errors.Is(err, identity.ErrWordOrder):
		return usage("restore.word-order", nil)
	}
	return err
}

func (a *app) restoreFile(dir, path string, r restoring) error {
	saved, err := a.readBackup(path, r.passphrase)
	if err != nil {
		return err
	}
	err = a.into(dir, saved.Identity(), r.replace, func() (identity.Identity, error) { return saved.Restore(dir) })
	if err != nil {
		return err
	}
	a.tell("restore.done", words.Args{"code": householdCode(saved.Identity()), "when": a.words.Ago(saved.About.Made, a.now())})
	for _, n := range saved.About.Neighbourhoods {
		a.tell("restore.neighbourhood", words.Args{"name": words.Plain(n.Name), "household": words.Plain(n.Household)})
	}
	if saved.Paired() {
		a.tell("restore.paired", nil)
	}
	a.tell("restore.next", nil)
	return nil
}

// dearest is the most that opening a backup may cost, as workFactor.
const dearest = 18

// readBackup decrypts and reads a backup.
func (a *app) readBackup(path, passphrase string) (*node.Saved, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, absentFile(path, err)
	}
	defer f.Close()
	secret, err := a.passphrase(passphrase, "passphrase.ask")
	if err != nil {
		return nil, err
	}
	key, err := age.NewScryptIdentity(secret)
	if err != nil {
		return nil, fmt.Errorf("gotong: passphrase: %w", err)
	}
	key.SetMaxWorkFactor(dearest)
	plain, err := age.Decrypt(f, key)
	var nobody *age.NoIdentityMatchError
	switch {
	case errors.As(err, &nobody):
		return nil, refusal("restore.passphrase", words.Args{"file": path}, exitRefused)
	case err != nil:
		return nil, refusal("restore.no-backup", words.Args{"file": path}, exitUsage)
	}
	saved, err := node.ReadBackup(plain)
	if errors.Is(err, node.ErrBackup) {
		return nil, refusal("restore.damaged", words.Args{"file": path}, exitUsage)
	}
	return saved, err
}

// into puts a household into the directory by put. What is there already stays
// unless the person said to replace it, and then it is moved aside.
func (a *app) into(dir string, who identity.Identity, replace bool, put func() (identity.Identity, error)) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("%w: %w", api.ErrReadOnly, err)
	}
	if identity.Dir(dir).Has() && !replace {
		return a.occupied(dir, who)
	}
	if node.Holds(dir) {
		aside, err := node.SetAside(dir, a.now())
		if err != nil {
			return err
		}
		a.tell("restore.aside", words.Args{"aside": aside})
	}
	_, err := put()
	return err
}

// occupied says who is in the directory already.
func (a *app) occupied(dir string, who identity.Identity) error {
	args := words.Args{"dir": dir, "code": householdCode(who)}
	me, err := identity.Dir(dir).Load()
	switch {
	case err != nil:
		return refusal("restore.exists-damaged", args, exitConflict)
	case me.HouseholdID() == who.HouseholdID():
		return refusal("restore.exists-same", args, exitConflict)
	}
	args["here"] = householdCode(me)
	return refusal("restore.exists-other", args, exitConflict)
}
