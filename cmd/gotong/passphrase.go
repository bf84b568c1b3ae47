package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"gotong/node/words"
)

// shortest is how many letters a new passphrase has at least.
const shortest = 8

// newPassphrase asks for a passphrase to lock something with: twice on a
// terminal, or from a file or stdin.
func (a *app) newPassphrase(file string) (string, error) {
	secret, err := a.passphrase(file, "passphrase.new")
	if err != nil {
		return "", err
	}
	if len([]rune(secret)) < shortest {
		return "", refusal("passphrase.short", words.Args{"n": shortest}, exitUsage)
	}
	if file != "" || !atTerminal() {
		return secret, nil
	}
	again, err := a.passphrase("", "passphrase.again")
	if err == nil && again != secret {
		err = refusal("passphrase.differ", nil, exitUsage)
	}
	return secret, err
}

// passphrase reads a passphrase: the first line of a file or of stdin; on a
// terminal what is typed, unseen.
func (a *app) passphrase(file, ask string) (string, error) {
	if file == "" && atTerminal() {
		fmt.Fprint(a.err, a.say(ask, nil), " ")
		typed, err := term.ReadPassword(int(os.Stdin.Fd()))
		fmt.Fprintln(a.err)
		return string(typed), err
	}
	in := os.Stdin
	if file != "" {
		var err error
		if in, err = os.Open(file); err != nil {
			return "", absentFile(file, err)
		}
		defer in.Close()
	}
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("gotong: passphrase: %w", err)
	}
	secret := strings.TrimRight(line, "\r\n")
	if secret == "" {
		return "", refusal("passphrase.none", nil, exitUsage)
	}
	return secret, nil
}

func atTerminal() bool { return term.IsTerminal(int(os.Stdin.Fd())) }

// absentFile says that a file that was named cannot be read.
func absentFile(path string, err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return refusal("file.absent", words.Args{"file": path}, exitNotFound)
	}
	return refusal("file.unreadable", words.Args{"file": path, "why": err.Error()}, exitFailed)
}
