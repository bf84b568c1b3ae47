package main

import (
	"context"
	"errors"
	"fmt"

	"gotong/node/api"
	"gotong/node/words"
)

// The exit codes, the same for every command.
const (
	exitOK         = 0
	exitFailed     = 1
	exitUsage      = 2
	exitNotFound   = 3
	exitRefused    = 4  // by trust or by what a household may do
	exitConflict   = 5  // it has ended, expired or is taken
	exitPartial    = 6  // some of it was done
	exitNotRunning = 69 // no node in the directory
	exitTryLater   = 75
)

// exits gives each problem its exit code; what is not here is exitFailed.
var exits = map[string]int{
	api.CodeInvalid: exitUsage, api.CodeAmbiguous: exitUsage, api.CodeWhichNeighbourhood: exitUsage,
	api.CodeBadRequest: exitUsage, api.CodeTooLarge: exitUsage, api.CodeNumbers: exitUsage,
	"which-line": exitUsage, "invite": exitUsage, "bundle": exitUsage, "bundle-version": exitConflict, "address": exitUsage, "pages-address": exitUsage, "socket-path": exitUsage,
	"which-shift": exitUsage, "not-yet": exitConflict,
	"no-neighbourhood": exitNotFound, "not-found": exitNotFound,
	"not-yours": exitRefused, "not-receiver": exitRefused, "yours": exitRefused,
	"no-slots": exitRefused, "self-thanks": exitRefused,
	"no-vote": exitRefused, "own-sheet": exitRefused, "vote-over": exitConflict, "vote-open": exitConflict, "undecided": exitConflict, "vote-waiting": exitTryLater, "not-allowed": exitRefused,
	"no-places": exitRefused, "stewards-only": exitRefused, "not-above": exitRefused, "own-household": exitRefused, "household-key": exitRefused,
	"may-not-invite": exitRefused, "too-many-invitations": exitRefused, "not-theirs": exitUsage,
	"device-code": exitUsage, "other-house": exitConflict, "device-known": exitConflict, "too-many-devices": exitRefused,
	"waits": exitRefused, "out": exitRefused, "hub": exitRefused, "not-hub": exitRefused,
	"nobody": exitNotFound, "put-out": exitConflict, "vouched": exitConflict,
	"ended": exitConflict, "covered": exitConflict, "arrived": exitConflict, "joined": exitConflict, "same-neighbourhood": exitConflict,
	"invite-expired": exitConflict, "dir-in-use": exitConflict, "port-in-use": exitConflict, "pages-port": exitConflict,
	"has-code": exitConflict, "no-code": exitConflict, "wrong-code": exitRefused, "no-pledge": exitConflict,
	"hidden": exitRefused, "locked": exitConflict,
	"not-running": exitNotRunning, "lost": exitNotRunning,
	"no-photo": exitNotFound, "photo-elsewhere": exitTryLater, "photo-cut": exitTryLater, "photo-gone": exitConflict,
	"photo-kind": exitUsage, "photo-heic": exitUsage, "photo-large": exitUsage, "photo-pixels": exitUsage, "photo-damaged": exitUsage, "photo-untrue": exitFailed,
	"not-member": exitTryLater, "closing": exitTryLater, "cloned": exitTryLater,
}

// usageError is a command line that cannot be understood, with the message
// that says why.
type usageError struct {
	key  string
	args words.Args
}

func (e *usageError) Error() string { return "gotong: " + e.key }

func usage(key string, args words.Args) error { return &usageError{key, args} }

// told is an error with the message that says it and the exit code.
type told struct {
	key  string
	args words.Args
	code int
}

func refusal(key string, args words.Args, code int) error { return &told{key, args, code} }

func (e *told) Error() string { return "gotong: " + e.key }

// errSpoken: the person has been told already.
var errSpoken = errors.New("gotong: told")

// errPartial: some of it was done, and the person has been told what was not.
var errPartial = errors.New("gotong: partly done")

// errRefused: it is not done here, and the person has been told why.
var errRefused = errors.New("gotong: refused")

// errAbsent: what was to be read is not there, and the person has been told.
var errAbsent = errors.New("gotong: not there")

// complain says what went wrong and what to do next, and returns the exit code.
func (a *app) complain(err error) int {
	var misused *usageError
	var said *told
	switch {
	case errors.As(err, &said):
		a.tell(said.key, said.args)
		return said.code
	case errors.Is(err, errSpoken):
		return exitFailed
	case errors.Is(err, errRefused):
		return exitRefused
	case errors.Is(err, errAbsent):
		return exitNotFound
	case errors.Is(err, errPartial):
		return exitPartial
	case errors.Is(err, context.Canceled):
		a.tell("stopped", nil)
		return exitFailed
	case errors.Is(err, context.DeadlineExceeded):
		a.tell("busy", nil)
		return exitTryLater
	case errors.As(err, &misused):
		a.tell(misused.key, misused.args)
		return exitUsage
	}
	p := api.ProblemOf(err)
	if a.json {
		a.document(p) // an error here has nowhere left to go
	}
	a.tellProblem(p, err)
	if code, ok := exits[p.Code]; ok {
		return code
	}
	return exitFailed
}

// tellProblem puts a problem in words.
func (a *app) tellProblem(p *api.Problem, err error) {
	key, args := "problem."+p.Code, words.Args{"dir": a.whichDir(), "prefix": p.Prefix, "group": p.Group}
	a.numbers(p.Numbers)
	switch {
	case p.Code == api.CodeNumbers && p.Movable:
		key = "problem.numbers-movable"
	case p.Code == "invite" && p.Group > 0:
		key = "problem.invite-group"
	case p.Code == "device-code" && p.Group > 0:
		key = "problem.device-code-group"
	case p.Code == "no-neighbourhood" && a.in == "":
		key = "problem.no-neighbourhood-yet"
	}
	args["field"], args["why"] = a.named("field.", p.Field), a.named("why.", p.Why)
	a.tell(key, args)
	for _, c := range p.Candidates {
		a.tell("candidate."+c.Kind, words.Args{"id": c.Short, "title": a.marked(c.Title, c.Exercise), "who": a.who(api.Household{Name: c.Owner}), "standing": a.named("standing.", c.Standing)})
	}
	for _, n := range p.Neighbourhoods {
		a.tell("candidate.neighbourhood", words.Args{"name": a.neighbourhood(n), "id": n.ID[:8]})
	}
	if p.Code == api.CodeFailed {
		fmt.Fprintln(a.err, " ", words.Plain(err.Error()))
	}
}

// named returns the word for a code, the code itself where there is none.
func (a *app) named(family, code string) string {
	if code == "" || !a.words.Has(family+code) {
		return words.Plain(code)
	}
	return a.say(family+code, nil)
}

// whichDir is the node's directory, for messages.
func (a *app) whichDir() string {
	dir, err := a.directory()
	if err != nil {
		return a.dir
	}
	return dir
}
