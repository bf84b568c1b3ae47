package web

import "sync"

// done remembers forms that were obeyed, so that a double tap, or a form that a
// bad link sends twice, does a thing once and leads to the same page.
type done struct {
	mu    sync.Mutex
	where map[string]*result
	order []string
}

type result struct {
	mu sync.Mutex
	to string
}

const maxDone = 1024

func newDone() *done { return &done{where: make(map[string]*result)} }

// once runs do for the first of several posts of one form; those after it wait
// for it and get its answer. One that failed may be tried again.
func (d *done) once(form string, do func() (to string, err error)) (string, error) {
	r := d.of(form)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.to != "" {
		return r.to, nil
	}
	to, err := do()
	if err == nil {
		r.to = to
	}
	return to, err
}

func (d *done) of(form string) *result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r, ok := d.where[form]; ok {
		return r
	}
	r := &result{}
	d.where[form] = r
	d.order = append(d.order, form)
	if len(d.order) > maxDone {
		delete(d.where, d.order[0])
		d.order = d.order[1:]
	}
	return r
}
