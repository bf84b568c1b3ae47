package api

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// The schemas of flags.
const (
	SchemaFlagged = "gotong.flagged/1"
	SchemaFlags   = "gotong.flags/1"
)

// Flagging tells the stewards that a record harms. What and why only they
// read; that the household flagged something is not hidden.
type Flagging struct {
	Target
	Reason string `json:"reason"` // a code of record.FlagReason
	Note   string `json:"note,omitempty"`
}

// Flagged answers Flag.
type Flagged struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Record        Candidate     `json:"record"`
	Readers       int           `json:"readers"` // devices of stewards
}

// FlagList answers Flags: the records most flagged first.
type FlagList struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Records       []FlaggedItem `json:"records"`
	Unread        int           `json:"unread,omitempty"` // flags that were not sealed to this device
}

// FlaggedItem is a record with what neighbours say of it.
type FlaggedItem struct {
	Candidate
	Flags []Flag `json:"flags"`
}

// Flag is one household's.
type Flag struct {
	By     Household `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	Note   string    `json:"note,omitempty"`
}

// Flag tells the stewards that a record harms.
func (d Desk) Flag(ctx context.Context, in Flagging) (Flagged, error) {
	reason, ok := record.FlagReasonOf(in.Reason)
	if !ok {
		return Flagged{}, &record.Invalid{Field: "reason", Why: "unknown"}
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return Flagged{}, err
	}
	doc := Flagged{Schema: SchemaFlagged, Neighbourhood: s.document()}
	content := &record.FlagContent{Reason: reason, Note: strings.TrimSpace(in.Note)}
	err = d.look(ctx, s, func(v sight) error {
		r, err := v.find(in.ID, moderable...)
		if err != nil {
			return err
		}
		if r.Owner == s.me {
			return ErrYours
		}
		doc.Record, content.Target = v.candidate(r), record.BirthOf(r.Birth)
		return nil
	})
	if err != nil {
		return Flagged{}, err
	}
	flag, err := d.Backend.SealFlag(s.id, content)
	if err != nil {
		return Flagged{}, err
	}
	doc.Readers = len(flag.Sealed)
	_, err = d.Backend.Write(ctx, s.id, flag, nil)
	return doc, err
}

// Flags lists what neighbours flagged in the last thirty days; stewards only.
func (d Desk) Flags(ctx context.Context, p Place) (FlagList, error) {
	s, err := d.stewarding(ctx, p.In)
	if err != nil {
		return FlagList{}, err
	}
	doc := FlagList{Schema: SchemaFlags, Neighbourhood: s.document(), Records: []FlaggedItem{}}
	told, unread, err := d.told(ctx, s)
	if err != nil {
		return FlagList{}, err
	}
	doc.Unread = unread
	err = d.look(ctx, s, func(v sight) error {
		at := make(map[protocol.RecordID]int)
		for _, f := range told {
			birth, _ := f.Target.Place()
			id := birth.Record()
			if _, listed := at[id]; !listed {
				at[id] = len(doc.Records)
				doc.Records = append(doc.Records, FlaggedItem{Candidate: v.flagged(id)})
			}
			item := &doc.Records[at[id]]
			item.Flags = append(item.Flags, v.flag(f.Record, f.FlagContent))
		}
		return nil
	})
	slices.SortStableFunc(doc.Records, func(a, b FlaggedItem) int { return len(b.Flags) - len(a.Flags) })
	return doc, err
}

// openedFlag is a flag with what it says.
type openedFlag struct {
	*board.Record
	*record.FlagContent
}

// told opens the flags of the last thirty days, and counts those that were not
// sealed to this device.
func (d Desk) told(ctx context.Context, s site) (opened []openedFlag, unread int, err error) {
	var flags []*board.Record
	err = d.look(ctx, s, func(v sight) error {
		flags = slices.DeleteFunc(v.All(record.Kind_KIND_FLAG), func(r *board.Record) bool { return v.Over(r.ID) })
		return nil
	})
	for _, r := range flags {
		if c, ok := d.Backend.OpenFlag(s.id, r.Owner, r.Content.(*record.Flag)); ok {
			opened = append(opened, openedFlag{r, c})
		} else {
			unread++
		}
	}
	return opened, unread, err
}

// flagged is the record that a flag is about, also where it is gone.
func (s sight) flagged(id protocol.RecordID) Candidate {
	if r, ok := s.Record(id); ok {
		return s.candidate(r)
	}
	return Candidate{ID: id.String(), Short: id.String()[:shortest]}
}

func (s sight) flag(r *board.Record, c *record.FlagContent) Flag {
	return Flag{s.household(r.Owner), at(r.Created()), c.Reason.Code(), c.Note}
}

// Flag tells the stewards that a record harms.
func (c *Client) Flag(ctx context.Context, f Flagging) (Flagged, error) {
	return call[Flagged](ctx, c, "POST", within("/records", f.Target, "/flags"), f)
}

// Flags lists what neighbours flagged.
func (c *Client) Flags(ctx context.Context, p Place) (FlagList, error) {
	return call[FlagList](ctx, c, "GET", "/flags?"+url.Values{"in": {p.In}}.Encode(), nil)
}
