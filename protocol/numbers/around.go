package numbers

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// context is what stands before a row of digits and says what they are.
type context struct {
	plus      bool // a "+" that begins a number
	signSize  int  // bytes from it to the digits
	open      bool // an opening bracket
	price     bool
	announced bool // by a word that a telephone number follows
	named     bool // by a word that an identity number follows
}

// announce are words after which a row of digits is a telephone number.
var announce = words("hp wa whatsapp watsap telp telpon telepon tlp tlpn tel telephone phone call hubungi hub kontak contact sms cell cellphone mobile fax faks nelpon telfon")

// names are words after which a row of digits is an identity number.
var names = words("nik ktp kk")

// between are words that can stand between such a word and its digits.
var between = words("no nomor nomer number is at me us saya kami di ke ini adalah on my our")

var currencies = words("rp idr usd us$ $")

func words(list string) map[string]bool {
	all := make(map[string]bool)
	for w := range strings.FieldsSeq(list) {
		all[w] = true
	}
	return all
}

// lookBack is how many bytes before a number are looked at.
const lookBack = 48

// around reads what stands before the digits at a byte of text.
func around(text string, at int) context {
	var ctx context
	before := text[max(0, at-lookBack):at]
	if strings.HasSuffix(before, "(") {
		ctx.open = true
		before = strings.TrimSuffix(before, "(")
	}
	if head := strings.TrimRight(before, " "); strings.HasSuffix(head, "+") && len(before)-len(head) <= 1 {
		head = strings.TrimSuffix(head, "+")
		ctx.signSize = at - (max(0, at-lookBack) + len(head))
		r, _ := utf8.DecodeLastRuneInString(head)
		ctx.plus = head == "" || !unicode.IsDigit(r) && !unicode.IsLetter(r)
		before = head
	}
	ctx.read(lastWords(before))
	return ctx
}

// lastWords returns the words before the digits, the nearest first, up to the
// end of a sentence or of a line.
func lastWords(before string) []string {
	if cut := strings.LastIndexAny(before, "\n;!?"); cut >= 0 {
		before = before[cut+1:]
	}
	all := strings.FieldsFunc(strings.ToLower(before), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '$'
	})
	var nearest []string
	for i := len(all) - 1; i >= 0; i-- {
		nearest = append(nearest, all[i])
	}
	return nearest
}

func (ctx *context) read(nearest []string) {
	ctx.price = len(nearest) > 0 && currencies[nearest[0]]
	for _, w := range nearest {
		ctx.announced = ctx.announced || announce[w]
		ctx.named = ctx.named || names[w]
		if !between[w] {
			return
		}
	}
}
