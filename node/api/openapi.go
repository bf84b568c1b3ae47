package api

import (
	_ "embed"
	"net/http"
)

// contract is the interface as a document, for other programs. It is written by
// hand, and every answer is held against it in the tests.
//
//go:embed openapi.yaml
var contract []byte

func showContract(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	w.Write(contract) // whoever hung up needs no answer
}
