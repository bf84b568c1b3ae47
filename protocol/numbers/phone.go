package numbers

import "strings"

// The lengths of telephone numbers, in digits.
const (
	minLocal, maxLocal       = 7, 15  // in the area or the country one is in
	minMobile, maxMobile     = 10, 13 // 08...
	minLandline, maxLandline = 9, 11  // 0 and the area code
	minAbroad, maxAbroad     = 8, 15  // behind "+" (ITU-T E.164)
)

// phone reports whether the groups are a telephone number by their digits alone.
func (c chain) phone() bool {
	d := c.digits()
	return c.mobile(d) || c.landline(d) || c.indonesia(d) || c.dialled(d) || c.bare(d)
}

// mobile is an Indonesian mobile number: 08 and an operator.
func (c chain) mobile(d string) bool {
	return len(d) >= minMobile && len(d) <= maxMobile && operator(strings.TrimPrefix(d, "0")) && d[0] == '0'
}

// operator reports whether digits without the leading 0 are a mobile operator's.
func operator(d string) bool {
	return len(d) > 1 && d[0] == '8' && strings.IndexByte("1235789", d[1]) >= 0
}

// landline is an Indonesian area code, which no mobile operator has, with a
// number of that area.
func (c chain) landline(d string) bool {
	return len(d) >= minLandline && len(d) <= maxLandline && d[0] == '0' && strings.IndexByte("2345679", d[1]) >= 0 &&
		(len(c) == 1 || len(c[0].digits) >= 3 || len(c[0].digits) == 1)
}

// indonesia is 62 without its "+": then only a mobile number is one for sure.
func (c chain) indonesia(d string) bool {
	rest, ok := strings.CutPrefix(d, "62")
	rest = strings.TrimPrefix(rest, "0") // "62 (0) 812": the 0 is not dialled
	return ok && operator(rest) && len(rest)+1 >= minMobile && len(rest)+1 <= maxMobile
}

// dialled is an international number behind the 00 that one dials.
func (c chain) dialled(d string) bool {
	rest, ok := strings.CutPrefix(d, "00")
	return ok && len(rest) > 0 && rest[0] != '0' && len(rest) >= minAbroad+1 && len(rest) <= maxAbroad
}

// bare is a mobile number without its leading 0, or a North American number,
// in the groups in which such are written: 812-3456-7890, (305) 555-1234.
func (c chain) bare(d string) bool {
	if len(c) != 3 || len(c[0].digits) != 3 || strings.Contains(c[1].before, ".") != strings.Contains(c[2].before, ".") {
		return false
	}
	second, third := len(c[1].digits), len(c[2].digits)
	if operator(d) && second == 4 && third >= 3 && third <= 4 {
		return true
	}
	return second == 3 && third == 4 && d[0] >= '2' && d[3] >= '2' && (strings.ContainsAny(c[1].before, "-)") || strings.Contains(c[2].before, "-"))
}

// abroad is a number behind a "+".
func (c chain) abroad() bool {
	d := c.digits()
	return d[0] != '0' && len(d) >= minAbroad && len(d) <= maxAbroad
}

// local is any row of digits of the right length; somebody has to have said
// that it is a telephone number.
func (c chain) local() bool {
	d := c.digits()
	return len(d) >= minLocal && len(d) <= maxLocal
}

// thousands reports whether the groups are one number with its thousands
// parted: 150.000, 62.811.000.000.
func (c chain) thousands() bool {
	if len(c) < 2 || len(c[0].digits) > 3 || c[0].digits[0] == '0' {
		return false
	}
	for _, g := range c[1:] {
		if len(g.digits) != 3 || g.before != "." {
			return false
		}
	}
	return true
}

// decimal reports whether the groups begin with a fraction: 0.8123456789, or
// degrees of a coordinate, as in 106.8456123.
func (c chain) decimal() bool {
	if len(c) < 2 || c[1].before != "." || len(c[1].digits) < 2 {
		return false
	}
	whole, part := c[0].digits, c[1].digits
	return whole == "0" || len(whole) <= 3 && whole <= "180" && whole[0] != '0' && len(part) >= 4 && len(part) <= 9 && len(c) == 2 && !c[1].spelled
}
