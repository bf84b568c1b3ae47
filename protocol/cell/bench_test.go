package cell_test

import (
	"testing"

	. "gotong/protocol/cell"
)

// body is about what a request takes: 130 bytes.
var body = make([]byte, 130)

func BenchmarkSeal(b *testing.B) {
	sari := authorOf(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Seal(home, Draft{Slot: 5, Stamp: 7, Class: Normal, Body: body}, sari.PrivateKey, key, Nonce{1}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	sari := authorOf(1)
	raw := sari.seal(b, 7, string(body)).Raw()
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := Open(home, raw, sari.keyOf); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse is Open without the signature: what a start does for each
// stored cell.
func BenchmarkParse(b *testing.B) {
	raw := authorOf(1).seal(b, 7, string(body)).Raw()
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := Parse(home, raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecrypt(b *testing.B) {
	c := authorOf(1).seal(b, 7, string(body))
	b.ReportAllocs()
	b.SetBytes(int64(len(c.Payload())))
	for b.Loop() {
		if _, err := Decrypt(home, c, key); err != nil {
			b.Fatal(err)
		}
	}
}
