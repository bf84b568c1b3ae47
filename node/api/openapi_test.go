package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// contracted reads the document that is served.
func contracted(t *testing.T, h http.Handler) routers.Router {
	t.Helper()
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest("GET", "/v1/openapi.yaml", nil))
	doc, err := openapi3.NewLoader().LoadFromData(answer.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// ask sends a request and holds it and its answer against the contract.
func ask(t *testing.T, h http.Handler, contract routers.Router, method, path, body string) map[string]any {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	route, params, err := contract.FindRoute(r)
	if err != nil {
		t.Fatalf("%s %s is not in the contract: %v", method, path, err)
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route}
	if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
		t.Errorf("%s %s %s: the contract refuses the request: %v", method, path, body, err)
	}
	r.Body = io.NopCloser(strings.NewReader(body))
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: answer.Code, Header: answer.Header()}
	out.SetBodyBytes(answer.Body.Bytes())
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		t.Errorf("%s %s: the answer %d is not as the contract says: %v\n%s", method, path, answer.Code, err, answer.Body)
	}
	var doc map[string]any
	if err := json.NewDecoder(bytes.NewReader(answer.Body.Bytes())).Decode(&doc); err != nil {
		t.Errorf("%s %s answers %q", method, path, answer.Body)
	}
	return doc
}

// TestEveryAnswerIsAsTheContractSays goes through the life of a request and
// looks at everything that can be looked at, what fails too.
func TestEveryAnswerIsAsTheContractSays(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	a, b := Handler(sari, slog.New(slog.DiscardHandler)), Handler(budi, slog.New(slog.DiscardHandler))
	c := contracted(t, a)
	item := ask(t, a, c, "POST", "/v1/requests", `{"title":"Air minum galon","urgency":"high","lines":[{"category":"water.drinking","quantity":4}],"contact":"0812","origin":"x"}`)
	at := "/v1/items/" + item["id"].(string)
	pledge := ask(t, b, c, "POST", at+"/pledges", `{"quantity":2.5,"note":"naik motor"}`)
	ask(t, a, c, "POST", at+"/acceptances", `{"pledge":"`+pledge["id"].(string)+`"}`)
	ask(t, b, c, "POST", at+"/comments", `{"text":"Galonnya ada?"}`)
	ask(t, a, c, "POST", at+"/receipts", `{"quantity":1}`)
	ask(t, a, c, "POST", at+"/contact", `{"contact":"0813"}`)
	ask(t, b, c, "POST", at+"/seen", `{}`)
	ask(t, a, c, "POST", "/v1/offers", `{"title":"Beras"}`)
	for _, path := range []string{at, "/v1/items", "/v1/items?show=mine&most=1&skip=0&kind=request&text=air", "/v1/status", "/v1/peers", "/v1/people", "/v1/household", "/v1/devices", "/v1/invites", "/v1/hub", "/v1/suggestions", "/v1/care", "/v1/rollcalls", "/v1/thanks", "/v1/notices", "/v1/events"} {
		if doc := ask(t, a, c, "GET", path, ""); doc["code"] != nil {
			t.Errorf("%s fails: %v", path, doc)
		}
	}
	for path, code := range map[string]string{"/v1/items/0000": "not-found", "/v1/items?show=nonsense": "bad-request", "/v1/items?in=nowhere": "no-neighbourhood", "/v1/items?most=-1": "bad-request"} {
		if doc := ask(t, a, c, "GET", path, ""); doc["code"] != code {
			t.Errorf("%s answers %v", path, doc)
		}
	}
	ask(t, a, c, "POST", at+"/withdraw", `{}`)
	if doc := ask(t, b, c, "POST", at+"/pledges", `{}`); doc["code"] != "ended" {
		t.Errorf("a pledge for what was taken back answers %v", doc)
	}
}

// TestAListThatDidNotChangeIsNotSentAgain: whoever has it is told so, until it
// changes.
func TestAListThatDidNotChangeIsNotSentAgain(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	h := Handler(desks[0], slog.New(slog.DiscardHandler))
	look := func(tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/v1/items", nil)
		r.Header.Set("If-None-Match", tag)
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		return answer
	}
	first := look("")
	tag := first.Header().Get("ETag")
	if again := look(tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("the same list is answered %d with %d bytes", again.Code, again.Body.Len())
	}
	must[Written](t)(desks[0].Ask(t.Context(), Draft{Title: "Air minum"}))
	if changed := look(tag); changed.Code != http.StatusOK || changed.Header().Get("ETag") == tag {
		t.Errorf("a list that changed is answered %d", changed.Code)
	}
}
