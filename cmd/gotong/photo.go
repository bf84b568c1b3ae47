package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

// photoFlags name the photos and documents that go with what is written.
type photoFlags struct{ files []string }

func (f *photoFlags) add(a *app, c *cobra.Command) {
	c.Flags().StringArrayVar(&f.files, "photo", nil, a.say("flag.photo", nil))
}

// attach has the node take in the files and returns what names them. What all
// will see is said before it is written.
func (f *photoFlags) attach(ctx context.Context, a *app) ([]string, error) {
	var tokens []string
	for _, path := range f.files {
		doc, err := a.attach(ctx, path)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, doc.Token)
		if strings.HasPrefix(doc.Photo.Mime, "image/") {
			a.tell("photo.attached", words.Args{"file": filepath.Base(path), "size": a.size(doc.Photo.Size)})
		} else {
			a.tell("photo.document", words.Args{"file": filepath.Base(path), "size": a.size(doc.Photo.Size)})
		}
	}
	return tokens, nil
}

// largest bounds a file that is sent to the node at all, in bytes.
const largest = 24 << 20

// attach sends one file. What is no file, or too large, is not even read.
func (a *app) attach(ctx context.Context, path string) (api.Attached, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return api.Attached{}, refusal("photo.no-file", words.Args{"file": path}, exitNotFound)
	case err != nil:
		return api.Attached{}, refusal("photo.cannot-read", words.Args{"file": path}, exitFailed)
	case !info.Mode().IsRegular():
		return api.Attached{}, refusal("photo.cannot-read", words.Args{"file": path}, exitUsage)
	case info.Size() > largest:
		return api.Attached{}, api.ErrPhotoLarge
	}
	file, err := os.Open(path)
	if err != nil {
		return api.Attached{}, refusal("photo.cannot-read", words.Args{"file": path}, exitFailed)
	}
	defer file.Close()
	node, err := a.node()
	if err != nil {
		return api.Attached{}, err
	}
	return node.Attach(ctx, api.Attachment{Place: a.place(), Name: filepath.Base(path)}, file)
}

func newPhoto(a *app) *cobra.Command {
	var to string
	var small bool
	c := &cobra.Command{
		Use: "photo ID [N]", Short: a.say("help.photo", nil), Long: a.say("help.photo-long", nil), Args: between(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			v := api.Viewing{Target: a.target(args[0]), Photo: "1", Small: small}
			if len(args) > 1 {
				v.Photo = args[1]
			}
			return a.photo(c.Context(), v, to)
		},
	}
	c.Flags().StringVarP(&to, "output", "o", "", a.say("flag.photo-output", nil))
	c.Flags().BoolVar(&small, "small", false, a.say("flag.photo-small", nil))
	return a.jsonFlag(c)
}

// photo brings a photo and writes it to a file. Where the file is one already
// nothing is brought.
func (a *app) photo(ctx context.Context, v api.Viewing, to string) error {
	if to != "" && to != pipe {
		if _, err := os.Lstat(to); err == nil {
			return refusal("photo.exists", words.Args{"file": to}, exitConflict)
		}
	}
	if to == pipe && a.json {
		return usage("photo.pipe-json", nil)
	}
	node, err := a.node()
	if err != nil {
		return err
	}
	said := &teller{app: a, drawn: isTerminal(a.err)}
	doc, err := node.Bring(ctx, v, said.see)
	said.end()
	if err != nil {
		return err
	}
	if to == "" {
		to = a.unused(v, doc.Photo)
	}
	if err := a.keepPhoto(ctx, node, v, to); err != nil {
		return err
	}
	if a.json {
		return a.document(doc)
	}
	if to != pipe {
		a.tell("photo.done", words.Args{"file": to, "size": a.size(doc.Photo.Size)})
	}
	return nil
}

