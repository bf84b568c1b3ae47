package sneakernet

import (
	"errors"
	"fmt"
	"io"

	"gotong/protocol/bundle"
)

// Sent is what an export brought onto a stick.
type Sent struct {
	New   int   // items that were nowhere on the stick
	Items int   // items in the bundles written
	Bytes int64 // of these bundles
}

// Export writes a bundle for each section of source, which holds all that the
// node at place has, under the stick's salt. On the stick goes its news: what
// some other place there is not known to have and no other bundle carries. The
// roster goes whole each time, so that a bundle can be taken in by itself; with
// all so do the cells, for a neighbour who comes new. A bundle that cannot be
// written leaves the one that was there: ErrFull for lack of room.
func (s *Stick) Export(at Place, source io.Reader, all bool) (Sent, error) {
	in, err := bundle.NewReader(source)
	if err != nil {
		return Sent{}, fmt.Errorf("sneakernet: export: %w", err)
	}
	if in.Salt() != s.salt {
		return Sent{}, errors.New("sneakernet: export: under another salt")
	}
	var sent Sent
	var out *outgoing
	for {
		tag, raw, err := in.Next()
		if out != nil && (err != nil && errors.Is(err, io.EOF) || err == nil && tag != out.tag) {
			if err := out.end(&sent); err != nil {
				return sent, err
			}
			out = nil
		}
		switch {
		case errors.Is(err, io.EOF):
			return sent, nil
		case err != nil:
			return sent, errors.Join(fmt.Errorf("sneakernet: export: %w", err), out.abandon())
		}
		if out == nil {
			if out, err = s.begin(tag, at, all); err != nil {
				return sent, err
			}
		}
		if err := out.add(raw); err != nil {
			return sent, full(errors.Join(err, out.abandon()))
		}
	}
}

// outgoing is the bundle of one neighbourhood while it is written.
type outgoing struct {
	stick *Stick
	tag   bundle.Tag
	name  string
	file  *draft
	out   *bundle.Writer

	known  traces  // what every other place has
	mine   traces  // what this place's bundle held before
	others traces  // what other bundles hold
	all    bool    // whether to write it nevertheless
	have   []trace // what this place has
	fresh  int
	items  int
}

func (s *Stick) begin(t bundle.Tag, at Place, all bool) (*outgoing, error) {
	o := &outgoing{stick: s, tag: t, name: s.place(t, at), all: all}
	var err error
	if o.known, err = s.everywhere(t, o.name); err != nil {
		return nil, err
	}
	if o.mine, o.others, err = s.carried(t, o.name); err != nil {
		return nil, err
	}
	if o.file, err = s.draft(o.name + bundleEnd); err != nil {
		return nil, err
	}
	o.out = bundle.NewWriter(o.file, s.salt)
	return o, o.out.Section(t)
}

// add writes an item if it is news.
func (o *outgoing) add(raw []byte) error {
	t := o.stick.trace(raw)
	o.have = append(o.have, t)
	if !o.all && !isOperation(raw) && (o.known.has(t) || o.others.has(t)) {
		return nil
	}
	if !o.mine.has(t) && !o.others.has(t) && !o.known.has(t) {
		o.fresh++
	}
	o.items++
	return o.out.Item(raw)
}

// isOperation tells roster operations from cells by their first byte.
func isOperation(raw []byte) bool { return raw[0] >= 0x80 }

// end puts the bundle in its place, and after it what this place has.
func (o *outgoing) end(sent *Sent) error {
	if err := o.out.Close(); err != nil {
		return full(errors.Join(err, o.abandon()))
	}
	if err := o.file.publish(); err != nil {
		return err
	}
	sent.New += o.fresh
	sent.Items += o.items
	if info, err := o.stick.root.Lstat(o.name + bundleEnd); err == nil {
		sent.Bytes += info.Size()
	}
	return o.stick.writeList(o.name+listEnd, o.have)
}

func (o *outgoing) abandon() error {
	if o == nil {
		return nil
	}
	return o.file.discard()
}
