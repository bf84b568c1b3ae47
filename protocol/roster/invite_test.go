package roster

import (
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gotong/protocol"
)

func anyInvite(t *rapid.T) Invite {
	return Invite{
		Neighbourhood: protocol.NeighbourhoodID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "neighbourhood")),
		Seed:          [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "seed")),
	}
}

func TestAnInvitationReadsBackHoweverItIsTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := anyInvite(t)
		typed := strings.ToLower(i.Text())
		typed = strings.NewReplacer("-", rapid.SampledFrom([]string{"", " ", "-", " – "}).Draw(t, "separator"),
			"1", rapid.SampledFrom([]string{"1", "l", "I"}).Draw(t, "one"),
			"0", rapid.SampledFrom([]string{"0", "o", "O"}).Draw(t, "zero")).Replace(typed)
		if got, err := ParseInvite(" " + typed + "\n"); err != nil || got != i {
			t.Fatalf("%q: %v", typed, err)
		}
	})
}

func TestAWrongCharacterOrASwapShowsItsGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(anyInvite(t).Text())
		group := rapid.IntRange(1, groupsFor(inviteSize)).Draw(t, "group")
		at := len(invitePrefix) + 1 + (group-1)*(groupData+2) + rapid.IntRange(0, groupData).Draw(t, "at")
		if rapid.Bool().Draw(t, "swap") {
			at -= bool2int((at-len(invitePrefix)-1)%(groupData+2) == groupData)
			if text[at] == text[at+1] {
				return
			}
			text[at], text[at+1] = text[at+1], text[at]
		} else {
			wrong := alphabet[rapid.IntRange(0, 31).Draw(t, "wrong")]
			if text[at] == wrong {
				return
			}
			text[at] = wrong
		}
		var in ErrInviteGroup
		if _, err := ParseInvite(string(text)); !errors.As(err, &in) || in.Group != group {
			t.Fatalf("group %d of %s: %v", group, text, err)
		}
	})
}

func bool2int(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestGroupsInTheWrongOrderShow(t *testing.T) {
	groups := strings.Split(Invite{Seed: [16]byte{7, 7, 7}}.Text(), "-")
	groups[3], groups[4] = groups[4], groups[3]
	var in ErrInviteGroup
	if _, err := ParseInvite(strings.Join(groups, "-")); !errors.As(err, &in) || in.Group != 3 {
		t.Errorf("groups 3 and 4 swapped: %v", err)
	}
}

func TestAnInvitationThatIsNoneSaysWhy(t *testing.T) {
	text := Invite{}.Text()
	for _, c := range []struct {
		text string
		want error
	}{
		{"", ErrInviteKind},
		{"hello neighbours", ErrInviteKind},
		{"GTG2" + text[4:], ErrInviteKind},
		{text[:len(text)-1], ErrInviteShort},
		{"GTG1", ErrInviteShort},
		{text + "0", ErrInviteLong},
		{text + text, ErrInviteLong},
		{strings.Replace(text, "0", "é", 1), ErrInviteGroup{1}},
		{strings.Replace(text, "0", "U", 1), ErrInviteGroup{1}},
	} {
		if _, err := ParseInvite(c.text); err != c.want {
			t.Errorf("%q: %v, want %v", c.text, err, c.want)
		}
	}
}

// A printed invitation must stay readable for ever, and its keys the same.
func TestAPrintedInvitationKeepsItsTextAndKeys(t *testing.T) {
	i := Invite{Neighbourhood: protocol.NeighbourhoodID([]byte("neighbourhood 16")), Seed: [16]byte([]byte("sixteen b. seed!"))}
	const text = "GTG1-DSJPP-JSV8T-C9QQ1-AWK8Q-DXQPF-881H6-6SSPM-JY3M1-CNJP9-W832F-5RG75-6SB53-CGGG6"
	if got := i.Text(); got != text {
		t.Errorf("text %s", got)
	}
	if got := hexOf(i.Key()); got != "879f5e58ff3fc53a3b4d762ae2f4c977e7c4acff2028509535ad2dd96c17d59c" {
		t.Errorf("sign key %s", got)
	}
	if got := hexOf([32]byte(i.SealKey().PublicKey().Bytes())); got != "4427c90fc28427289439cbdf8d58d252409bd7c230b9ec3dc86ad223284f7632" {
		t.Errorf("seal key %s", got)
	}
}

// 100,000 invitations mistyped in one to six ways. Those that the checks let
// pass (one in 32 per group that was hit) still lead nowhere: their key is in
// nobody's grant.
func TestMistypedInvitationsAdmitNobody(t *testing.T) {
	v := newVillage(t, "Sari")
	genuine := Invite{Neighbourhood: v.n, Seed: [16]byte{1, 2, 3}}
	key := genuine.Key()
	v.says("Sari", &Grant{Invite: key[:], Role: RoleMember, Uses: 5})
	r := v.judge()
	random := rand.New(rand.NewPCG(1, 1))
	passed := 0
	for range 100_000 {
		typed := mistype(random, []byte(genuine.Text()))
		got, err := ParseInvite(typed)
		if err != nil || got == genuine {
			continue
		}
		passed++
		if got.Neighbourhood == v.n && len(r.Invitations(got.Key())) > 0 {
			t.Fatalf("%s admits", typed)
		}
		admitsNobody(t, v, got)
	}
	t.Logf("%d of 100,000 pass the checks, none the chain", passed)
	if passed > 3_000 {
		t.Errorf("the checks let %d of 100,000 pass", passed)
	}
}

// admitsNobody joins by an invitation that was misread.
func admitsNobody(t *testing.T, v *village, i Invite) {
	t.Helper()
	household := keyOf("Budi")
	join, err := Sign(i.Neighbourhood, i.SignKey(), 0, &Join{Household: household[:]})
	if err != nil {
		t.Fatal(err)
	}
	if op, err := Open(v.n, join.Raw()); err == nil && Judge(v.n, append(v.ops, op)).households[house("Budi")] != nil {
		t.Fatal("somebody came in by a mistyped invitation")
	}
}

func mistype(random *rand.Rand, text []byte) string {
	for range 1 + random.IntN(6) {
		i := len(invitePrefix) + random.IntN(len(text)-len(invitePrefix))
		switch random.IntN(4) {
		case 0:
			text[i] = alphabet[random.IntN(32)]
		case 1:
			j := max(i-1, len(invitePrefix))
			text[i], text[j] = text[j], text[i]
		case 2:
			text = append(text[:i], text[i+1:]...)
		case 3:
			text = append(text[:i], append([]byte{alphabet[random.IntN(32)]}, text[i:]...)...)
		}
	}
	return string(text)
}

func FuzzParseInvite(f *testing.F) {
	f.Add(Invite{}.Text())
	f.Add("GTG1-7K3Q")
	f.Add("gtg1 îlo")
	f.Fuzz(func(t *testing.T, text string) {
		i, err := ParseInvite(text)
		if err != nil {
			return
		}
		again, err := ParseInvite(i.Text())
		if err != nil || again != i {
			t.Fatalf("%q reads as %v, which reads as %v: %v", text, i, again, err)
		}
	})
}

func hexOf(key [32]byte) string { return hex.EncodeToString(key[:]) }
