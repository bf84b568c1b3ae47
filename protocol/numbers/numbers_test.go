package numbers

import (
	"testing"
)

// what the numbers of a text are, as kind and digits: "p081234567890".
func seen(text string) []string {
	var all []string
	for _, n := range Find(text) {
		kind := "p"
		if n.Kind == Identity {
			kind = "i"
		}
		all = append(all, kind+n.Digits)
	}
	return all
}

var numbersInText = []struct {
	text string
	want string // kind and digits
	is   string // what is cut out of the text
}{
	// Indonesian mobile numbers, as they are written.
	{"HP saya 081234567890", "p081234567890", "081234567890"},
	{"Hubungi 0812-3456-7890 ya", "p081234567890", "0812-3456-7890"},
	{"Hubungi 0812 3456 7890.", "p081234567890", "0812 3456 7890"},
	{"WA:0812.3456.7890", "p081234567890", "0812.3456.7890"},
	{"(0812) 34567890", "p081234567890", "(0812) 34567890"},
	{"WA 0857 – 1234 – 5678", "p085712345678", "0857 – 1234 – 5678"},
	{"+62 812 3456 7890", "p+6281234567890", "+62 812 3456 7890"},
	{"+62-812-3456-7890", "p+6281234567890", "+62-812-3456-7890"},
	{"+62 (0) 812 3456 7890", "p+62081234567890", "+62 (0) 812 3456 7890"},
	{"wa.me/6281234567890", "p6281234567890", "6281234567890"},
	{"6281234567890 siap", "p6281234567890", "6281234567890"},
	{"ke 812-3456-7890", "p81234567890", "812-3456-7890"},
	{"o812-3456-7890 aktif", "p081234567890", "o812-3456-7890"},
	{"O81234567890", "p081234567890", "O81234567890"},
	{"0 8 1 2 3 4 5 6 7 8 9 0", "p081234567890", "0 8 1 2 3 4 5 6 7 8 9 0"},
	{"08 12 34 56 78 90", "p081234567890", "08 12 34 56 78 90"},
	{"０８１２３４５６７８９０", "p081234567890", "０８１２３４５６７８９０"},
	// Landlines.
	{"telp (021) 7654321", "p0217654321", "(021) 7654321"},
	{"kantor 021-765 4321", "p0217654321", "021-765 4321"},
	{"0274 512345", "p0274512345", "0274 512345"},
	{"Telepon 7654321", "p7654321", "7654321"},
	// Abroad.
	{"call +1 305 555 1234", "p+13055551234", "+1 305 555 1234"},
	{"my number (+509) 3456 7890", "p+50934567890", "+509) 3456 7890"},
	{"dial 00509 3456 7890", "p0050934567890", "00509 3456 7890"},
	{"(305) 555-1234 anytime", "p3055551234", "(305) 555-1234"},
	{"please call me at 3456-7890", "p34567890", "3456-7890"},
	// Spelled.
	{"nol delapan satu dua tiga empat lima enam tujuh delapan sembilan nol", "p081234567890", ""},
	{"Nol-delapan-satu-dua 3456 7890", "p081234567890", ""},
	{"kosong delapan satu tiga, dua", "", ""},
	{"call zero eight one two three four five six seven eight nine", "p081234567890"[:12], ""},
	// Identity numbers.
	{"NIK 3174015502850003", "i3174015502850003", "3174015502850003"},
	{"3174 0155 0285 0003", "i3174015502850003", "3174 0155 0285 0003"},
	{"31.74.01.550285.0003", "i3174015502850003", "31.74.01.550285.0003"},
	{"KK: 3174011508100012", "i3174011508100012", "3174011508100012"},
	{"no KTP 9999999999999999", "i9999999999999999", "9999999999999999"},
	{"tiga satu tujuh empat nol satu lima lima nol dua delapan lima nol nol nol tiga", "i3174015502850003", ""},
	// A number beside other figures.
	{"butuh 4 galon, 081234567890", "p081234567890", "081234567890"},
	{"4 0812 3456 7890", "p081234567890", "0812 3456 7890"},
	{"0812 3456 7890 5 orang", "p081234567890", "0812 3456 7890"},
	{"21-02-2017 081234567890", "p081234567890", "081234567890"},
	{"Rp 150.000 ke 081234567890", "p081234567890", "081234567890"},
}

