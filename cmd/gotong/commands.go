package main

import (
	"github.com/spf13/cobra"
)

// chapter is a heading of the help and the commands under it, in the order in
// which people need them.
type chapter struct {
	title    string
	commands []*cobra.Command
}

// chapters is the table of all commands.
func chapters(a *app) []chapter {
	return []chapter{
		{a.say("chapter.start", nil), []*cobra.Command{
			newRun(a), newCreate(a), newInvite(a), newJoin(a), newStatus(a), newDemo(a),
		}},
		{a.say("chapter.aid", nil), []*cobra.Command{
			newAsk(a), newOffer(a), newList(a), newShow(a), newSearch(a), newSuggest(a),
			newPledge(a), newAccept(a), newContact(a), newProgress(a), newArrived(a), newCode(a), newPhoto(a),
			newEdit(a), newStill(a), newComment(a), newLink(a), newCopy(a), newWithdraw(a), newClose(a),
		}},
		{a.say("chapter.care", nil), []*cobra.Command{
			newCheckIn(a), newRollCall(a), newVisit(a), newTalk(a), newThank(a), newThanks(a),
		}},
		{a.say("chapter.together", nil), []*cobra.Command{
			newNotice(a), newEvent(a), newPropose(a), newVote(a), newTally(a),
			newGuide(a), newProject(a), newResource(a), newStock(a), newSkill(a),
		}},
		{a.say("chapter.people", nil), []*cobra.Command{
			newPeople(a), newHousehold(a), newDevice(a), newVouch(a), newRevoke(a), newMute(a), newFlag(a),
		}},
		{a.say("chapter.stewards", nil), []*cobra.Command{
			newTriage(a), newModerate(a), newTotals(a), newPartner(a), newExport(a), newImport(a), newHub(a),
		}},
		{a.say("chapter.keep", nil), []*cobra.Command{
			newUSB(a), newCarry(a), newBackup(a), newRestore(a), newPeers(a), newWatch(a), newVersion(a),
		}},
	}
}

// addCommands puts the commands under root, each in its chapter.
func addCommands(root *cobra.Command, a *app) {
	for _, c := range chapters(a) {
		root.AddGroup(&cobra.Group{ID: c.title, Title: c.title})
		for _, command := range c.commands {
			command.GroupID = c.title
			command.DisableFlagsInUseLine = true
			root.AddCommand(command)
		}
	}
}
