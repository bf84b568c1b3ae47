package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// Problem is an RFC 9457 problem: how a verb fails over the control socket.
// Code is stable and is what programs and catalogs go by; Title is for whoever
// reads a log. A Problem is the error of its code: errors.Is(p, ErrNotFound).
type Problem struct {
	Schema         string          `json:"schema"`
	Type           string          `json:"type"` // "urn:gotong:problem:" and the code
	Title          string          `json:"title"`
	Status         int             `json:"status"`
	Code           string          `json:"code"`
	Field          string          `json:"field,omitempty"` // of CodeInvalid, with Why
	Why            string          `json:"why,omitempty"`   // see record.Invalid; also "unknown", "past"
	Group          int             `json:"group,omitempty"` // of "invite": which group of it is wrong, from 1
	Prefix         string          `json:"prefix,omitempty"`
	Candidates     []Candidate     `json:"candidates,omitempty"`     // of CodeAmbiguous
	Neighbourhoods []Neighbourhood `json:"neighbourhoods,omitempty"` // of CodeWhichNeighbourhood
	Numbers        []NumberFound   `json:"numbers,omitempty"`        // of CodeNumbers
	Movable        bool            `json:"movable,omitempty"`        // of CodeNumbers: they can go to the contact
}

// The codes that stand for more than one error value.
const (
	CodeFailed             = "failed" // our own fault; the node's log says more
	CodeInvalid            = "invalid"
	CodeAmbiguous          = "ambiguous"
	CodeWhichNeighbourhood = "which-neighbourhood"
	CodeBadRequest         = "bad-request"
	CodeTooLarge           = "too-large"
	CodeNumbers            = "numbers"
)

// codes is the code and the HTTP status of each error.
var codes = []struct {
	err    error
	code   string
	status int
}{
	{ErrNoNeighbourhood, "no-neighbourhood", http.StatusNotFound},
	{ErrNotMember, "not-member", http.StatusServiceUnavailable},
	{ErrWaits, "waits", http.StatusForbidden},
	{ErrOut, "out", http.StatusForbidden},
	{ErrHub, "hub", http.StatusForbidden},
	{ErrNotHub, "not-hub", http.StatusForbidden},
	{ErrNotFound, "not-found", http.StatusNotFound},
	{ErrNotYours, "not-yours", http.StatusForbidden},
	{ErrNotReceiver, "not-receiver", http.StatusForbidden},
	{ErrYours, "yours", http.StatusForbidden},
	{ErrNoVote, "no-vote", http.StatusForbidden},
	{ErrVoteOver, "vote-over", http.StatusConflict},
	{ErrVoteOpen, "vote-open", http.StatusConflict},
	{ErrVoteWaiting, "vote-waiting", http.StatusConflict},
	{ErrOwnSheet, "own-sheet", http.StatusForbidden},
	{ErrUndecided, "undecided", http.StatusConflict},
	{ErrSelfThanks, "self-thanks", http.StatusForbidden},
	{ErrEnded, "ended", http.StatusConflict},
	{ErrHidden, "hidden", http.StatusForbidden},
	{ErrLocked, "locked", http.StatusConflict},
	{ErrSame, "same-neighbourhood", http.StatusConflict},
	{ErrHasCode, "has-code", http.StatusConflict},
	{ErrNoCode, "no-code", http.StatusConflict},
	{ErrWrongCode, "wrong-code", http.StatusForbidden},
	{ErrNoPledge, "no-pledge", http.StatusConflict},
	{ErrCovered, "covered", http.StatusConflict},
	{ErrArrived, "arrived", http.StatusConflict},
	{ErrNotYet, "not-yet", http.StatusConflict},
	{ErrWhichShift, "which-shift", http.StatusUnprocessableEntity},
	{ErrWhichLine, "which-line", http.StatusUnprocessableEntity},
	{ErrFull, "disk-full", http.StatusInsufficientStorage},
	{ErrNoSlots, "no-slots", http.StatusForbidden},
	{ErrNoPlaces, "no-places", http.StatusForbidden},
	{ErrNobody, "nobody", http.StatusNotFound},
	{ErrStewards, "stewards-only", http.StatusForbidden},
	{ErrRank, "not-above", http.StatusForbidden},
	{ErrOwnHousehold, "own-household", http.StatusForbidden},
	{ErrPutOut, "put-out", http.StatusConflict},
	{ErrVouched, "vouched", http.StatusConflict},
	{ErrNotTheirs, "not-theirs", http.StatusUnprocessableEntity},
	{ErrMayNotInvite, "may-not-invite", http.StatusForbidden},
	{ErrInvites, "too-many-invitations", http.StatusForbidden},
	{ErrCode, "device-code", http.StatusUnprocessableEntity},
	{ErrOtherHouse, "other-house", http.StatusConflict},
	{ErrDeviceKnown, "device-known", http.StatusConflict},
	{ErrDevices, "too-many-devices", http.StatusForbidden},
	{ErrHouseholdKey, "household-key", http.StatusForbidden},
	{ErrInvite, "invite", http.StatusUnprocessableEntity},
	{ErrInviteExpired, "invite-expired", http.StatusConflict},
	{ErrJoined, "joined", http.StatusConflict},
	{ErrBundle, "bundle", http.StatusUnprocessableEntity},
	{ErrBundleVersion, "bundle-version", http.StatusUnprocessableEntity},
	{ErrCloned, "cloned", http.StatusServiceUnavailable},
	{ErrNoPhoto, "no-photo", http.StatusNotFound},
	{ErrPhotoElsewhere, "photo-elsewhere", http.StatusServiceUnavailable},
	{ErrPhotoCut, "photo-cut", http.StatusServiceUnavailable},
	{ErrPhotoUntrue, "photo-untrue", http.StatusBadGateway},
	{ErrPhotoGone, "photo-gone", http.StatusGone},
	{ErrPhotoKind, "photo-kind", http.StatusUnsupportedMediaType},
	{ErrPhotoHEIC, "photo-heic", http.StatusUnsupportedMediaType},
	{ErrPhotoLarge, "photo-large", http.StatusRequestEntityTooLarge},
	{ErrPhotoPixels, "photo-pixels", http.StatusUnprocessableEntity},
	{ErrPhotoDamaged, "photo-damaged", http.StatusUnprocessableEntity},
	{ErrClosed, "closing", http.StatusServiceUnavailable},
	{ErrNotAllowed, "not-allowed", http.StatusForbidden},
	{ErrDirInUse, "dir-in-use", http.StatusConflict},
	{ErrPortInUse, "port-in-use", http.StatusConflict},
	{ErrReadOnly, "read-only", http.StatusInternalServerError},
	{ErrDamaged, "damaged", http.StatusInternalServerError},
	{ErrDamagedKeys, "damaged-keys", http.StatusInternalServerError},
	{ErrExposed, "exposed", http.StatusInternalServerError},
	{ErrAddress, "address", http.StatusUnprocessableEntity},
	{ErrPagesAddress, "pages-address", http.StatusUnprocessableEntity},
	{ErrPagesPort, "pages-port", http.StatusConflict},
	{ErrNotRunning, "not-running", http.StatusServiceUnavailable},
	{ErrLost, "lost", http.StatusServiceUnavailable},
	{ErrSocketPath, "socket-path", http.StatusUnprocessableEntity},
	{errBadRequest, CodeBadRequest, http.StatusBadRequest},
	{errTooLarge, CodeTooLarge, http.StatusRequestEntityTooLarge},
}

