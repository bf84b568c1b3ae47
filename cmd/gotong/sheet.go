package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"gotong/node/words"
)

// sheet is a spreadsheet saved as CSV: one header row, then one request or
// offer a row. Commas, semicolons and tabs all serve, as programs write them.
type sheet struct {
	reader  *csv.Reader
	columns map[string]int // our field -> column
	labels  []label        // columns that say something by being ticked
	headers map[string]int // lower-case header -> column
	typed   bool           // the sheet says what each row is
}

// label is a column whose tick means a value: that the row is a request or an
// offer, or that it is about a category.
type label struct {
	column int
	value  string
}

// names are how people head their columns, by our field.
var names = map[string][]string{
	"type":    {"type", "tipe", "permintaan/tawaran"},
	"text":    {"text", "title", "judul", "isi", "kebutuhan", "message", "pesan"},
	"body":    {"body", "details", "keterangan", "catatan", "notes"},
	"kind":    {"kind", "category", "jenis", "kategori"},
	"qty":     {"qty", "quantity", "jumlah", "banyaknya"},
	"unit":    {"unit", "satuan"},
	"urgency": {"urgency", "mendesak", "urgensi", "prioritas"},
	"at":      {"at", "place", "tempat", "lokasi", "patokan"},
	"until":   {"until", "sampai", "batas waktu"},
	"contact": {"contact", "kontak", "telepon", "no telepon", "nomor telepon", "no hp", "nomor hp", "hp", "wa", "no wa", "phone"},

	"place-exact": {"place-exact", "alamat", "alamat lengkap", "address"},
}

// readSheet reads the header row and settles which column is what: as the
// mapping says (FIELD=HEADER), else by the usual names. labels are
// HEADER=VALUE.
func readSheet(r io.Reader, mapping, labels []string) (*sheet, error) {
	s := &sheet{columns: make(map[string]int), headers: make(map[string]int)}
	buffered := bufio.NewReader(r)
	first, err := buffered.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.HasPrefix(first, []byte("\xef\xbb\xbf")) {
		_, _ = buffered.Discard(3) // peeked already, so it is there
		first = first[3:]
	}
	s.reader = csv.NewReader(buffered)
	s.reader.Comma, s.reader.FieldsPerRecord, s.reader.LazyQuotes = separator(first), -1, true
	header, err := s.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, usage("import.empty", nil)
	}
	if err != nil {
		return nil, usage("import.unreadable", words.Args{"why": err.Error()})
	}
	for i, h := range header {
		s.headers[strings.ToLower(strings.TrimSpace(h))] = i
	}
	return s, errors.Join(s.place(mapping), s.label(labels))
}

// separator is whichever of the usual ones the first line has most of.
func separator(start []byte) rune {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	best := ','
	for _, c := range ";\t" {
		if strings.Count(string(line), string(c)) > strings.Count(string(line), string(best)) {
			best = c
		}
	}
	return best
}

// place finds the column of every field.
func (s *sheet) place(mapping []string) error {
	for field, usual := range names {
		for _, name := range usual {
			if at, ok := s.headers[name]; ok {
				s.columns[field] = at
				break
			}
		}
	}
	for _, m := range mapping {
		field, header, _ := strings.Cut(m, "=")
		if _, known := names[field]; !known {
			return usage("import.field", words.Args{"value": field})
		}
		at, ok := s.headers[strings.ToLower(strings.TrimSpace(header))]
		if !ok {
			return usage("import.column", words.Args{"value": header})
		}
		s.columns[field] = at
	}
	if _, ok := s.columns["text"]; !ok {
		return usage("import.no-text", nil)
	}
	_, s.typed = s.columns["type"]
	return nil
}

func (s *sheet) label(labels []string) error {
	for _, l := range labels {
		header, value, _ := strings.Cut(l, "=")
		at, ok := s.headers[strings.ToLower(strings.TrimSpace(header))]
		if !ok {
			return usage("import.column", words.Args{"value": header})
		}
		if what, ok := typeOf(value); ok {
			s.typed, value = true, what
		} else if code, err := kind(value); err == nil {
			value = code
		} else {
			return err
		}
		s.labels = append(s.labels, label{at, value})
	}
	return nil
}

// next returns the next row with the line it begins on; io.EOF at the end.
func (s *sheet) next() (row []string, line int, err error) {
	row, err = s.reader.Read()
	if broken := (*csv.ParseError)(nil); errors.As(err, &broken) {
		return nil, broken.StartLine, err
	}
	if err != nil {
		return nil, 0, err
	}
	line, _ = s.reader.FieldPos(0)
	return row, line, nil
}

// field returns what a row says in one of our fields.
func (s *sheet) field(row []string, name string) string {
	at, ok := s.columns[name]
	if !ok || at >= len(row) {
		return ""
	}
	return strings.TrimSpace(row[at])
}

// ticked returns the values of the labels that a row ticks.
func (s *sheet) ticked(row []string) []string {
	var values []string
	for _, l := range s.labels {
		if l.column < len(row) && ticks(row[l.column]) {
			values = append(values, l.value)
		}
	}
	return values
}

func ticks(cell string) bool {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "1", "x", "v", "✓", "y", "ya", "yes", "true", "benar":
		return true
	}
	return false
}

// The types of rows.
const (
	rowRequest = "request"
	rowOffer   = "offer"
	rowNotice  = "notice"
	rowStock   = "stock"
)

// typeOf reads whether a row asks, offers, tells or is what lies in store.
func typeOf(text string) (string, bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "request", "ask", "need", "permintaan", "minta", "butuh":
		return rowRequest, true
	case "offer", "tawaran", "bantuan", "tawar":
		return rowOffer, true
	case "notice", "report", "pengumuman", "laporan", "kabar":
		return rowNotice, true
	case "stock", "stok", "persediaan":
		return rowStock, true
	}
	return "", false
}
