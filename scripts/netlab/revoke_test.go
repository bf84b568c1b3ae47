package netlab

import (
	"testing"
	"time"
)

// TestAMemberIsPutOutWhileHalfTheVillageIsCutOff: the east has not heard, goes on
// believing whom the west has put out, and learns of it with the link.
func TestAMemberIsPutOutWhileHalfTheVillageIsCutOff(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, s := range []side{west, west, east, east} {
		l.plug(t, s)
	}
	l.neighbourhood(t)
	founder, outcast := l.households[0], l.households[3]
	members := l.households[:3]
	for _, h := range l.households[1:] {
		founder.gotong(t, "vouch", h.name, "--yes")
	}
	kept := askAll(t, 3, l.households)
	untilEqual(t, 30*time.Second, l.households, kept...)

	l.cutTrunk(t)
	founder.gotong(t, "revoke", outcast.name, "--yes")
	late := askAll(t, 3, []*household{outcast})
	honest := askAll(t, 3, members)
	east := []*household{l.households[2], outcast}
	waitFor(t, 30*time.Second, "the east believes what it has not heard otherwise of", func() bool { return len(east[0].lacks(t, late)) == 0 })

	l.mendTrunk(t)
	took := untilEqual(t, 60*time.Second, members, append(kept, honest...)...)
	figure(t, "trunk mended until no member's board shows what was written too late", took, 5*time.Second)
	for _, h := range members {
		if missing := h.lacks(t, late); len(missing) != len(late) {
			t.Errorf("%s shows %d of %d requests written after the revocation", h.name, len(late)-len(missing), len(late))
		}
	}
	secret := askAll(t, 1, []*household{founder, l.households[1]})
	untilEqual(t, 30*time.Second, members, secret...)
	if missing := outcast.lacks(t, secret); len(missing) != len(secret) {
		t.Errorf("who was put out reads %d of %d requests written afterwards", len(secret)-len(missing), len(secret))
	}
}
