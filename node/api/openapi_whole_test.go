package api

import (
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// TestEveryRouteIsInTheContract: what is served is described, and what is
// described is served.
func TestEveryRouteIsInTheContract(t *testing.T) {
	doc := must[*openapi3.T](t)(openapi3.NewLoader().LoadFromData(contract))
	var said []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			said = append(said, method+" /v1"+path)
		}
	}
	slices.Sort(said)
	served := routesIn(t, "routes.go")
	for _, route := range served {
		if !slices.Contains(said, route) {
			t.Errorf("%s is served and not described", route)
		}
	}
	for _, route := range said {
		if !slices.Contains(served, route) {
			t.Errorf("%s is described and not served", route)
		}
	}
}

// reader holds what one household is answered against the contract.
type reader struct {
	*testing.T
	http.Handler
	contract routers.Router
}

// well asks for what must succeed, and returns the answer.
func (r reader) well(method, path, body string) map[string]any {
	r.Helper()
	doc := ask(r.T, r.Handler, r.contract, method, path, body)
	if doc["code"] != nil && doc["status"] != nil {
		r.Errorf("%s %s fails: %v", method, path, doc)
	}
	return doc
}

// looks reads pages that must be there.
func (r reader) looks(paths ...string) {
	r.Helper()
	for _, path := range paths {
		r.well("GET", path, "")
	}
}

// readers returns a street and what its first two households are answered.
func readers(t *testing.T) (s *street, sari, budi reader) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	a, b := Handler(desks[0], slog.New(slog.DiscardHandler)), Handler(desks[1], slog.New(slog.DiscardHandler))
	c := contracted(t, a)
	return s, reader{t, a, c}, reader{t, b, c}
}

func id(doc map[string]any, within ...string) string {
	for _, name := range within {
		doc, _ = doc[name].(map[string]any)
	}
	text, _ := doc["id"].(string)
	return text
}

func TestWhatIsSaidOfARequestIsAsTheContractSays(t *testing.T) {
	_, sari, budi := readers(t)
	at := "/v1/items/" + id(sari.well("POST", "/v1/requests", `{"title":"Air minum galon","lines":[{"category":"water.drinking","quantity":4}]}`))
	other := id(sari.well("POST", "/v1/requests", `{"title":"Air bersih"}`))
	sari.well("POST", at+"/edit", `{"title":"Air minum","urgency":"high"}`)
	sari.well("POST", at+"/still", `{}`)
	sari.well("POST", at+"/triage", `{"urgency":"high"}`)
	sari.well("POST", at+"/links", `{"to":"`+other+`","relation":"duplicate-of"}`)
	pledge := "/v1/items/" + id(budi.well("POST", at+"/pledges", `{"quantity":4}`))
	sari.well("POST", at+"/acceptances", `{"pledge":"`+pledge[len("/v1/items/"):]+`"}`)
	budi.well("POST", pledge+"/progress", `{"state":"on-the-way"}`)
	budi.well("POST", pledge+"/still", `{}`)
	sari.well("POST", "/v1/records/"+other+"/moderation", `{"action":"warn","reason":"dobel"}`)
	sari.looks(at, "/v1/moderation", "/v1/flags", "/v1/totals", "/v1/search?text=air", "/v1/leaving", "/v1/organisations")
	sari.well("POST", "/v1/household", `{"people":4}`)
	sari.well("POST", "/v1/organisations", `{"name":"Posko RT","services":[{"name":"Dapur umum"}]}`)
	sari.looks("/v1/organisations", "/v1/household")
}

func TestThingsAndWorkAreAsTheContractSays(t *testing.T) {
	_, sari, budi := readers(t)
	pump := "/v1/resources/" + id(sari.well("POST", "/v1/resources", `{"title":"Pompa air","category":"tool.pump"}`), "resource")
	asked := budi.well("POST", pump+"/loans", `{"note":"untuk halaman"}`)["wrote"].(string)
	sari.well("POST", pump+"/lend", `{"loan":"`+asked+`"}`)
	sari.looks(pump, "/v1/resources?all=true")
	sari.well("POST", pump+"/back", `{"loan":"`+asked+`"}`)
	sari.well("POST", pump+"/still", `{}`)
	sari.well("POST", pump+"/end", `{}`)
	rice := "/v1/resources/" + id(sari.well("POST", "/v1/resources", `{"title":"Beras","type":"stock","category":"food.rice","quantity":40}`), "resource")
	sari.well("POST", rice+"/stock", `{"into":10,"reason":"bought"}`)
	sari.well("POST", "/v1/members", `{"name":"Bu Sari","skills":["first-aid"]}`)
	budi.looks(rice, "/v1/members")
	guide := "/v1/guides/" + id(sari.well("POST", "/v1/guides", `{"title":"Air bersih","text":"Rebus dulu.","checklist":["Panci"]}`), "guide")
	sari.well("POST", guide+"/recommendations", `{"note":"benar"}`)
	budi.looks(guide, "/v1/guides?all=true")
	sari.well("POST", guide+"/end", `{}`)
	work := "/v1/projects/" + id(sari.well("POST", "/v1/projects", `{"title":"Jembatan"}`), "project")
	need := id(sari.well("POST", "/v1/requests", `{"title":"Semen"}`))
	sari.well("POST", work+"/parts", `{"part":"`+need+`"}`)
	budi.looks(work, "/v1/projects?all=true")
	sari.well("POST", work+"/end", `{}`)
}

func TestAGatheringIsAsTheContractSays(t *testing.T) {
	s, sari, budi := readers(t)
	at := "/v1/events/" + id(sari.well("POST", "/v1/events", `{"title":"Kerja bakti","start":"2026-11-24T00:00:00Z","end":"2026-11-24T03:00:00Z","shifts":[{"role":"Masak","capacity":2}]}`), "event")
	sari.well("POST", at+"/times", `{"start":"2026-11-24T01:00:00Z","end":"2026-11-24T04:00:00Z"}`)
	coming := budi.well("POST", at+"/answers", `{"shift":1,"people":2}`)["wrote"].(string)
	sari.well("POST", at+"/admissions", `{"answer":"`+coming+`"}`)
	s.pass(18 * time.Hour)
	sari.well("POST", at+"/attendance", `{"answer":"`+coming+`"}`)
	sari.looks(at, "/v1/events?all=true")
	sari.well("POST", at+"/off", `{}`)
}
