// Gotong is the program of a household: "gotong run" is its node, and every
// other command talks to that node over the control socket in its directory.
//
// One file per command. Every word to a person goes through say.go and comes
// from the catalogs of node/words. Data goes to stdout, talk to stderr.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl+C ends it at once
	a := newApp(os.Args[1:], os.Getenv, os.Stdout, os.Stderr, time.Now)
	code := a.execute(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// commands is everything one can type, in the order of help.
func commands(a *app) []*cobra.Command {
	return []*cobra.Command{
		newRun(a), newCreate(a), newInvite(a), newJoin(a),
		newPeople(a), newHousehold(a), newVouch(a), newRevoke(a), newMute(a), newDevice(a), newHub(a),
		newAsk(a), newOffer(a), newEdit(a), newList(a), newShow(a), newPhoto(a), newSuggest(a), newTotals(a),
		newEvent(a), newResource(a), newStock(a), newSkill(a), newGuide(a), newSearch(a), newProject(a),
		newPledge(a), newAccept(a), newArrived(a), newWithdraw(a), newClose(a), newCopy(a), newComment(a), newContact(a),
		newCheckIn(a), newRollCall(a), newVisit(a), newTalk(a), newThank(a), newThanks(a),
		newPropose(a), newVote(a), newTally(a),
		newStill(a), newProgress(a), newCode(a), newLink(a), newTriage(a),
		newNotice(a), newModerate(a), newFlag(a), newPartner(a), newExport(a),
		newUSB(a), newCarry(a),
		newBackup(a), newRestore(a),
		newImport(a), newPeers(a), newStatus(a), newWatch(a), newDemo(a), newVersion(a),
	}
}

// execute runs one command line and returns its exit code.
func (a *app) execute(ctx context.Context, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	return a.complain(err)
}