func TestNumbersAreFoundHoweverTheyAreWritten(t *testing.T) {
	for _, c := range numbersInText {
		got := ""
		if all := seen(c.text); len(all) == 1 {
			got = all[0]
		} else if len(all) > 1 {
			t.Errorf("%q: found %q", c.text, all)
			continue
		}
		if got != c.want {
			t.Errorf("%q: found %q, want %q", c.text, got, c.want)
			continue
		}
		if n := Find(c.text); c.is != "" && c.text[n[0].Start:n[0].End] != c.is {
			t.Errorf("%q: cut out %q, want %q", c.text, c.text[n[0].Start:n[0].End], c.is)
		}
	}
}

func TestSeveralNumbersInOneTextAreSeveral(t *testing.T) {
	text := "081234567890 / 085712345678, 081398765432 081398765433\nNIK 3174015502850003"
	want := []string{"p081234567890", "p085712345678", "p081398765432", "p081398765433", "i3174015502850003"}
	got := seen(text)
	if len(got) != len(want) {
		t.Fatalf("found %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("found %q, want %q", got[i], want[i])
		}
	}
	rest, taken := Take(text, "#")
	if rest != "# / #, # #\nNIK #" || len(taken) != 5 || taken[1] != "085712345678" {
		t.Errorf("left %q, took %q", rest, taken)
	}
}

func TestTakingOneNumberOutLeavesNoneThatItHid(t *testing.T) {
	rest, taken := Take("WA 081234567890, 7654321", "#")
	if rest != "WA #, #" || len(taken) != 2 {
		t.Errorf("left %q, took %q", rest, taken)
	}
}

func TestOtherFiguresAreNoNumbers(t *testing.T) {
	for _, text := range []string{
		"", "air", "4 galon", "20 kg beras", "2.000 liter", "Rp 150.000", "Rp150.000.000", "Rp 0812345678901",
		"IDR 812.345.678.901", "harga 1.250.000.000 rupiah", "62.812.345.678",
		"21-02-2017", "21/02/2017 jam 08.00-09.30", "2017-02-21T06:34:07.672", "02-03-2017 10.30", "08.00 - 12.30 - 14.00",
		"08.00-12.00", "2010-2011", "17 Agustus 1945", "tahun 2007 2013 2017",
		"RT 003/RW 007", "RT.03 RW.08 No. 12", "RT 003 RW 007 nomor 0081", "Jl. Melati 5 no 21 15412",
		"-6.2088, 106.8456", "-6.15344069965327,106.862179040909", "106.8621790", "(-6.2088123 106.8456123)", "0.8123456789",
		"1479999999999", "17979418624000000001", "0xdeadbeef", "12345678", "1234567890123", "123 456 789",
		"172.16.3.136", "kode pos 15412", "depth 39 cm", "112", "119 dan 110",
		"http://www.example.org/topic.cfm?ID=1484_6285_7702_7096_6121&From=X", "lihat no 12 halaman 345",
		"satu dua tiga empat", "dua puluh tiga orang", "one two three", "lima kg, enam liter",
		"4111111111111111 dari 3 posko", "9999999999999999", "5 + 3 = 8", "+7 hari", "a+081", "7 September 2016 , 08.15",
		"0001230000000000", "100 200 300 400", "3,5 juta", "1-2-3-4-5-6-7", "12.345.678",
	} {
		if got := seen(text); len(got) > 0 {
			t.Errorf("%q: found %q", text, got)
		}
	}
}
