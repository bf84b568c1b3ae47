package identity

import (
	"crypto/ecdh"
	"crypto/hpke"
	"fmt"
)

// The one HPKE suite (RFC 9180): X25519, HKDF-SHA256, ChaCha20-Poly1305.
var (
	kdf  = hpke.HKDFSHA256()
	aead = hpke.ChaCha20Poly1305()
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
	sealed, err := hpke.Seal(to, kdf, aead, info, secret)
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
	secret, err := hpke.Open(private, kdf, aead, info, sealed)
	if err != nil {
		return nil, fmt.Errorf("identity: open: %w", err)
	}
	return secret, nil
}
