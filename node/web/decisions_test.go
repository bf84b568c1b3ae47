package web

import (
	"net/http"
	"testing"

	"gotong/node/words"
)

func TestThePagesOfDecisionsSayNoWordThatIsNotInTheCatalogs(t *testing.T) {
	was := tongueOf
	defer func() { tongueOf = was }()
	tongueOf = func(r *http.Request) tongue { return pseudo{words.In("en")} }
	p := settled(t).phone(owner)
	for _, path := range []string{"/decisions", "/decisions/new", "/resources"} {
		for _, bare := range unmarked(t, p.page(path).text) {
			t.Errorf("%s says %q", path, bare)
		}
	}
}
