package api

import (
	"errors"
	"fmt"
)

// What a Backend and the verbs answer when they cannot. Each has a code in
// problem.go and a sentence in the catalogs.
var (
	// ErrNoNeighbourhood: the household belongs to none, or to none of that name.
	ErrNoNeighbourhood = errors.New("api: no such neighbourhood")
	// ErrNotMember: joined, but the roster has not arrived yet.
	ErrNotMember = errors.New("api: not a member yet")
	// ErrWaits: joined, but the invitation was used up, closed or over.
	ErrWaits = errors.New("api: waiting for a vouch")
	// ErrOut: the household, or this device of it, was put out.
	ErrOut = errors.New("api: put out")
	// ErrHub: a hub carries records and neither reads nor writes them.
	ErrHub = errors.New("api: a hub")
	// ErrNotHub: the household is here as more than a hub.
	ErrNotHub = errors.New("api: not a hub")
	// ErrNotFound: no record of that id.
	ErrNotFound = errors.New("api: no such record")
	// ErrNotYours: the record belongs to another household.
	ErrNotYours = errors.New("api: another household's record")
	// ErrNotReceiver: only the household that receives says what arrived.
	ErrNotReceiver = errors.New("api: another household receives it")
	// ErrYours: nobody helps themselves.
	ErrYours = errors.New("api: the household's own record")
	// ErrNoVote: the household has no vote yet, or is none that votes.
	ErrNoVote = errors.New("api: no vote")
	// ErrVoteOver: the vote has closed.
	ErrVoteOver = errors.New("api: the vote has closed")
	// ErrVoteOpen: households still vote.
	ErrVoteOpen = errors.New("api: the vote is open")
	// ErrVoteWaiting: ballots from islands are still waited for.
	ErrVoteWaiting = errors.New("api: ballots are waited for")
	// ErrOwnSheet: somebody else has to confirm a sheet.
	ErrOwnSheet = errors.New("api: the own sheet")
	// ErrUndecided: the proposal is not carried, or its count is not signed.
	ErrUndecided = errors.New("api: not decided")
	// ErrSelfThanks: nobody thanks themselves.
	ErrSelfThanks = errors.New("api: thanks to the own household")
	// ErrHidden: stewards keep a record from being shown for a while.
	ErrHidden = errors.New("api: hidden by stewards")
	// ErrLocked: stewards closed the comments on a record.
	ErrLocked = errors.New("api: comments are locked")
	// ErrEnded: the record has ended, nothing more is expected of it.
	ErrEnded = errors.New("api: the record has ended")
	// ErrSame: it is in that neighbourhood already.
	ErrSame = errors.New("api: the same neighbourhood")
	// ErrCovered: others promised all of it already.
	ErrCovered = errors.New("api: all of it is promised")
	// ErrArrived: nothing of it is missing any longer.
	ErrArrived = errors.New("api: nothing of it is missing")
	// ErrHasCode: a delivery code was made already, and is not told twice.
	ErrHasCode = errors.New("api: it has a delivery code")
	// ErrNoCode: the request has no delivery code.
	ErrNoCode = errors.New("api: it has no delivery code")
	// ErrWrongCode: not the request's delivery code.
	ErrWrongCode = errors.New("api: not its delivery code")
	// ErrNoPledge: the household has promised nothing for it.
	ErrNoPledge = errors.New("api: nothing was promised")
	// ErrWhichLine: several lines, and the quantity is for one.
	ErrWhichLine = errors.New("api: several lines")
	// ErrFull: the disk has no room.
	ErrFull = errors.New("api: disk full")
	// ErrNoSlots: the household has used up what it may write at one time.
	ErrNoSlots = errors.New("api: no slots left")
	// ErrNoPlaces: the household has used up what it may sign about who belongs.
	ErrNoPlaces = errors.New("api: no places left in the roster")
	// ErrNobody: no household, device or invitation of that name.
	ErrNobody = errors.New("api: nobody of that name")
	// ErrStewards: only founders and stewards do that.
	ErrStewards = errors.New("api: for founders and stewards")
	// ErrRank: only somebody above may do that.
	ErrRank = errors.New("api: not above")
	// ErrOwnHousehold: nobody does that to their own household.
	ErrOwnHousehold = errors.New("api: the own household")
	// ErrPutOut: the household or device was put out, for good.
	ErrPutOut = errors.New("api: put out already")
	// ErrVouched: it has that role already.
	ErrVouched = errors.New("api: vouched for already")
	// ErrNotTheirs: the record that was to be kept is another household's.
	ErrNotTheirs = errors.New("api: not a record of that household")
	// ErrMayNotInvite: the household may not invite, or not to that role.
	ErrMayNotInvite = errors.New("api: may not invite")
	// ErrInvites: the household has as many open invitations as it can have.
	ErrInvites = errors.New("api: too many open invitations")
	// ErrHouseholdKey: only the household's first device can sign that.
	ErrHouseholdKey = errors.New("api: the household's key is on another device")
	// ErrCode: the code of a household or device cannot be read.
	ErrCode = errors.New("api: not a device's code")
	// ErrOtherHouse: the device's code was made for another household.
	ErrOtherHouse = errors.New("api: code for another household")
	// ErrDeviceKnown: the device belongs to a household already.
	ErrDeviceKnown = errors.New("api: known device")
	// ErrDevices: the household has as many devices as it can have.
	ErrDevices = errors.New("api: too many devices")
	// ErrInvite: the invitation cannot be read: a letter is wrong or missing.
	ErrInvite = errors.New("api: not an invitation")
	// ErrInviteExpired: the invitation was for an earlier time.
	ErrInviteExpired = errors.New("api: the invitation has expired")
	// ErrJoined: the household belongs to that neighbourhood already.
	ErrJoined = errors.New("api: joined already")
	// ErrBundle: what was to be taken in is no bundle.
	ErrBundle = errors.New("api: not a bundle")
	// ErrBundleVersion: the bundle was made by a newer program.
	ErrBundleVersion = errors.New("api: bundle of a newer version")
	// ErrCloned: a copy of this device runs elsewhere; nothing is written until
	// this one has another key.
	ErrCloned = errors.New("api: a copy of this device runs elsewhere")
	// ErrNoPhoto: the record shows no such photo.
	ErrNoPhoto = errors.New("api: no such photo")
	// ErrPhotoElsewhere: no device that is connected has it.
	ErrPhotoElsewhere = errors.New("api: nobody connected has the photo")
	// ErrPhotoCut: whoever had it is gone; what came of it stays.
	ErrPhotoCut = errors.New("api: the photo was cut off")
	// ErrPhotoUntrue: it is not what its record says of it.
	ErrPhotoUntrue = errors.New("api: the photo is not what its record says")
	// ErrPhotoGone: what was attached is not here any longer.
	ErrPhotoGone = errors.New("api: the attached photo is gone")
	// ErrPhotoKind: neither a picture nor a document that is taken.
	ErrPhotoKind = errors.New("api: neither picture nor document")
	// ErrPhotoHEIC: a picture in a form that cannot be read here.
	ErrPhotoHEIC = errors.New("api: HEIC or AVIF")
	// ErrPhotoLarge: the file has too many bytes.
	ErrPhotoLarge = errors.New("api: file too large")
	// ErrPhotoPixels: the picture would need too much memory.
	ErrPhotoPixels = errors.New("api: picture too large")
	// ErrPhotoDamaged: the picture cannot be read.
	ErrPhotoDamaged = errors.New("api: damaged picture")
	// ErrClosed: the node is stopping.
	ErrClosed = errors.New("api: the node is stopping")
)

