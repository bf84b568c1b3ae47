package netlab

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// realMessages are what people in disasters wrote, with labels. They lie beside
// the repository where there are any, and never enter it.
const realMessages = "../../../shared/data/disaster_messages/messages.csv"

// labels say which columns of the messages mean what.
var labels = []string{
	"request=request", "offer=offer", "water=water.drinking", "food=food.staples", "shelter=shelter.place",
	"clothing=clothes.adult", "medical_help=med.care", "medical_products=med.medicine", "search_and_rescue=rescue.trapped",
	"missing_people=info.missing", "money=money.cash", "transport=move.people", "electricity=power.supply", "tools=tool.general",
}

// TestRealMessagesReachFiveHouseholds imports what people wrote on one of five
// households; all five show the same. Then the street is cut in two, both sides
// write, and it heals.
func TestRealMessagesReachFiveHouseholds(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, s := range []side{west, west, east, east, east} {
		l.plug(t, s)
	}
	l.neighbourhood(t)
	first := l.households[0]
	began := time.Now()
	out := importMessages(t, first, messages(t))
	t.Logf("figure: import on one node: %.2f s: %s", time.Since(began).Seconds(), out)
	t.Logf("figure: from then until all five boards are equal: %.2f s", untilEqual(t, 60*time.Second, l.households).Seconds())
	sameCounts(t, l.households)

	l.cutTrunk(t)
	ids := append(askAll(t, 25, l.households[:2]), askAll(t, 17, l.households[2:])...)
	if equal(t, []*household{first, l.households[4]}) {
		t.Error("the halves show the same although they are cut apart")
	}
	l.mendTrunk(t)
	took := untilEqual(t, 60*time.Second, l.households, ids...)
	figure(t, fmt.Sprintf("cut healed after %d more requests", len(ids)), took, 6*time.Second)
	sameCounts(t, l.households)
}

// importMessages imports a sheet and returns what the program said of it.
func importMessages(t *testing.T, h *household, sheet string) string {
	t.Helper()
	args := []string{"import", sheet, "--column", "text=message", "--json"}
	for _, l := range labels {
		args = append(args, "--label", l)
	}
	cmd := h.command(args...)
	var said strings.Builder
	cmd.Stdout = &said
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 6 { // 6: some rows were bad, and told
		t.Fatalf("import: %v: %s", err, said.String())
	}
	return strings.TrimSpace(said.String())
}

// messages returns the sheet of real messages or, where there is none, one of
// the same shape.
func messages(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(realMessages)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		return path
	}
	t.Log("no real messages beside the repository: made-up ones of the same shape")
	var sheet strings.Builder
	sheet.WriteString("message,request,offer,water,food,shelter,clothing,medical_help,medical_products,search_and_rescue,missing_people,money,transport,electricity,tools\n")
	for i := range 916 {
		ask, offer := 1, 0
		if i%16 == 0 {
			ask, offer = 0, 1
		}
		fmt.Fprintf(&sheet, "\"We are %d people near the bridge, number %d\",%d,%d,%d,%d,0,0,0,0,0,0,0,0,0,0\n", i%9+1, i, ask, offer, i%2, i%3/2)
	}
	made := filepath.Join(t.TempDir(), "messages.csv")
	if err := os.WriteFile(made, []byte(sheet.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return made
}

// sameCounts holds all boards to the same number of records of each kind.
func sameCounts(t *testing.T, households []*household) {
	t.Helper()
	want := households[0].counts(t)
	t.Logf("figure: records on every board: %v", want)
	for _, h := range households[1:] {
		if got := h.counts(t); !maps.Equal(got, want) {
			t.Errorf("%s has %v, %s has %v", h.name, got, households[0].name, want)
		}
	}
}

// counts returns the number of records by kind on h's board.
func (h *household) counts(t *testing.T) map[string]int {
	t.Helper()
	var s struct {
		Neighbourhoods []struct{ Records map[string]int }
	}
	h.read(t, &s, "status")
	if len(s.Neighbourhoods) != 1 {
		t.Fatalf("%s is in %d neighbourhoods", h.name, len(s.Neighbourhoods))
	}
	return s.Neighbourhoods[0].Records
}
