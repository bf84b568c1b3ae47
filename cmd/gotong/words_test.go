package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/allocate"
	"gotong/protocol/record"
)

// families are the keys that are put together from a code: the beginning, and
// all the codes there are.
func families(t *testing.T) map[string][]string {
	steps := []string{"open", "pledged", "part", "met"}
	var progress []string
	for _, kind := range []string{"request.", "offer."} {
		for _, step := range steps {
			progress = append(progress, kind+step, kind+"counted-"+step)
		}
	}
	requestOrOffer := []string{"request", "offer"}
	answered := []string{api.AnswerGoing, api.AnswerMaybe, api.AnswerNo, api.AnswerAttended}
	return map[string][]string{
		"method.":    codes(record.Methods(), record.Method.Code),
		"choice.":    codes(record.Choices(), record.Choice.Code),
		"via.":       {"hands", "paper"},
		"phase.":     {api.PhaseOpen, api.PhaseWaiting, api.PhaseClosed},
		"poll.":      {api.PollProvisional, api.PollSigned, api.PollDisputed, api.PollWithdrawn},
		"outcome.":   {api.OutcomeUnknown, api.OutcomeNoQuorum, api.OutcomeCarried, api.OutcomeNotCarried},
		"uncounted.": {api.WhyLate, api.WhyOtherText, api.WhyNoVote, api.WhyNoOption, api.WhyNotSteward, api.WhyUnwitnessed, api.WhyOwnBallot, api.WhyContradiction},
		"tally.now-": {api.PollProvisional, api.PollSigned, api.PollDisputed, api.PollWithdrawn}, "tally.carried-": {"vouch", "revoke"},
		"category.": codes(record.Categories(), func(c record.Category) string { return c.Code }),
		"keywords.": words.Guessed(),
		"unit.":     codes(record.Units(), record.Unit.Code),
		"urgency.":  codes(record.Urgencies(), record.Urgency.Code),
		"relation.": codes(record.Relations(), record.Relation.Code),
		"relative.": codes(record.Relatives(), record.Relative.Code),
		"consent.":  codes(record.Consents(), record.Consent.Code),
		"verified.": codes(record.Verifications(), record.Verification.Code),
		"link.":     {api.LinkSuggested, api.LinkConfirmed, api.LinkDenied},
		"relation-back.": codes(slices.DeleteFunc(record.Relations(), func(r record.Relation) bool {
			return r == record.Relation_RELATION_SAME_EVENT
		}), record.Relation.Code),
		"reason.":    codes(record.CloseReasons(), record.CloseReason.Code),
		"month.":     {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"},
		"progress.":  progress,
		"problem.":   api.Codes(),
		"carry.why-": {"garbage", "version", "damaged", "link", "large", "unreadable"},
		"state.":     {api.StateClosed, api.StateWithdrawn, api.StatePaused},
		"pledge.":    {api.PledgeWithdrawn, api.PledgeFailed, api.PledgeOnTheWay, api.PledgeDelivered},
		"trouble.": {string(api.TroubleStore), string(api.TroubleFull), string(api.TroubleRoom), string(api.TroubleClock),
			string(api.TroubleLinks), string(api.TroubleCloned), string(api.TroubleRenewed)},
		"field.":     said(t, `(?:need|short|atMost|refers|mayRefer|inTime|inRange|numbered|named|noneOr|coded|moment|people|references|mayNumber)\("([a-z_]+)"|Invalid\{"([a-z_]+)"|Field: +"([a-z_]+)"`),
		"why.":       said(t, `Invalid\{[a-z"_]+, "([a-z-]+)"\}|Why: +"([a-z-]+)"`),
		"candidate.": {"request", "offer", "pledge", "household", "device", "invitation", "roll-call", "proposal", "ballot", "comment", "notice", "organisation", "event", "rsvp", "resource", "member", "guide", "project"},
		"wellbeing.": append(codes(record.Wellbeings(), record.Wellbeing.Code), "none"),
		"care.by-":   {api.BySelf, api.BySteward, api.ByNeighbour},
		"role.":      append(api.Roles(), api.RoleNone, api.RoleFounder), "vouch.will-": api.Roles(),
		"weekday.":    {"0", "1", "2", "3", "4", "5", "6"},
		"repeat.":     {"daily", "weekly", "monthly", "daily-n", "weekly-n", "monthly-n"},
		"event-kind.": codes(record.EventKinds(), record.EventKind.Code), "skill.": record.Skills(),
		"answer.": answered, "event.mine-": answered, "event.said-": answered,
		"event.state-": {api.EventNow, api.EventPast, api.EventOff},
		"help.": {"carry", "device", "hub", "moderate", "notice", "partner", "event", "resource", "stock", "skill", "stock-in", "stock-out", "stock-count", "resource-lend", "resource-back",
			"resource-still", "resource-end", "guide", "guide-search", "search", "project"},
		"photo-phase.":   {"before", "during", "after"},
		"found.":         {"request", "offer", "guide", "notice", "event", "resource", "project", "member", "organisation"},
		"resource-type.": codes(record.ResourceTypes(), record.ResourceType.Code), "stock-reason.": codes(record.StockReasons(), record.StockReason.Code),
		"standing.":    {api.StandingFull, api.StandingNew, api.StandingWaiting, api.StandingOut},
		"revoke.will-": {"household", "device", "invitation", "hub"}, "revoke.done-": {"household", "device", "invitation", "hub"},
		"revoke.final-": {"household", "device", "invitation", "hub"},
		"invite.state-": {api.InviteOpen, api.InviteUsed, api.InviteExpired, api.InviteClosed},
		"show.":         requestOrOffer, "show.own-": requestOrOffer, "show.until-": requestOrOffer,
		"show.pledges-": requestOrOffer, "next.pledge-": requestOrOffer, "pledge.done-": requestOrOffer,
		"withdraw.done-": {"request", "offer", "pledge"},
		"suggest.why-":   codes(allocate.Codes(), func(c allocate.Code) string { return string(c) }),
		"numbers.found-": {"phone", "identity"},
		"severity.":      append(codes(record.Severities(), record.Severity.Code), "unknown"),
		"organisation.":  codes(record.OrganisationTypes(), record.OrganisationType.Code),
		"flagged.":       codes(record.FlagReasons(), record.FlagReason.Code),
		"export.what-":   {"needs", "brought", "organisations", "alerts"},
		"moderation.":    {"hide", "warn"}, "help.moderate-": {"hide", "restore", "lock", "warn", "relent"},
	}
}

func codes[T any](all []T, code func(T) string) []string {
	var found []string
	for _, x := range all {
		found = append(found, code(x))
	}
	return found
}

// said returns what the checks of drafts can name, read from their source.
func said(t *testing.T, pattern string) []string {
	var found []string
	for _, glob := range []string{"../../protocol/record/*.go", "../../node/api/*.go", "../../node/submit.go"} {
		for _, path := range sources(t, glob) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
				found = append(found, strings.Join(m[1:], ""))
			}
		}
	}
	if len(found) < 5 {
		t.Fatalf("%s was found %d times: the checks have moved", pattern, len(found))
	}
	return found
}

