package web

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Role is what a phone may do on the pages of the house.
type Role string

// The roles, each with all that those before it may.
const (
	guest  Role = "guest"  // reads the board
	desk   Role = "desk"   // a hub's table: asks and offers for people without a phone, sees the queue
	member Role = "member" // of the house: does all that the household does on the board
	owner  Role = "owner"  // signs for it: who belongs, devices, invitations, phones
)

var ranks = []Role{guest, desk, member, owner}

// may reports whether a phone of this role may do what needs that one.
func (r Role) may(need Role) bool {
	return slices.Contains(ranks, r) && slices.Index(ranks, r) >= slices.Index(ranks, need)
}

// boardVerbs are the writing verbs of the local API that a member's phone has.
var boardVerbs = []string{"/v1/requests", "/v1/offers", "/v1/items/", "/v1/checkins", "/v1/visits", "/v1/thanks", "/v1/events/", "/v1/notices/", "/v1/proposals/", "/v1/photos"}

// mayAPI reports whether a phone may use a verb of the local API. The backup,
// with its keys, never leaves over the network.
func (r Role) mayAPI(method, path string) bool {
	if strings.HasPrefix(path, "/v1/backup") {
		return false
	}
	reads := method == "GET" && path != "/v1/carry" && !strings.HasPrefix(path, "/v1/carry/")
	return r == owner || r == member && (reads || slices.ContainsFunc(boardVerbs, func(p string) bool { return strings.HasPrefix(path, p) }))
}

// Phone is a browser that was let in.
type Phone struct {
	ID    string    `json:"id"`
	Hash  string    `json:"hash"` // SHA-256 of its cookie's value, in hexadecimal
	Name  string    `json:"name,omitempty"`
	Role  Role      `json:"role"`
	Since time.Time `json:"since"`
	Seen  time.Time `json:"seen"` // to the day
}

// phones are those let in, kept in a file that only the node reads.
type phones struct {
	mu   sync.Mutex
	path string
	now  func() time.Time
	kept phoneFile
}

type phoneFile struct {
	Cookie string  `json:"cookie"` // its name: several nodes of one machine share a host
	Phones []Phone `json:"phones"`
}

const (
	phonesName = "phones.json"
	maxPhones  = 64
	tokenSize  = 32 // bytes
)

func openPhones(dir string, now func() time.Time) (*phones, error) {
	p := &phones{path: filepath.Join(dir, phonesName), now: now}
	text, err := os.ReadFile(p.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("web: phones: %w", err)
	default:
		if json.Unmarshal(text, &p.kept) != nil {
			p.kept = phoneFile{} // half a file: they are let in anew, by the code
		}
	}
	p.kept.Cookie = cmp.Or(p.kept.Cookie, "gotong-"+randomHex(4))
	return p, nil
}

// randomHex returns n random bytes in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// add lets a phone in and returns the value of its cookie.
func (p *phones) add(name string, role Role) (secret string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	secret = randomHex(tokenSize)
	day := p.now().UTC().Truncate(24 * time.Hour)
	p.kept.Phones = append(p.kept.Phones, Phone{ID: randomHex(4), Hash: hashOf(secret), Name: name, Role: role, Since: p.now().UTC(), Seen: day})
	p.forget()
	return secret, p.save()
}

// forget makes room: the phone that was not seen for longest goes, owners last.
func (p *phones) forget() {
	for len(p.kept.Phones) > maxPhones {
		oldest := slices.MinFunc(p.kept.Phones, func(a, b Phone) int {
			return cmp.Or(slices.Index(ranks, a.Role)/3-slices.Index(ranks, b.Role)/3, a.Seen.Compare(b.Seen), a.Since.Compare(b.Since))
		})
		p.kept.Phones = slices.DeleteFunc(p.kept.Phones, func(q Phone) bool { return q.ID == oldest.ID })
	}
}

// of returns the phone that has this cookie.
func (p *phones) of(secret string) (Phone, bool) {
	if len(secret) != 2*tokenSize {
		return Phone{}, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	hash := []byte(hashOf(secret))
	for i := range p.kept.Phones {
		if subtle.ConstantTimeCompare(hash, []byte(p.kept.Phones[i].Hash)) == 1 {
			p.seen(&p.kept.Phones[i])
			return p.kept.Phones[i], true
		}
	}
	return Phone{}, false
}

// seen notes the day, which costs the card one write a day at most.
func (p *phones) seen(q *Phone) {
	day := p.now().UTC().Truncate(24 * time.Hour)
	if !q.Seen.Equal(day) {
		q.Seen = day
		_ = p.save() // tomorrow notes it again
	}
}

// remove puts a phone out; the last owner stays.
func (p *phones) remove(id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(p.kept.Phones), func(q Phone) bool { return q.ID == id })
	if !slices.ContainsFunc(left, func(q Phone) bool { return q.Role == owner }) {
		return errLastOwner
	}
	p.kept.Phones = left
	return p.save()
}

func (p *phones) all() []Phone {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.kept.Phones)
}

// save writes the file whole and puts it in place.
func (p *phones) save() error {
	text, err := json.MarshalIndent(p.kept, "", "\t")
	if err != nil {
		return fmt.Errorf("web: phones: %w", err)
	}
	part := p.path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("web: phones: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("web: phones: %w", err)
	}
	return os.Rename(part, p.path)
}
