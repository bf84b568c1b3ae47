package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The list's checksum is that of english.txt in the BIP-39 repository.
func TestTheListIsThatOfBIP39(t *testing.T) {
	const want = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
	if sum := sha256.Sum256([]byte(english)); hex.EncodeToString(sum[:]) != want {
		t.Errorf("the list's SHA-256 is %x", sum)
	}
	if len(list) != 2048 || !slices.IsSorted(list) {
		t.Errorf("%d words, sorted: %v", len(list), slices.IsSorted(list))
	}
}

func TestVectorsOfBIP39(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "bip39.txt"))
	if err != nil {
		t.Fatal(err)
	}
	met := 0
	for line := range strings.Lines(string(text)) {
		before, words, _ := strings.Cut(strings.TrimSpace(line), " ")
		entropy, err := hex.DecodeString(before)
		if err != nil || len(entropy) != entropySize {
			continue
		}
		met++
		if got := strings.Join(wordsOf([entropySize]byte(entropy)), " "); got != words {
			t.Errorf("%s: %q, want %q", before, got, words)
		}
		if got, err := ParseWords(words); err != nil || hex.EncodeToString(got[:]) != before {
			t.Errorf("%q: %x, %v; want %s", words, got, err, before)
		}
	}
	if met != 8 {
		t.Errorf("%d vectors of 12 words, want 8", met)
	}
}

// What is read from paper is the household that was written on it, in capitals,
// with numbers and commas between or cut to four letters.
func TestWordsOnPaperBringTheHouseholdBack(t *testing.T) {
	made, err := Dir(t.TempDir()).Load()
	if err != nil {
		t.Fatal(err)
	}
	words, err := made.Words()
	if err != nil {
		t.Fatal(err)
	}
	short := slices.Clone(words)
	for n := range short {
		short[n] = short[n][:min(4, len(short[n]))]
	}
	for _, text := range []string{strings.Join(words, " "), "1. " + strings.ToUpper(strings.Join(words, ",\n2. ")), strings.Join(short, " ")} {
		back, err := FromWords(text, 7)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if back.HouseholdID() != made.HouseholdID() {
			t.Fatalf("%q: another household", text)
		}
		if back.DeviceID() == made.DeviceID() || back.Seal.Equal(made.Seal) || back.Incarnation != 7 {
			t.Fatalf("%q: not a new device", text)
		}
	}
}

func TestAnyEntropyComesBackFromItsWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entropy := [entropySize]byte(rapid.SliceOfN(rapid.Byte(), entropySize, entropySize).Draw(t, "entropy"))
		if got, err := ParseWords(strings.Join(wordsOf(entropy), " ")); err != nil || got != entropy {
			t.Fatalf("%x, %v; want %x", got, err, entropy)
		}
	})
}

func TestWhatIsWrongWithWordsIsSaid(t *testing.T) {
	const right = "legal winner thank year wave sausage worth useful legal winner thank yellow"
	_, err := ParseWords(strings.Replace(right, "sausage", "sausges", 1))
	var wrong *WordError
	if !errors.As(err, &wrong) || wrong.Number != 6 || wrong.Word != "sausges" || !slices.Contains(wrong.Near, "sausage") {
		t.Errorf("a misspelt word: %v, near %v", err, wrong)
	}
	var count *CountError
	if _, err := ParseWords(strings.TrimPrefix(right, "legal ")); !errors.As(err, &count) || count.Got != 11 {
		t.Errorf("a word left out: %v", err)
	}
	swapped := strings.Replace(right, "legal winner", "winner legal", 1)
	if _, err := ParseWords(swapped); !errors.Is(err, ErrWordOrder) {
		t.Errorf("two words changed places: %v", err)
	}
	if _, err := ParseWords(strings.Replace(right, "yellow", "zoo", 1)); !errors.Is(err, ErrWordOrder) {
		t.Errorf("another word of the list: %v", err)
	}
}

// A key file of each layout opens for ever to the same keys.
func TestKeyFilesOfBothLayouts(t *testing.T) {
	for _, c := range []struct{ content, household, device string }{
		{strings.Repeat("11", 16) + strings.Repeat("22", 32) + strings.Repeat("33", 32) + "0000000000000002", "33ZS1Y99GYAB3V1RXEK1X4Z78C", "0RPF7F2B7Z12TD9XYQAJJWB1K0"},
		{strings.Repeat("11", 32) + strings.Repeat("22", 32) + strings.Repeat("33", 32) + "0000000000000002", "D9N0S3G5A2YAMP358AGBWZJWK8", "0RPF7F2B7Z12TD9XYQAJJWB1K0"},
	} {
		content, err := hex.DecodeString(c.content)
		if err != nil {
			t.Fatal(err)
		}
		i, err := decode(content)
		if err != nil {
			t.Fatal(err)
		}
		if got := i.HouseholdID().String(); got != c.household {
			t.Errorf("household %s, want %s", got, c.household)
		}
		if got := i.DeviceID().String(); got != c.device || i.Incarnation != 2 {
			t.Errorf("device %s, want %s; incarnation %d", got, c.device, i.Incarnation)
		}
		if got := hex.EncodeToString(i.encode()); got != c.content {
			t.Errorf("written again: %s", got)
		}
	}
}

func TestAKeyWithoutWordsSaysSo(t *testing.T) {
	i, err := decode(make([]byte, wordless))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Words(); !errors.Is(err, ErrNoWords) {
		t.Fatalf("got %v, want ErrNoWords", err)
	}
	renewed, err := i.Renewed()
	if err != nil || renewed.HouseholdID() != i.HouseholdID() || renewed.DeviceID() == i.DeviceID() {
		t.Fatalf("renewed: %v", err)
	}
}

func TestARenewedDeviceLeavesItsEarlierKeysBeside(t *testing.T) {
	dir := Dir(t.TempDir())
	made, err := dir.Load()
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := dir.Renew()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := dir.Load()
	if err != nil || kept.DeviceID() != renewed.DeviceID() || kept.DeviceID() == made.DeviceID() {
		t.Fatalf("kept %v, renewed %v, %v", kept.DeviceID(), renewed.DeviceID(), err)
	}
	if kept.HouseholdID() != made.HouseholdID() || kept.Incarnation != 2 {
		t.Fatalf("another household, or incarnation %d", kept.Incarnation)
	}
	beside, err := readFile(filepath.Join(string(dir), keyFile+".1"))
	if err != nil {
		t.Fatal(err)
	}
	if old, err := decode(beside); err != nil || old.DeviceID() != made.DeviceID() {
		t.Fatalf("the earlier keys: %v", err)
	}
	if err := dir.Save(made); !errors.Is(err, ErrExists) {
		t.Fatalf("written over: %v", err)
	}
}