// What keeps a node from starting.
var (
	// ErrDirInUse: another node runs in the directory.
	ErrDirInUse = errors.New("api: directory in use")
	// ErrPortInUse: another program listens there.
	ErrPortInUse = errors.New("api: port in use")
	// ErrReadOnly: the directory cannot be written.
	ErrReadOnly = errors.New("api: directory is read-only")
	// ErrDamaged: what the directory holds cannot be read.
	ErrDamaged = errors.New("api: directory is damaged")
	// ErrDamagedKeys: both copies of the keys are unreadable.
	ErrDamagedKeys = errors.New("api: keys are damaged")
	// ErrExposed: others on this machine can read the keys.
	ErrExposed = errors.New("api: keys are open to others")
	// ErrAddress: not an address to listen on or to call.
	ErrAddress = errors.New("api: not an address")
	// ErrPagesAddress: not an address that pages can be at.
	ErrPagesAddress = errors.New("api: not an address for the pages")
	// ErrPagesPort: another program has its pages there.
	ErrPagesPort = errors.New("api: port of the pages in use")
)

// What keeps a client from a node.
var (
	// ErrNotRunning: nobody answers on the control socket.
	ErrNotRunning = errors.New("api: no node is running")
	// ErrLost: the node went away before it answered.
	ErrLost = errors.New("api: the node went away")
	// ErrNotAllowed: the node does not serve this user of the machine.
	ErrNotAllowed = errors.New("api: not allowed")
	// ErrSocketPath: the directory's name is too long for a control socket.
	ErrSocketPath = errors.New("api: path of the control socket is too long")
)

// codeError is that of a text of a household or device that cannot be read.
func codeError(err error) error { return fmt.Errorf("%w: %w", ErrCode, err) }
