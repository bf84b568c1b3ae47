package identity

import (
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// The one HPKE suite (RFC 9180): X25519, HKDF-SHA256, ChaCha20-Poly1305.
var (
	suiteKDF  = hpke.HKDFSHA256()
	suiteAEAD = hpke.ChaCha20Poly1305()
)

// SealTo seals a short secret to an X25519 public key of 32 bytes. info binds
// it to its purpose; opening needs the same.
func SealTo(key []byte, info, secret []byte) ([]byte, error) {
	public, err := ecdh.X25519().NewPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("identity: seal: %w", err)
	}
	to, err := hpke.NewDHKEMPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("identity: seal: %w", err)
	}
	sealed, err := hpke.Seal(to, suiteKDF, suiteAEAD, info, secret)
	if err != nil {
		return nil, fmt.Errorf("identity: seal: %w", err)
	}
	return sealed, nil
}

// OpenSealed opens what was sealed to key under the same info.
func OpenSealed(key *ecdh.PrivateKey, info, sealed []byte) ([]byte, error) {
	private, err := hpke.NewDHKEMPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("identity: open: %w", err)
	}
	secret, err := hpke.Open(private, suiteKDF, suiteAEAD, info, sealed)
	if err != nil {
		return nil, fmt.Errorf("identity: open: %w", err)
	}
	return secret, nil
}

// SealUnder seals a short secret under another, with XChaCha20-Poly1305 and a
// fresh nonce in front. info binds it to its purpose.
func SealUnder(key [32]byte, info, secret []byte) ([]byte, error) {
	aead, err := under(key, info)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(secret)+aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("identity: random bytes: %w", err)
	}
	return aead.Seal(nonce, nonce, secret, info), nil
}

// OpenUnder opens what was sealed under key for the same purpose.
func OpenUnder(key [32]byte, info, sealed []byte) ([]byte, error) {
	aead, err := under(key, info)
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("identity: open: too short")
	}
	secret, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], info)
	if err != nil {
		return nil, fmt.Errorf("identity: open: %w", err)
	}
	return secret, nil
}

// under derives the key for one purpose.
func under(key [32]byte, info []byte) (cipher.AEAD, error) {
	derived, err := hkdf.Key(sha256.New, key[:], nil, "gotong/under/1\x00"+string(info), chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	return chacha20poly1305.NewX(derived)
}
