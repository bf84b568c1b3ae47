package api

import (
	"context"
	"log/slog"
	"net/http"
)

// Handler serves the verbs of d under /v1; doc.go lists them.
func Handler(d Desk, log *slog.Logger) http.Handler {
	h := handler{log}
	mux := http.NewServeMux()
	for _, family := range []func(*http.ServeMux, handler, Desk){
		nodeRoutes,
		peopleRoutes,
		aidRoutes,
		judgeRoutes,
		careRoutes,
		decisionRoutes,
		noticeRoutes,
		partnerRoutes,
		gatheringRoutes,
		resourceRoutes,
		guideRoutes,
		projectRoutes,
		photoRoutes,
	} {
		family(mux, h, d)
	}
	mux.HandleFunc("GET /v1/openapi.yaml", showContract)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { answerProblem(w, errBadRequest) })
	return mux
}

// nodeRoutes are about this node, and about what is carried and kept.
func nodeRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("GET /v1/status", get(h, func(ctx context.Context, _ *http.Request) (Report, error) { return d.Status(ctx) }))
	mux.Handle("GET /v1/peers", get(h, func(ctx context.Context, _ *http.Request) (PeerList, error) { return d.Peers(ctx) }))
	mux.Handle("GET /v1/watch", h.watch(d))
	mux.Handle("GET /v1/backup", h.backup(d))
	mux.Handle("GET /v1/carry", h.carryOut(d))
	mux.Handle("POST /v1/carry", h.carryIn(d))
	mux.Handle("GET /v1/carry/sealed", get(h, func(ctx context.Context, r *http.Request) (Cargo, error) { return d.Cargo(ctx, queryOf(r).Place) }))
	mux.Handle("GET /v1/carry/sealed/{address}", h.sendSealed(d))
	mux.Handle("POST /v1/carry/sealed/{address}", h.takeSealed(d))
}

// peopleRoutes are about who belongs.
func peopleRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("POST /v1/neighbourhoods", post(h, d.Create))
	mux.Handle("POST /v1/neighbourhoods/join", post(h, d.Join))
	mux.Handle("POST /v1/invites", post(h, d.Invite))
	mux.Handle("GET /v1/people", get(h, func(ctx context.Context, r *http.Request) (People, error) { return d.People(ctx, queryOf(r).Place) }))
	mux.Handle("GET /v1/household", get(h, func(ctx context.Context, r *http.Request) (Profile, error) {
		return d.Household(ctx, queryOf(r).Place)
	}))
	mux.Handle("POST /v1/household", post(h, d.Present))
	mux.Handle("GET /v1/invites", get(h, func(ctx context.Context, r *http.Request) (InvitationList, error) {
		return d.Invitations(ctx, queryOf(r).Place)
	}))
	mux.Handle("GET /v1/devices", get(h, func(ctx context.Context, r *http.Request) (DeviceList, error) {
		return d.Devices(ctx, queryOf(r).Place)
	}))
	mux.Handle("POST /v1/devices", post(h, d.AddDevice))
	mux.Handle("POST /v1/devices/pair", post(h, d.Pair))
	mux.Handle("GET /v1/hub", get(h, func(ctx context.Context, _ *http.Request) (Hub, error) { return d.Hub(ctx) }))
	mux.Handle("POST /v1/hub/allow", post(h, d.AllowHub))
	mux.Handle("POST /v1/hub/leave", post(h, d.LeaveHub))
	mux.Handle("POST /v1/vouches", post(h, d.Vouch))
	mux.Handle("POST /v1/revocations", post(h, d.Revoke))
	mux.Handle("POST /v1/mutes", post(h, d.Mute))
}

// aidRoutes are about requests and offers.
func aidRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("GET /v1/items", get(h, func(ctx context.Context, r *http.Request) (List, error) { return d.List(ctx, queryOf(r)) }))
	mux.Handle("GET /v1/items/{id}", get(h, func(ctx context.Context, r *http.Request) (Shown, error) { return d.Show(ctx, targetOf(r)) }))
	mux.Handle("GET /v1/suggestions", get(h, func(ctx context.Context, r *http.Request) (Suggestions, error) {
		return d.suggest(ctx, r.URL.Query())
	}))
	mux.Handle("GET /v1/totals", get(h, func(ctx context.Context, r *http.Request) (Totals, error) {
		return d.Totals(ctx, Counting{queryOf(r).Place, r.URL.Query().Get("month")})
	}))
	mux.Handle("POST /v1/totals", post(h, d.Publish))
	mux.Handle("POST /v1/requests", post(h, d.Ask))
	mux.Handle("POST /v1/offers", post(h, d.Offer))
	mux.Handle("POST /v1/items/{id}/pledges", post(h, d.Pledge))
	mux.Handle("POST /v1/items/{id}/acceptances", post(h, d.Accept))
	mux.Handle("POST /v1/items/{id}/receipts", post(h, d.Arrived))
	mux.Handle("POST /v1/items/{id}/comments", post(h, d.Comment))
	mux.Handle("POST /v1/items/{id}/contact", post(h, d.Confide))
	mux.Handle("POST /v1/items/{id}/edit", post(h, d.Edit))
	mux.Handle("POST /v1/items/{id}/withdraw", post(h, d.Withdraw))
	mux.Handle("POST /v1/items/{id}/close", post(h, d.Close))
	mux.Handle("POST /v1/items/{id}/copies", post(h, d.Copy))
}

