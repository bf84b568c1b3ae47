// Package formats has programs that Gotong did not write read what it writes
// for partners: a CAP library, a GeoJSON checker and a vCard parser from npm, at
// the versions of package-lock.json, and xmllint. It holds only a test, which
// needs node, npm and a way to npm's packages.
//
// There is no HXL validator on npm: the tags and the rules of HXL's default
// schema are held by tests of node/export. iCalendar is read there too, by a
// library of others.
package formats
