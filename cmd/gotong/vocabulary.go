package main

import (
	"strings"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

// kind reads a category: its code, the first part of it ("water"), its label in
// any language, or the beginning of a label ("air").
func kind(text string) (string, error) {
	if c, ok := record.CategoryOf(text); ok {
		return c.Code, nil
	}
	for _, fits := range []func(label, text string) bool{sameLabel, startOfLabel} {
		for _, c := range record.Categories() {
			if anyLabel("category."+c.Code, text, fits) {
				return c.Code, nil
			}
		}
	}
	return "", usage("usage.kind", words.Args{"value": text})
}

// unit reads a unit: its code or its label.
func unit(text string) (string, error) {
	if u, ok := record.UnitOf(text); ok {
		return u.Code(), nil
	}
	for _, u := range record.Units() {
		if anyLabel("unit."+u.Code(), text, sameLabel) {
			return u.Code(), nil
		}
	}
	return "", usage("usage.unit", words.Args{"value": text})
}

// urgency reads an urgency: its code or its label.
func urgency(text string) (string, error) {
	if u, ok := record.UrgencyOf(text); ok {
		return u.Code(), nil
	}
	for _, u := range record.Urgencies() {
		if anyLabel("urgency."+u.Code(), text, sameLabel) {
			return u.Code(), nil
		}
	}
	return "", usage("usage.urgency", words.Args{"value": text})
}

// reason reads a reason for closing: its code or its label.
func reason(text string) (string, error) {
	if r, ok := record.CloseReasonOf(text); ok {
		return r.Code(), nil
	}
	for _, r := range record.CloseReasons() {
		if anyLabel("reason."+r.Code(), text, sameLabel) {
			return r.Code(), nil
		}
	}
	return "", usage("usage.reason", words.Args{"value": text})
}

// anyLabel reports whether text fits a label under key in any language.
func anyLabel(key, text string, fits func(label, text string) bool) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, t := range words.All() {
		for _, label := range t.Forms(key) {
			if text != "" && fits(strings.ToLower(label), text) {
				return true
			}
		}
	}
	return false
}

// sameLabel reports whether text is a label or one of the names in it, as
// "tikar" is in "Alas tidur, tikar, selimut".
func sameLabel(label, text string) bool {
	names := strings.FieldsFunc(label, func(c rune) bool { return strings.ContainsRune(",/&()", c) })
	for _, name := range append(names, label) {
		if strings.TrimSpace(name) == text {
			return true
		}
	}
	return false
}

// startOfLabel reports whether a label begins with text as its first words.
func startOfLabel(label, text string) bool {
	return strings.HasPrefix(label, text+" ")
}

// quantity reads an amount with a point or a comma before its decimals. "1.500"
// is refused: to some it is one and a half, to others fifteen hundred.
func quantity(flag, text string) (api.Quantity, error) {
	plain := strings.Replace(strings.TrimSpace(text), ",", ".", 1)
	whole, part, _ := strings.Cut(plain, ".")
	q, err := api.ParseQuantity(plain)
	if err != nil || q == 0 {
		return 0, usage("usage.quantity", words.Args{"flag": flag, "value": text})
	}
	if len(part) == 3 && whole != "0" {
		return 0, usage("usage.quantity-unclear", words.Args{"value": text, "big": whole + part, "small": words.Thousandths(q)})
	}
	return q, nil
}

// codeWidth is the length of the longest code of a category.
const codeWidth = 15

// vocabulary lists what --kind and --unit understand, for help.
func (a *app) vocabulary() string {
	var b strings.Builder
	b.WriteString(a.say("help.kinds", nil))
	for _, c := range record.Categories() {
		b.WriteString("\n  " + pad(c.Code, codeWidth) + "  " + a.label(c.Code))
	}
	var units []string
	for _, u := range record.Units() {
		units = append(units, u.Code())
	}
	return b.String() + "\n\n" + a.say("help.units", nil) + " " + strings.Join(units, ", ")
}
