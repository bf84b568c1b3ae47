package main

import (
	"strconv"
	"strings"

	"gotong/node/words"
)

// roomValue is an amount of disk as a person types it: 500MB, 2GB. It is a
// pflag.Value.
type roomValue int64

// units are told apart whatever their case; a bare number is megabytes.
var roomUnits = []struct {
	suffix string
	bytes  float64
}{{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"T", 1e12}, {"G", 1e9}, {"M", 1e6}, {"", 1e6}}

// leastRoom is less than what a carrier is of any use with, in bytes.
const leastRoom = 1e6

func (r *roomValue) String() string { return "" }
func (r *roomValue) Type() string   { return "SIZE" }

func (r *roomValue) Set(text string) error {
	bytes, ok := parseRoom(text)
	if !ok {
		return usage("usage.room", words.Args{"value": text})
	}
	*r = roomValue(bytes)
	return nil
}

func parseRoom(text string) (bytes int64, ok bool) {
	text = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(text), ",", "."))
	for _, u := range roomUnits {
		number, has := strings.CutSuffix(text, u.suffix)
		if !has {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		size := n * u.bytes
		return int64(size), err == nil && size >= leastRoom && size < 1e18
	}
	return 0, false
}
