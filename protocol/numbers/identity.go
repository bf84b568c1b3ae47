package numbers

import "strconv"

const identityLength = 16

// identity reports whether the groups are a NIK or a KK: six digits of a place,
// a day (of a woman's birth plus 40), month and year, and four that count. Of
// any other 16 digits somebody has to have said so.
func (c chain) identity(ctx context) bool {
	d := c.digits()
	if len(d) != identityLength || ctx.plus {
		return false
	}
	if ctx.named {
		return true
	}
	day, month := two(d[6:]), two(d[8:])
	return provinces[d[:2]] && calendar(day%40, month) && day <= 71 && d[12:] != "0000"
}

// provinces are the first two digits of places (Kemendagri).
var provinces = words("11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96 97")

// two reads the first two digits.
func two(d string) int {
	n, err := strconv.Atoi(d[:2])
	if err != nil {
		return -1
	}
	return n
}

// calendar reports whether there are such a day and month.
func calendar(day, month int) bool {
	return day >= 1 && day <= 31 && month >= 1 && month <= 12
}

// date reports whether the groups are or begin with a date (21-02-2017,
// 2017-02-21), or with hours and minutes from and to (08.00-12.30).
func (c chain) date() bool {
	if len(c) < 3 || c[1].spelled {
		return false
	}
	a, b, y := c[0].digits, c[1].digits, c[2].digits
	switch {
	case len(a) <= 2 && len(b) <= 2 && len(y) == 4:
		return calendar(atoi(a), atoi(b)) || calendar(atoi(b), atoi(a))
	case len(a) == 4 && len(b) <= 2 && len(y) <= 2:
		return (a[:2] == "19" || a[:2] == "20") && calendar(atoi(y), atoi(b))
	}
	return len(c) >= 4 && clock(a, b) && clock(y, c[3].digits) && c[1].before == "." && c[3].before == "."
}

func clock(hours, minutes string) bool {
	return len(hours) <= 2 && len(minutes) == 2 && atoi(hours) <= 24 && atoi(minutes) < 60
}

func atoi(d string) int {
	n, err := strconv.Atoi(d)
	if err != nil {
		return -1
	}
	return n
}