// Codes returns every code that a [Problem] may have.
func Codes() []string {
	all := []string{CodeFailed, CodeInvalid, CodeAmbiguous, CodeWhichNeighbourhood, CodeNumbers}
	for _, c := range codes {
		all = append(all, c.code)
	}
	return all
}

// ProblemOf returns the problem of any error; one that is none of ours is
// CodeFailed.
func ProblemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	p = &Problem{Code: CodeFailed, Status: http.StatusInternalServerError, Title: "failed"}
	for _, c := range codes {
		if errors.Is(err, c.err) {
			p.Code, p.Status, p.Title = c.code, c.status, c.err.Error()
			break
		}
	}
	p.details(err)
	p.Schema, p.Type = SchemaProblem, "urn:gotong:problem:"+p.Code
	return p
}

// details fills in what errors with details say.
func (p *Problem) details(err error) {
	var invalid *record.Invalid
	var ambiguous *Ambiguous
	var which *WhichNeighbourhood
	var group roster.ErrInviteGroup
	var numbers *NumbersFound
	switch {
	case errors.As(err, &invalid):
		p.Code, p.Status, p.Title = CodeInvalid, http.StatusUnprocessableEntity, invalid.Error()
		p.Field, p.Why = invalid.Field, invalid.Why
	case errors.As(err, &ambiguous):
		p.Code, p.Status, p.Title = CodeAmbiguous, http.StatusConflict, ambiguous.Error()
		p.Prefix, p.Candidates = ambiguous.Prefix, ambiguous.Candidates
	case errors.As(err, &which):
		p.Code, p.Status, p.Title = CodeWhichNeighbourhood, http.StatusConflict, which.Error()
		p.Neighbourhoods = which.Neighbourhoods
	case errors.As(err, &numbers):
		p.Code, p.Status, p.Title = CodeNumbers, http.StatusUnprocessableEntity, numbers.Error()
		p.Numbers, p.Movable = numbers.Numbers, numbers.Movable
	case errors.As(err, &group):
		p.Group = group.Group
	}
}

func (p *Problem) Error() string { return p.Title }

// Is reports whether target is the error that p.Code stands for.
func (p *Problem) Is(target error) bool {
	for _, c := range codes {
		if c.code == p.Code {
			return c.err == target
		}
	}
	return false
}

// Refuse answers a request with the problem that err is.
func Refuse(w http.ResponseWriter, err error) { answerProblem(w, err) }

// answerProblem writes err as the answer to a request.
func answerProblem(w http.ResponseWriter, err error) {
	p := ProblemOf(err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}
