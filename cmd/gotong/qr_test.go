package main

import (
	"bytes"
	"strings"
	"testing"

	"rsc.io/qr"
)

// TestTheDrawingIsTheCode reads the half blocks back into modules.
func TestTheDrawingIsTheCode(t *testing.T) {
	const invite = "gtg1-9ephj-kcz4x-8m8vf-a57gm-rd2y7-qkcm3-vaxyw-njczc-zdgy1-z4cm9-rrmz6-smsfw-mjm0k"
	code, err := qr.Encode(strings.ToUpper(invite), qr.M)
	if err != nil {
		t.Fatal(err)
	}
	var drawn bytes.Buffer
	if err := printQR(&drawn, invite); err != nil {
		t.Fatal(err)
	}
	rows := modules(drawn.String())
	if len(rows) < code.Size+2*quiet {
		t.Fatalf("%d rows for a code of %d", len(rows), code.Size)
	}
	for y := -quiet; y < code.Size+quiet; y++ {
		for x := -quiet; x < code.Size+quiet; x++ {
			if rows[y+quiet][x+quiet] != !code.Black(x, y) {
				t.Fatalf("the module at %d, %d is wrong", x, y)
			}
		}
	}
	if code.Size > 37 {
		t.Errorf("the code has %d modules a side: it left the dense mode", code.Size)
	}
}

// modules returns what is light, row by row.
func modules(drawn string) [][]bool {
	var rows [][]bool
	for line := range strings.Lines(drawn) {
		var upper, lower []bool
		for _, c := range strings.TrimSuffix(line, "\n") {
			upper = append(upper, c == '█' || c == '▀')
			lower = append(lower, c == '█' || c == '▄')
		}
		rows = append(rows, upper, lower)
	}
	return rows
}
