package netlab

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

var photoCuts = flag.Int("photo-cuts", 5, "cuts in TestAPhotoSurvivesFiveCutsOfAThinLink, at most 5")

// photographed writes a photo of noise to a file, as large as a photo can be
// after it was made smaller, with a place in it that must not come through.
func photographed(t *testing.T, path, place string) {
	t.Helper()
	p := image.NewRGBA(image.Rect(0, 0, 2048, 2048))
	for i := range p.Pix {
		p.Pix[i] = uint8(rand.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x00" + place
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	if err := os.WriteFile(path, append(head, b.Bytes()[2:]...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// here returns how many bytes of the one photo that is coming h has on its disk.
func (h *household) here(t *testing.T) int64 {
	t.Helper()
	parts, err := filepath.Glob(filepath.Join(h.dir, "blobs", "*", "*.part"))
	if err != nil || len(parts) == 0 {
		return 0
	}
	info, err := os.Stat(parts[0])
	if err != nil {
		return 0
	}
	return info.Size()
}

// opening is a person's "gotong photo" that runs.
type opening struct {
	cmd   *exec.Cmd
	talk  bytes.Buffer
	ended chan error
}

func (h *household) open(t *testing.T, id, file string) *opening {
	t.Helper()
	o := &opening{cmd: h.command("photo", id, "-o", file), ended: make(chan error, 1)}
	o.cmd.Stderr = &o.talk
	if err := o.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { o.ended <- o.cmd.Wait() }()
	t.Cleanup(func() { _ = o.cmd.Process.Kill() })
	return o
}

// TestAPhotoSurvivesFiveCutsOfAThinLink brings a photo over 1 Mbit/s. Three
// times the trunk is cut for longer than a connection lives, twice the node that
// brings it is killed; what has crossed the trunk in the end is held against the
// photo's size.
func TestAPhotoSurvivesFiveCutsOfAThinLink(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	sari, budi := l.plug(t, west), l.plug(t, east)
	l.neighbourhood(t)
	l.slowTrunk(t, "1mbit")
	photo := sari.dir + ".jpg"
	place := "S 6.1944 E 106.8229 Jl. Melati 7"
	photographed(t, photo, place)
	id := sari.write(t, "ask", "Atap bocor", "--photo", photo)
	waitFor(t, 30*time.Second, "budi has the request", func() bool { return budi.command("show", id).Run() == nil })

	began, before := time.Now(), l.crossed(t)
	file := budi.dir + ".jpg"
	o := budi.open(t, id, file)
	for cut := range *photoCuts {
		mark := int64(cut+1) * 430_000
		waitFor(t, 60*time.Second, fmt.Sprintf("%d bytes have come", mark), func() bool { return budi.here(t) > mark })
		if cut%2 == 1 {
			_ = budi.node.Process.Kill()
			_ = budi.node.Wait()
			<-o.ended
			budi.start(t)
			waitFor(t, 30*time.Second, "budi has met sari", func() bool { return budi.status(t).Connected > 0 })
			o = budi.open(t, id, file)
			continue
		}
		l.cutTrunk(t)
		time.Sleep(15 * time.Second)
		l.mendTrunk(t)
	}
	if err := <-o.ended; err != nil {
		t.Fatalf("%v: %s", err, o.talk.String())
	}
	took, crossed := time.Since(began), l.crossed(t).since(before).east
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sari.gotong(t, "photo", id, "-o", sari.dir+"-own.jpg")
	if own, err := os.ReadFile(sari.dir + "-own.jpg"); err != nil || !bytes.Equal(own, content) {
		t.Errorf("another photo came: %v", err)
	}
	for _, h := range l.households {
		h.stop(t)
		disk := files(t, h.dir)
		none(t, "disk of "+h.name, disk, place, string(content[1000:1064]))
	}
	none(t, "the photo that came", content, place)
	ratio := float64(crossed) / float64(len(content))
	t.Logf("figure: a photo of %d bytes over 1 Mbit/s with %d cuts: %d bytes crossed, %.3f of its size, in %.0f s (%.0f s for its bytes alone)",
		len(content), *photoCuts, crossed, ratio, took.Seconds(), float64(len(content))*8/1e6)
	if ratio > 1.25 {
		t.Errorf("%.2f of its size crossed: cuts cost more than what was on its way", ratio)
	}
}
