package record

import (
	"bytes"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
)

func reference() *BlobRef {
	return &BlobRef{Hash: bytes.Repeat([]byte{1}, 32), Key: bytes.Repeat([]byte{2}, 32), Size: 300_000, Mime: "image/jpeg", Width: 2048, Height: 1536,
		Thumbnail: bytes.Repeat([]byte{3}, 32), ThumbnailSize: 9000}
}

func TestAPhotoIsNamedByWhatCanBeABlob(t *testing.T) {
	for name, change := range map[string]func(*BlobRef){
		"no hash": func(p *BlobRef) { p.Hash = nil }, "a short key": func(p *BlobRef) { p.Key = p.Key[:16] },
		"no size": func(p *BlobRef) { p.Size = 0 }, "a size beyond the largest": func(p *BlobRef) { p.Size = protocol.MaxBlob + 1 },
		"a thumbnail that is none": func(p *BlobRef) { p.Thumbnail = p.Thumbnail[:31] }, "a large thumbnail": func(p *BlobRef) { p.ThumbnailSize = protocol.MaxThumbnail + 1 },
		"a thumbnail without a size": func(p *BlobRef) { p.ThumbnailSize = 0 }, "a size without a thumbnail": func(p *BlobRef) { p.Thumbnail = nil },
		"itself for a thumbnail": func(p *BlobRef) { p.Thumbnail = p.Hash }, "a side of 4 billion": func(p *BlobRef) { p.Width = 1 << 31 },
		"a path": func(p *BlobRef) { p.Name = "../../etc/passwd" }, "a folder of Windows": func(p *BlobRef) { p.Name = `a\b` }, "a drive": func(p *BlobRef) { p.Name = "C:x" },
		"a hidden name": func(p *BlobRef) { p.Name = ".bashrc" }, "escapes": func(p *BlobRef) { p.Name = "a\x1b[2Jb" }, "a name written backwards": func(p *BlobRef) { p.Name = "a\u202egpj.exe" },
		"a long name": func(p *BlobRef) { p.Name = strings.Repeat("x", 81) }, "a long type": func(p *BlobRef) { p.Mime = strings.Repeat("x", 81) },
	} {
		wrong := reference()
		change(wrong)
		if Check(&Comment{Target: &Birth{Device: make([]byte, 16)}, Text: "x", Photos: []*BlobRef{wrong}}) == nil {
			t.Errorf("%s passes", name)
		}
	}
	document := &BlobRef{Hash: reference().Hash, Key: reference().Key, Size: 9, Mime: "application/pdf", Name: "denah posko (2).pdf"}
	for _, all := range [][]*BlobRef{nil, {reference()}, {reference(), document, reference(), reference()}} {
		for _, m := range showing(all) {
			if err := Check(m); err != nil {
				t.Errorf("%T with %d: %v", m, len(all), err)
			}
			if got := PhotosOf(m); len(got) != len(all) {
				t.Errorf("%T shows %d of %d", m, len(got), len(all))
			}
		}
	}
	for _, m := range showing([]*BlobRef{document, document, document, document, document}) {
		if Check(m) == nil {
			t.Errorf("%T with five passes", m)
		}
	}
}

func showing(all []*BlobRef) []proto.Message {
	to := &Birth{Device: make([]byte, 16)}
	lines := []*Line{{Line: 1, Category: "other"}}
	return []proto.Message{
		&Request{Title: "x", Lines: lines, Photos: all}, &Offer{Title: "x", Lines: lines, Photos: all},
		&Receipt{Request: to, Amounts: []*Amount{{Line: 1}}, Photos: all}, &Comment{Target: to, Text: "x", Photos: all},
	}
}