// sources returns the files of the program, without tests.
func sources(t *testing.T, glob string) []string {
	t.Helper()
	paths, err := filepath.Glob(glob)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %v, %v", glob, paths, err)
	}
	return slices.DeleteFunc(paths, func(p string) bool { return strings.HasSuffix(p, "_test.go") })
}

// literals returns every text in the sources, and those that are said at once.
func literals(t *testing.T) (all, spoken map[string]bool) {
	all, spoken = make(map[string]bool), make(map[string]bool)
	for _, path := range slices.Concat(sources(t, "*.go"), sources(t, "../../node/words/*.go")) {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				note(all, n)
			case *ast.CallExpr:
				if len(n.Args) > 0 && speaks(n.Fun) {
					note(spoken, n.Args[0])
				}
			}
			return true
		})
	}
	return all, spoken
}

func note(texts map[string]bool, e ast.Expr) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return
	}
	if text, err := strconv.Unquote(lit.Value); err == nil {
		texts[text] = true
	}
}

// speaks reports whether a function takes a key of the catalogs first.
func speaks(fun ast.Expr) bool {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name == "usage" || f.Name == "refusal"
	case *ast.SelectorExpr:
		return slices.Contains([]string{"say", "tell", "show", "Say", "written"}, f.Sel.Name)
	}
	return false
}

func TestEveryKeyInTheCodeHasWords(t *testing.T) {
	_, spoken := literals(t)
	if len(spoken) < 100 {
		t.Fatalf("only %d keys found: the search is broken", len(spoken))
	}
	for _, tongue := range words.All() {
		for key := range spoken {
			if !tongue.Has(key) {
				t.Errorf("%s has no words for %s", tongue.Lang(), key)
			}
		}
		for family, codes := range families(t) {
			for _, code := range codes {
				if !tongue.Has(family + code) {
					t.Errorf("%s has no words for %s", tongue.Lang(), family+code)
				}
			}
		}
	}
}

func TestNoWordsStandUnused(t *testing.T) {
	all, _ := literals(t)
	made := make(map[string]bool)
	for family, codes := range families(t) {
		for _, code := range codes {
			made[family+code] = true
		}
	}
	for _, key := range words.Keys() {
		if strings.HasPrefix(key, "web.") {
			continue // said by the pages, whose own test looks after them
		}
		if !all[key] && !made[key] {
			t.Errorf("%s is never said", key)
		}
	}
}
