package web

import "sync"

// freshOnes keeps texts that are shown to whoever made them, for as long as the
// node runs and not on the disk: the last few of each phone.
type freshOnes struct {
	mu  sync.Mutex
	all []freshOne
}

type freshOne struct {
	phone, name string
	view        *freshView
}

const maxFresh = 16

// keep returns the name under which a text can be shown.
func (f *freshOnes) keep(phone string, view *freshView) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := randomHex(8)
	f.all = append(f.all, freshOne{phone, name, view})
	if len(f.all) > maxFresh {
		f.all = f.all[1:]
	}
	return name
}

// take returns a text of this phone, nil where there is none of that name.
func (f *freshOnes) take(phone, name string) *freshView {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range f.all {
		if one.phone == phone && one.name == name {
			return one.view
		}
	}
	return nil
}