// careRoutes are about how neighbours look after one another.
func careRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("GET /v1/care", get(h, func(ctx context.Context, r *http.Request) (Care, error) { return d.Care(ctx, queryOf(r).Place) }))
	mux.Handle("POST /v1/checkins", post(h, d.CheckIn))
	mux.Handle("POST /v1/visits", post(h, d.Visit))
	mux.Handle("GET /v1/rollcalls", get(h, func(ctx context.Context, r *http.Request) (RollCalls, error) {
		return d.RollCalls(ctx, queryOf(r).Place)
	}))
	mux.Handle("POST /v1/rollcalls", post(h, d.CallRoll))
	mux.Handle("GET /v1/rollcalls/{id}", get(h, func(ctx context.Context, r *http.Request) (RollCall, error) {
		return d.RollCall(ctx, targetOf(r))
	}))
	mux.Handle("POST /v1/rollcalls/{id}/end", post(h, d.EndRollCall))
	mux.Handle("GET /v1/thanks", get(h, func(ctx context.Context, r *http.Request) (ThanksList, error) {
		return d.Thanks(ctx, queryOf(r).Place)
	}))
	mux.Handle("POST /v1/thanks", post(h, d.Thank))
}

// judgeRoutes are about what is said of requests and pledges besides helping.
func judgeRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("POST /v1/items/{id}/seen", post(h, d.Saw))
	mux.Handle("POST /v1/items/{id}/still", post(h, d.Still))
	mux.Handle("POST /v1/items/{id}/progress", post(h, d.Progress))
	mux.Handle("POST /v1/items/{id}/code", post(h, d.Code))
	mux.Handle("POST /v1/items/{id}/triage", post(h, d.Triage))
	mux.Handle("POST /v1/items/{id}/links", post(h, d.Link))
}

// partnerRoutes are about organisations, and about what may leave the
// neighbourhood.
func partnerRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("GET /v1/organisations", get(h, func(ctx context.Context, r *http.Request) (OrganisationList, error) {
		return d.Organisations(ctx, queryOf(r).Place)
	}))
	mux.Handle("POST /v1/organisations", post(h, d.Introduce))
	mux.Handle("GET /v1/leaving", get(h, func(ctx context.Context, r *http.Request) (Leaving, error) {
		t, err := takingOf(r)
		if err != nil {
			return Leaving{}, err
		}
		return d.Leaving(ctx, t)
	}))
}

// noticeRoutes are about notices and alerts, and about what stewards say of
// records.
func noticeRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("GET /v1/notices", get(h, func(ctx context.Context, r *http.Request) (NoticeList, error) {
		return d.Notices(ctx, queryOf(r).Place, queryOf(r).Show == ShowAll)
	}))
	mux.Handle("GET /v1/notices/{id}", get(h, func(ctx context.Context, r *http.Request) (NoticeShown, error) {
		return d.Notice(ctx, targetOf(r))
	}))
	mux.Handle("POST /v1/notices", post(h, d.Notify))
	mux.Handle("POST /v1/notices/{id}/read", post(h, d.Read))
	mux.Handle("GET /v1/moderation", get(h, func(ctx context.Context, r *http.Request) (ModerationList, error) {
		return d.Moderation(ctx, queryOf(r).Place)
	}))
	mux.Handle("POST /v1/records/{id}/moderation", post(h, d.Moderate))
	mux.Handle("GET /v1/flags", get(h, func(ctx context.Context, r *http.Request) (FlagList, error) { return d.Flags(ctx, queryOf(r).Place) }))
	mux.Handle("POST /v1/records/{id}/flags", post(h, d.Flag))
}

// decisionRoutes are about what neighbours decide together.
func decisionRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("GET /v1/proposals", get(h, func(ctx context.Context, r *http.Request) (Proposals, error) {
		return d.Proposals(ctx, queryOf(r).Place)
	}))
	mux.Handle("POST /v1/proposals", post(h, d.Propose))
	mux.Handle("GET /v1/proposals/{id}", get(h, func(ctx context.Context, r *http.Request) (Proposal, error) {
		return d.Proposal(ctx, targetOf(r))
	}))
	mux.Handle("POST /v1/proposals/{id}/votes", post(h, d.Vote))
	mux.Handle("POST /v1/proposals/{id}/signatures", post(h, d.Sign))
	mux.Handle("POST /v1/proposals/{id}/withdraw", post(h, d.WithdrawProposal))
	mux.Handle("POST /v1/ballots/{id}/witnesses", post(h, d.Witness))
}

