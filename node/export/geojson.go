package export

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// GeoJSON returns needs and alerts as a feature collection (RFC 7946),
// longitude before latitude. Only places that are public already are in it: the
// areas of alerts. A need has no place of its own on the board, so its geometry
// is null, which is legal, and its properties say the area.
func (d Data) GeoJSON() ([]byte, error) {
	all := collection{Type: "FeatureCollection", Features: []feature{}}
	for _, a := range d.Alerts {
		all.Features = append(all.Features, alertFeatures(a)...)
	}
	for _, n := range d.Needs {
		all.Features = append(all.Features, feature{Type: "Feature", ID: n.ID, Properties: map[string]any{
			"kind": "need", "area": n.Area, "category": n.Category, "item": n.Item, "unit": n.Unit, "urgency": n.Urgency, "status": n.State,
			"requested": json.Number(thousandths(n.Requested)), "pledged": json.Number(thousandths(n.Pledged)),
			"delivered": json.Number(thousandths(n.Received)), "households": n.Households, "reported": date(n.Reported),
		}})
	}
	return indented(all)
}

type collection struct {
	Type     string    `json:"type"`
	Features []feature `json:"features"`
}

type feature struct {
	Type       string         `json:"type"`
	ID         string         `json:"id,omitempty"`
	Geometry   *geometry      `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// position is longitude and latitude in degrees, as they were written.
type position [2]json.Number

// alertFeatures returns an alert once for each outline and circle; one without
// any has no geometry.
func alertFeatures(a Alert) []feature {
	var all []feature
	add := func(g *geometry, more map[string]any) {
		properties := map[string]any{"kind": "alert", "sender": a.Sender, "identifier": a.Identifier, "severity": a.Severity,
			"sent": a.Sent.UTC().Format(time.RFC3339), "expires": a.Expires.UTC().Format(time.RFC3339)}
		for _, t := range a.Texts[:min(1, len(a.Texts))] {
			properties["headline"] = t.Headline
		}
		for name, value := range more {
			properties[name] = value
		}
		all = append(all, feature{Type: "Feature", Geometry: g, Properties: properties})
	}
	for _, area := range a.Areas {
		for _, p := range area.Polygons {
			if ring, ok := ringOf(p); ok {
				add(&geometry{"Polygon", [][]position{ring}}, map[string]any{"area": area.Description})
			}
		}
		for _, c := range area.Circles {
			at, radius, _ := strings.Cut(c, " ")
			if center, ok := positionOf(at); ok {
				add(&geometry{"Point", center}, map[string]any{"area": area.Description, "radius_km": radius})
			}
		}
	}
	if all == nil {
		add(nil, nil)
	}
	return all
}

// ringOf reads a polygon of CAP as a closed ring that goes round against the
// clock, as RFC 7946, 3.1.6, wants the outer one.
func ringOf(polygon string) ([]position, bool) {
	var ring []position
	for _, corner := range strings.Fields(polygon) {
		p, ok := positionOf(corner)
		if !ok {
			return nil, false
		}
		ring = append(ring, p)
	}
	if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
		return nil, false
	}
	if clockwise(ring) {
		for i, j := 0, len(ring)-1; i < j; i, j = i+1, j-1 {
			ring[i], ring[j] = ring[j], ring[i]
		}
	}
	return ring, true
}

func clockwise(ring []position) bool {
	area := 0.0
	for i := 1; i < len(ring); i++ {
		x0, y0 := ring[i-1].degrees()
		x1, y1 := ring[i].degrees()
		area += x0*y1 - x1*y0
	}
	return area < 0
}

func (p position) degrees() (longitude, latitude float64) {
	longitude, _ = p[0].Float64() // positionOf read both
	latitude, _ = p[1].Float64()
	return longitude, latitude
}

// positionOf reads "lat,lon".
func positionOf(text string) (position, bool) {
	latitude, longitude, ok := strings.Cut(text, ",")
	north, err := strconv.ParseFloat(latitude, 64)
	east, err2 := strconv.ParseFloat(longitude, 64)
	if !ok || err != nil || err2 != nil || !(north >= -90 && north <= 90 && east >= -180 && east <= 180) {
		return position{}, false
	}
	return position{json.Number(longitude), json.Number(latitude)}, true
}

func indented(doc any) ([]byte, error) {
	text, err := json.MarshalIndent(doc, "", "  ")
	return append(text, '\n'), err
}
