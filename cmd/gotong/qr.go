package main

import (
	"fmt"
	"io"
	"strings"

	"rsc.io/qr"
)

// quiet is the light border that a reader needs, in modules.
const quiet = 4

// printQR draws text as a QR code, two modules high per character. Capitals,
// digits and dashes stay in the dense alphanumeric mode. Light is the filled
// block, so that the code reads on a dark terminal; readers take the inverse as
// well.
func printQR(w io.Writer, text string) error {
	code, err := qr.Encode(strings.ToUpper(text), qr.M)
	if err != nil {
		return fmt.Errorf("gotong: qr: %w", err)
	}
	for y := -quiet; y < code.Size+quiet; y += 2 {
		var line strings.Builder
		for x := -quiet; x < code.Size+quiet; x++ {
			line.WriteRune(half(!code.Black(x, y), !code.Black(x, y+1) && y+1 < code.Size+quiet))
		}
		if _, err := fmt.Fprintln(w, line.String()); err != nil {
			return err
		}
	}
	return nil
}

// half returns the character whose upper and lower half are filled so.
func half(upper, lower bool) rune {
	switch {
	case upper && lower:
		return '█'
	case upper:
		return '▀'
	case lower:
		return '▄'
	}
	return ' '
}
