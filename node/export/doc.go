// Package export holds the formats in which a neighbourhood and its partners
// exchange what may leave it: alerts in and out as CAP 1.2, needs and
// deliveries as CSV, HXL and GeoJSON, organisations as HSDS 3, gatherings as
// iCalendar, one matched contact as a vCard, and a situation report of one page
// to print.
//
// Writers are pure: they write the plain struct they are given. What may leave
// is decided by whoever fills it (node/api): contacts never do, and counts of
// fewer than three households are left out before they get here.
package export
