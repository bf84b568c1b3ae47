package identity

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"gotong/protocol"
)

func TestAnIdentityIsMadeOnceAndKept(t *testing.T) {
	dir := t.TempDir()
	made, err := Dir(dir).Load()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Dir(dir).Load()
	if err != nil {
		t.Fatal(err)
	}
	if made.DeviceID() != again.DeviceID() || made.HouseholdID() != again.HouseholdID() || !made.Seal.Equal(again.Seal) {
		t.Fatal("the second start has other keys")
	}
	if shut, err := Dir(dir).Shut(); err != nil || len(shut) > 0 {
		t.Fatalf("a new key file had to be shut: %v, %v", shut, err)
	}
}

// A power cut can leave either copy cut off anywhere, or gone.
func TestHalfAKeyFileIsMendedFromTheOtherCopy(t *testing.T) {
	dir := t.TempDir()
	made, err := Dir(dir).Load()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, keyFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, damaged := range []string{path, path + second} {
		for cut := range whole[:len(whole)-1] {
			if err := os.WriteFile(damaged, whole[:cut], 0o600); err != nil {
				t.Fatal(err)
			}
			again, err := Dir(dir).Load()
			if err != nil {
				t.Fatalf("%s cut at %d: %v", damaged, cut, err)
			}
			if again.DeviceID() != made.DeviceID() {
				t.Fatalf("%s cut at %d: another identity", damaged, cut)
			}
			if mended, _ := os.ReadFile(damaged); !bytes.Equal(mended, whole) {
				t.Fatalf("%s cut at %d was not mended", damaged, cut)
			}
		}
	}
}

func TestTwoDamagedCopiesAreReportedAndLeftAlone(t *testing.T) {
	dir := t.TempDir()
	if _, err := Dir(dir).Load(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, keyFile)
	for _, p := range []string{path, path + second} {
		if err := os.WriteFile(p, []byte("gotong-key-1 00"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Dir(dir).Load(); !errors.Is(err, ErrDamaged) {
		t.Fatalf("got %v, want ErrDamaged", err)
	}
	if left, _ := os.ReadFile(path); string(left) != "gotong-key-1 00" {
		t.Fatal("the damaged file was overwritten")
	}
}

// Whoever made another identity here would be a stranger to the neighbours, and
// the keys that come back from a copy would find somebody in their place.
func TestKeysThatAreGoneAreNotMadeAnew(t *testing.T) {
	d := Dir(t.TempDir())
	if err := d.SaveKeyring(protocol.NeighbourhoodID{1}, Keyring{Secrets: [][32]byte{{2}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Load(); !errors.Is(err, ErrDamaged) {
		t.Errorf("beside a keyring: %v, want ErrDamaged", err)
	}
	if d.Has() {
		t.Error("keys were made")
	}
}

func TestKeyFilesOpenToOthersAreShut(t *testing.T) {
	dir := t.TempDir()
	if _, err := Dir(dir).Load(); err != nil {
		t.Fatal(err)
	}
	if err := Dir(dir).SaveKeyring(protocol.NeighbourhoodID{1}, Keyring{}); err != nil {
		t.Fatal(err)
	}
	opened := []string{keyFile, filepath.Base(Dir(dir).ring(protocol.NeighbourhoodID{1})) + second}
	for _, name := range opened {
		if err := os.Chmod(filepath.Join(dir, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shut, err := Dir(dir).Shut()
	if err != nil || len(shut) != len(opened) {
		t.Fatalf("shut %v, %v", shut, err)
	}
	for _, name := range opened {
		if open(filepath.Join(dir, name)) {
			t.Errorf("%s is still open to others", name)
		}
	}
}

func TestKeyringsComeBackAsSaved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "ring")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		bytes16 := rapid.SliceOfN(rapid.Byte(), 16, 16)
		n := protocol.NeighbourhoodID(bytes16.Draw(t, "neighbourhood"))
		var k Keyring
		if rapid.Bool().Draw(t, "invited") {
			seed := [16]byte(bytes16.Draw(t, "seed"))
			k.Invite = &seed
		}
		if house := protocol.HouseholdID(bytes16.Draw(t, "house")); k.Invite == nil && rapid.Bool().Draw(t, "paired") {
			k.House = &house
		}
		for range rapid.IntRange(0, 5).Draw(t, "epochs") {
			k.Secrets = append(k.Secrets, [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "secret")))
		}
		if err := Dir(dir).SaveKeyring(n, k); err != nil {
			t.Fatal(err)
		}
		rings, err := Dir(dir).Keyrings()
		if err != nil {
			t.Fatal(err)
		}
		if got := rings[n]; !bytes.Equal(got.encode(), k.encode()) {
			t.Fatalf("got %v, want %v", got, k)
		}
		if err := Dir(dir).RemoveKeyring(n); err != nil {
			t.Fatal(err)
		}
		if rings, err = Dir(dir).Keyrings(); err != nil || len(rings) != 0 {
			t.Fatalf("after removal: %v, %v", rings, err)
		}
	})
}

func TestASecretOpensOnlyForItsRecipientAndPurpose(t *testing.T) {
	one, err := Dir(t.TempDir()).Load()
	if err != nil {
		t.Fatal(err)
	}
	other, err := Dir(t.TempDir()).Load()
	if err != nil {
		t.Fatal(err)
	}
	secret := bytes.Repeat([]byte{7}, 32)
	sealed, err := SealTo(one.Seal.PublicKey().Bytes(), []byte("purpose"), secret)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := OpenSealed(one.Seal, []byte("purpose"), sealed)
	if err != nil || !bytes.Equal(opened, secret) {
		t.Fatalf("got %x, %v", opened, err)
	}
	if _, err := OpenSealed(other.Seal, []byte("purpose"), sealed); err == nil {
		t.Fatal("another device opened it")
	}
	if _, err := OpenSealed(one.Seal, []byte("another purpose"), sealed); err == nil {
		t.Fatal("it opened for another purpose")
	}
}
