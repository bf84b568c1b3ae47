package interop

import (
	"slices"
	"testing"

	"gotong/node"
	"gotong/protocol"
)

// seen is what greet.mjs prints.
type seen struct {
	Agent    string
	Exchange bool
	Heard    []string // kinds of the frames that the Gotong node answered with
	Digest   string   // of the roster, from its HELLO
	Genesis  bool     // its proof begins with the genesis of the neighbourhood
	Device   bool     // and shows the device whose key the connection has
}

func TestAProgramWrittenFromTheSpecificationsIsGreeted(t *testing.T) {
	js := install(t)
	gotong := start(t)
	id, err := gotong.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	invite, err := gotong.Invite(t.Context(), id, 2) // used up it is closed, and the roster another one
	if err != nil {
		t.Fatal(err)
	}
	h, _ := gotong.Neighbourhood(id)

	stranger := js.greet(t, gotong, foreign(), "Pak Budi")
	if want := []string{"UNKNOWN"}; !slices.Equal(stranger.Heard, want) {
		t.Errorf("with an invitation to elsewhere it heard %v, not %v", stranger.Heard, want)
	}
	newcomer := js.greet(t, gotong, invite, "Pak Budi")
	if want := []string{"PROVE", "HELLO", "PROOF"}; !slices.Equal(newcomer.Heard, want) {
		t.Errorf("with an invitation it heard %v, not %v", newcomer.Heard, want)
	}
	checkSeen(t, h, gotong.Identity().DeviceID(), newcomer)
	member := js.greet(t, gotong, invite, "Pak Budi")
	if want := []string{"HELLO", "PROOF"}; !slices.Equal(member.Heard, want) {
		t.Errorf("as a member it heard %v, not %v", member.Heard, want)
	}
	checkSeen(t, h, gotong.Identity().DeviceID(), member)
	second := js.greet(t, gotong, invite, "Bu Ani")
	if want := []string{"PROVE", "HELLO", "PROOF"}; !slices.Equal(second.Heard, want) {
		t.Errorf("as the second by an invitation for two it heard %v, not %v", second.Heard, want)
	}
	third := js.greet(t, gotong, invite, "Pak Joko")
	if want := []string{"PROVE", "REFUSED"}; !slices.Equal(third.Heard, want) {
		t.Errorf("with a used invitation it heard %v, not %v", third.Heard, want)
	}
}

// checkSeen compares what was seen with what the node itself knows.
func checkSeen(t *testing.T, h *node.Neighbourhood, listener protocol.DeviceID, s seen) {
	t.Helper()
	if s.Agent != "gotong/"+node.Version || !s.Exchange {
		t.Errorf("identify says %q, exchange offered: %v", s.Agent, s.Exchange)
	}
	if want := digest(h, listener, deviceNamed("Pak Budi")); s.Digest != want {
		t.Errorf("HELLO says the roster is %s, it is %s", s.Digest, want)
	}
	if !s.Genesis || !s.Device {
		t.Errorf("the proof shows the genesis: %v, the device: %v", s.Genesis, s.Device)
	}
}
