package export

import "strings"

// place is an area path cut into the levels of HXL: the Kemendagri codes of
// province, city, district and village, and the RW as it is written.
type place struct{ adm1, adm2, adm3, adm4, adm5 string }

// placeOf reads a path as in "31.74.01.1001/RW007". What is no code of the
// ministry's is left out of the code columns.
func placeOf(area string) place {
	var p place
	code, rest, _ := strings.Cut(area, "/")
	if !isCode(code) {
		p.adm5 = area
		return p
	}
	levels := strings.Split(code, ".")
	for i, level := range []*string{&p.adm1, &p.adm2, &p.adm3, &p.adm4} {
		if i < len(levels) {
			*level = strings.Join(levels[:i+1], ".")
		}
	}
	p.adm5 = rest
	return p
}

// isCode reports whether text is a code of the ministry of home affairs:
// PP, PP.KK, PP.KK.CC or PP.KK.CC.DDDD.
func isCode(text string) bool {
	levels := strings.Split(text, ".")
	for i, level := range levels {
		digits := 2
		if i == 3 {
			digits = 4
		}
		if i > 3 || len(level) != digits || strings.Trim(level, "0123456789") != "" {
			return false
		}
	}
	return true
}
