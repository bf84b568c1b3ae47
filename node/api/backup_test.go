package api

import (
	"bytes"
	"errors"
	"testing"
)

func TestABackupComesWholeOrNotAtAll(t *testing.T) {
	s, desks := newStreet("Keluarga Sari")
	sari := overSocket(t, desks[0])
	var got bytes.Buffer
	if err := sari.Backup(ctx, &got); err != nil || got.String() != s.homes[0].device.String()+"\n" {
		t.Fatalf("%q, %v", got.String(), err)
	}
	s.homes[0].broken = errors.New("the disk failed")
	if err := sari.Backup(ctx, &got); !errors.Is(err, ErrLost) {
		t.Fatalf("got %v, want ErrLost", err)
	}
}