// gatheringRoutes are about events and who comes to them.
func gatheringRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("GET /v1/events", get(h, func(ctx context.Context, r *http.Request) (GatheringList, error) {
		return d.Gatherings(ctx, gatheringQueryOf(r))
	}))
	mux.Handle("GET /v1/events/{id}", get(h, func(ctx context.Context, r *http.Request) (GatheringDoc, error) {
		return d.Gathering(ctx, gatheringQueryOf(r))
	}))
	mux.Handle("POST /v1/events", post(h, d.Hold))
	mux.Handle("POST /v1/events/{id}/times", post(h, d.Move))
	mux.Handle("POST /v1/events/{id}/off", post(h, d.CallOff))
	mux.Handle("POST /v1/events/{id}/answers", post(h, d.Answer))
	mux.Handle("POST /v1/events/{id}/admissions", post(h, d.Admit))
	mux.Handle("POST /v1/events/{id}/attendance", post(h, d.Attended))
}

// photoRoutes are about photos and documents.
func photoRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("POST /v1/photos", h.attach(d))
	mux.Handle("GET /v1/items/{id}/photos/{photo}", h.showPhoto(d))
	mux.Handle("POST /v1/items/{id}/photos/{photo}/bring", h.bring(d))
}

// resourceRoutes are about what there is to lend and to give, and who can do
// what.
func resourceRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("GET /v1/resources", get(h, func(ctx context.Context, r *http.Request) (ResourceList, error) {
		return d.Resources(ctx, ResourceQuery{targetOf(r), r.URL.Query().Get("all") == "true"})
	}))
	mux.Handle("GET /v1/resources/{id}", get(h, func(ctx context.Context, r *http.Request) (ResourceDoc, error) {
		return d.Resource(ctx, ResourceQuery{Target: targetOf(r)})
	}))
	mux.Handle("POST /v1/resources", post(h, d.Keep))
	mux.Handle("POST /v1/resources/{id}/stock", post(h, d.MoveStock))
	mux.Handle("POST /v1/resources/{id}/end", post(h, d.Empty))
	mux.Handle("POST /v1/resources/{id}/still", post(h, d.StillThere))
	mux.Handle("POST /v1/resources/{id}/loans", post(h, d.Borrow))
	mux.Handle("POST /v1/resources/{id}/lend", post(h, d.Lend))
	mux.Handle("POST /v1/resources/{id}/back", post(h, d.GotBack))
	mux.Handle("GET /v1/members", get(h, func(ctx context.Context, r *http.Request) (MemberList, error) {
		return d.Members(ctx, queryOf(r).Place)
	}))
	mux.Handle("POST /v1/members", post(h, d.SetMember))
}

// guideRoutes are about what neighbours learn from, and about finding words.
func guideRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("GET /v1/guides", get(h, func(ctx context.Context, r *http.Request) (GuideList, error) {
		return d.Guides(ctx, queryOf(r).Place, r.URL.Query().Get("all") == "true")
	}))
	mux.Handle("GET /v1/guides/{id}", get(h, func(ctx context.Context, r *http.Request) (GuideDoc, error) { return d.Guide(ctx, targetOf(r)) }))
	mux.Handle("POST /v1/guides", post(h, d.Teach))
	mux.Handle("POST /v1/guides/{id}/recommendations", post(h, d.Recommend))
	mux.Handle("POST /v1/guides/{id}/end", post(h, d.Unteach))
	mux.Handle("GET /v1/search", get(h, func(ctx context.Context, r *http.Request) (FoundList, error) {
		return d.Search(ctx, Searching{queryOf(r).Place, r.URL.Query().Get("text"), r.URL.Query().Get("kind")})
	}))
}

// projectRoutes are about rebuilding.
func projectRoutes(mux *http.ServeMux, h handler, d Desk) {
	mux.Handle("GET /v1/projects", get(h, func(ctx context.Context, r *http.Request) (ProjectList, error) {
		return d.Projects(ctx, queryOf(r).Place, r.URL.Query().Get("all") == "true")
	}))
	mux.Handle("GET /v1/projects/{id}", get(h, func(ctx context.Context, r *http.Request) (ProjectDoc, error) { return d.Project(ctx, targetOf(r)) }))
	mux.Handle("POST /v1/projects", post(h, d.Rebuild))
	mux.Handle("POST /v1/projects/{id}/parts", post(h, d.AddPart))
	mux.Handle("POST /v1/projects/{id}/end", post(h, d.Finish))
}
