package api

import (
	"strconv"
	"strings"

	"gotong/protocol/record"
)

// areasFrom reads areas as CAP 1.2 writes them.
func areasFrom(areas []NoticeArea) ([]*record.AlertArea, error) {
	var all []*record.AlertArea
	for _, a := range areas {
		area := &record.AlertArea{Description: strings.TrimSpace(a.Description)}
		for _, p := range a.Polygons {
			outline, err := outlineOf(p)
			if err != nil {
				return nil, err
			}
			area.Polygons = append(area.Polygons, outline)
		}
		for _, c := range a.Circles {
			circle, err := circleOf(c)
			if err != nil {
				return nil, err
			}
			area.Circles = append(area.Circles, circle)
		}
		for _, g := range a.Geocodes {
			area.Geocodes = append(area.Geocodes, &record.Geocode{Name: strings.TrimSpace(g.Name), Value: strings.TrimSpace(g.Value)})
		}
		all = append(all, area)
	}
	return all, nil
}

func outlineOf(polygon string) (*record.Outline, error) {
	outline := new(record.Outline)
	for _, corner := range strings.Fields(polygon) {
		latitude, longitude, err := pointOf("polygon", corner)
		if err != nil {
			return nil, err
		}
		outline.Corners = append(outline.Corners, latitude, longitude)
	}
	return outline, nil
}

// circleOf reads "lat,lon kilometres".
func circleOf(circle string) (*record.Circle, error) {
	parts := strings.Fields(circle)
	if len(parts) != 2 {
		return nil, &record.Invalid{Field: "circle", Why: "unknown"}
	}
	latitude, longitude, err := pointOf("circle", parts[0])
	if err != nil {
		return nil, err
	}
	metres, ok := decimal(parts[1], 3)
	if !ok || metres < 0 || metres > record.MaxRadius {
		return nil, &record.Invalid{Field: "circle", Why: "out-of-range"}
	}
	return &record.Circle{Latitude: latitude, Longitude: longitude, Radius: uint32(metres)}, nil
}

// pointOf reads "lat,lon" in degrees.
func pointOf(field, text string) (latitude, longitude int32, err error) {
	first, second, _ := strings.Cut(text, ",")
	north, known := decimal(first, 7)
	east, knownToo := decimal(second, 7)
	if !known || !knownToo || max(north, -north) > 90*record.Degree || max(east, -east) > 180*record.Degree {
		return 0, 0, &record.Invalid{Field: field, Why: "out-of-range"}
	}
	return int32(north), int32(east), nil
}

// decimal reads a plain decimal number as a whole number of its places-th
// digits after the point; further digits are cut. What is no such number, as
// "NaN" or "1e400", it refuses.
func decimal(text string, places int) (int64, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, part, _ := strings.Cut(digits, ".")
	if whole == "" || len(whole) > 6 || strings.Trim(whole+part, "0123456789") != "" {
		return 0, false
	}
	part = (part + "0000000")[:places]
	n, err := strconv.ParseInt(whole+part, 10, 64)
	if negative {
		n = -n
	}
	return n, err == nil
}

// areaOf writes an area as CAP 1.2 does.
func areaOf(a *record.AlertArea) NoticeArea {
	doc := NoticeArea{Description: a.Description}
	for _, p := range a.Polygons {
		var corners []string
		for i := 0; i+1 < len(p.Corners); i += 2 {
			corners = append(corners, point(p.Corners[i], p.Corners[i+1]))
		}
		doc.Polygons = append(doc.Polygons, strings.Join(corners, " "))
	}
	for _, c := range a.Circles {
		doc.Circles = append(doc.Circles, point(c.Latitude, c.Longitude)+" "+fraction(int64(c.Radius), 3))
	}
	for _, g := range a.Geocodes {
		doc.Geocodes = append(doc.Geocodes, Geocode{g.Name, g.Value})
	}
	return doc
}

func point(latitude, longitude int32) string {
	return fraction(int64(latitude), 7) + "," + fraction(int64(longitude), 7)
}

// fraction is the inverse of decimal.
func fraction(n int64, places int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	digits := strconv.FormatInt(n, 10)
	if missing := places + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	at := len(digits) - places
	text := strings.TrimRight(digits[:at]+"."+digits[at:], "0")
	return sign + strings.TrimSuffix(text, ".")
}
