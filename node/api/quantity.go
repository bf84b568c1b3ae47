package api

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gotong/protocol/record"
)

// Quantity is an amount in thousandths of its unit, as in the records. In
// documents it is a plain number with up to three decimals; it is never a
// float here.
type Quantity int64

// Whole returns a quantity of n units.
func Whole(n int64) Quantity { return Quantity(n * 1000) }

// ErrQuantity: not a number, below zero, beyond record.MaxQuantity or with
// more than three decimals.
var ErrQuantity = errors.New("api: not a quantity")

// String returns the number with a point, as in "2.5".
func (q Quantity) String() string {
	text := fmt.Sprintf("%d.%03d", q/1000, q%1000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// ParseQuantity reads a number written with a point, as in "2.5".
func ParseQuantity(text string) (Quantity, error) {
	whole, part, _ := strings.Cut(text, ".")
	if len(part) > 3 || !digits(whole) || (part != "" && !digits(part)) || len(whole) > 12 {
		return 0, fmt.Errorf("%w: %q", ErrQuantity, text)
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", 3-len(part)), 10, 64)
	if err != nil || n > record.MaxQuantity {
		return 0, fmt.Errorf("%w: %q", ErrQuantity, text)
	}
	return Quantity(n), nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// MarshalJSON writes the number.
func (q Quantity) MarshalJSON() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalJSON reads the number; exponents are refused.
func (q *Quantity) UnmarshalJSON(text []byte) error {
	n, err := ParseQuantity(string(text))
	if err != nil {
		return err
	}
	*q = n
	return nil
}