// keepPhoto writes what the node has to a file, or to stdout.
func (a *app) keepPhoto(ctx context.Context, node *api.Client, v api.Viewing, to string) error {
	content, err := node.Open(ctx, v)
	if err != nil {
		return err
	}
	defer content.Close()
	write := func(w io.Writer) error { _, err := io.Copy(w, content); return err }
	if to == pipe {
		return write(a.out)
	}
	return writeNew(to, write)
}

// unused returns a name for a photo's file that is none yet, in this folder. A
// neighbour chose a document's name; the folder, and the end of the name where
// it is no document, are ours.
func (a *app) unused(v api.Viewing, p api.Photo) string {
	name, end := fmt.Sprintf("%s-%d", v.ID, p.N), ".jpg"
	switch p.Mime {
	case "image/jpeg":
	case "application/pdf":
		end = ".pdf"
	case "text/plain":
		end = ".txt"
	case "text/markdown":
		end = ".md"
	default:
		end = ".bin"
	}
	file := name + end
	for n := 2; ; n++ {
		if _, err := os.Lstat(file); err != nil {
			return file
		}
		file = fmt.Sprintf("%s (%d)%s", name, n, end)
	}
}

// teller says how far a photo is: on a terminal in one line that is drawn anew,
// else every few seconds.
type teller struct {
	app   *app
	drawn bool
	last  time.Time
	said  bool // the line has to be ended
	cut   bool // it was told that the link is gone
}

const drawnEvery = 5 * time.Second

func (t *teller) see(b api.Brought) error {
	args := words.Args{"here": t.app.size(b.Bytes), "size": t.app.size(b.Size), "who": t.app.who(b.From)}
	switch {
	case b.Size == 0 || b.Bytes == 0 && b.From.ID == "":
		return nil
	case b.Waiting && !t.cut:
		t.end()
		t.app.tell("photo.waiting", args)
	case b.Waiting:
	case t.drawn:
		fmt.Fprint(t.app.err, "\r\x1b[K", t.app.say(source(b), args))
		t.said = true
	case time.Since(t.last) >= drawnEvery:
		t.app.tell(source(b), args)
		t.last = time.Now()
	}
	t.cut = b.Waiting
	return nil
}

// source chooses the sentence by whose node it comes from.
func source(b api.Brought) string {
	if b.From.ID == "" {
		return "photo.coming"
	}
	return "photo.coming-from"
}

func (t *teller) end() {
	if t.said {
		fmt.Fprintln(t.app.err)
		t.said = false
	}
}

// size says how large something is.
func (a *app) size(bytes int64) string {
	if bytes < 1_000_000 {
		return a.say("size.kb", words.Args{"n": (bytes + 999) / 1000})
	}
	return a.say("size.mb", words.Args{"n": words.Thousandths((bytes + 50_000) / 100_000 * 100)})
}

// photos lists what an item shows, and whether it is here.
func (a *app) photos(i api.Item, all []api.Photo) {
	if len(all) == 0 {
		return
	}
	a.line()
	a.show("show.photos", nil)
	away := ""
	for _, p := range all {
		where := "photo.here"
		if !p.Here {
			where = "photo.not-here"
			if away == "" {
				away = fmt.Sprint(p.N)
			}
		}
		a.line("  ", fmt.Sprint(p.N), "  ", joined(", ", a.photoName(p), a.size(p.Size), a.by(i, p), a.say(where, nil)))
	}
	if away != "" {
		a.tell("next.photo", words.Args{"id": i.Short, "n": away})
	}
}

func (a *app) photoName(p api.Photo) string {
	switch {
	case strings.HasPrefix(p.Mime, "image/"):
		return a.say("photo.picture", words.Args{"width": p.Width, "height": p.Height})
	case p.Name != "":
		return words.Plain(p.Name)
	}
	return a.say("photo.unnamed", nil)
}

// by says whose a photo is, where it is not the item's own.
func (a *app) by(i api.Item, p api.Photo) string {
	if p.Of == i.Kind {
		return ""
	}
	return a.say("photo.by", words.Args{"who": a.who(p.Owner)})
}
