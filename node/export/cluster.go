package export

import "strings"

// The clusters of OCHA, each in one spelling.
const (
	clusterWASH       = "WASH"
	clusterFood       = "Food Security"
	clusterNutrition  = "Nutrition"
	clusterShelter    = "Shelter and Non-Food Items"
	clusterHealth     = "Health"
	clusterLogistics  = "Logistics"
	clusterETC        = "Emergency Telecommunications"
	clusterRecovery   = "Early Recovery"
	clusterProtection = "Protection"
	clusterEducation  = "Education"
	clusterNone       = "" // rescue, cash and the rest are of no cluster
)

// clusters is the cluster of a category or, under the name of a family, of all
// its others.
var clusters = map[string]string{
	"water": clusterWASH, "hygiene": clusterWASH,
	"food": clusterFood, "food.infant": clusterNutrition,
	"shelter": clusterShelter, "clothes": clusterShelter, "tool": clusterShelter,
	"med": clusterHealth, "move": clusterLogistics, "power": clusterLogistics, "comms": clusterETC,
	"labour.clean": clusterRecovery, "labour.repair": clusterShelter, "labour.guard": clusterProtection,
	"care": clusterProtection, "care.pet": clusterNone, "edu": clusterEducation,
	"info": clusterNone, "info.missing": clusterProtection, "admin": clusterNone, "rescue": clusterNone,
	"money": clusterNone, "funeral": clusterNone, "other": clusterNone,
}

// cluster returns the cluster of a category; none for one of a newer version.
func cluster(category string) string {
	if c, ok := clusters[category]; ok {
		return c
	}
	family, _, _ := strings.Cut(category, ".")
	return clusters[family]
}
