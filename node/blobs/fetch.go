package blobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// What a fetch can end with besides the errors of the store.
var (
	// ErrNobody: no device that is connected has the blob.
	ErrNobody = errors.New("blobs: nobody connected has it")
	// ErrCut: whoever had it is gone; what came stays.
	ErrCut = errors.New("blobs: cut off")
	// ErrUntrue: the blob is not what its record says of it.
	ErrUntrue = errors.New("blobs: not what its record says")
)

// Source is a connected device that may have blobs.
type Source struct {
	Device protocol.DeviceID
	Open   func(context.Context) (Stream, error)
}

// Progress is how far a fetch is.
type Progress struct {
	Here, Size int64             // bytes of sealed chunks; Size 0: nobody has said it yet
	From       protocol.DeviceID // whose chunk came last; zero: none yet
	Waiting    bool              // nobody who has it is connected just now
}

const (
	atOnce     = 4                // devices that one blob is fetched from
	patience   = 2 * time.Minute  // with nothing coming, before a fetch ends
	lookAgain  = time.Second      // for who is connected
	tries      = 3                // of links that are lost before anybody said that it has the blob
	afterLack  = 30 * time.Second // until a device that lacks it is asked again
	blameTime  = time.Hour        // for which one that sent something wrong is not asked
	inFlight   = 250 * time.Millisecond
	leastAhead = 2 // chunks asked for ahead, by how fast they come
	mostAhead  = 32
)

// Fetch brings a blob, unless it is here; size is the bytes of content that its
// record says, 0 where no record is known. see, where it is not nil, is told how
// far it is. Several fetches of one blob are one; when all of them were given
// up, what came stays for the next.
func (b *Blobs) Fetch(ctx context.Context, n protocol.NeighbourhoodID, a blob.Address, size int64, see func(Progress)) error {
	for !b.Held(n, a).Whole {
		err := b.follow(ctx, b.join(id{n, a}, size), see)
		if !errors.Is(err, context.Canceled) || ctx.Err() != nil {
			return err
		} // else others gave up a fetch that we came upon
	}
	return nil
}

// follow takes part in a fetch until it ends or ctx does.
func (b *Blobs) follow(ctx context.Context, j *job, see func(Progress)) error {
	defer b.quit(j)
	for {
		changed, now := j.look()
		if see != nil {
			see(now)
		}
		select {
		case <-j.done:
			return j.err
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// join begins a fetch or takes part in the one that runs.
func (b *Blobs) join(at id, size int64) *job {
	b.mu.Lock()
	defer b.mu.Unlock()
	j := b.jobs[at]
	if j == nil {
		ctx, cancel := context.WithCancel(context.Background())
		j = &job{b: b, at: at, size: size, cancel: cancel, done: make(chan struct{}), changed: make(chan struct{}), hands: make(map[protocol.DeviceID]bool), after: make(map[protocol.DeviceID]time.Time), ended: make(chan hand, atOnce)}
		b.jobs[at] = j
		go func() {
			j.err = j.run(ctx)
			cancel()
			b.mu.Lock()
			delete(b.jobs, at)
			b.mu.Unlock()
			close(j.done)
		}()
	}
	j.waiters++
	return j
}

func (b *Blobs) quit(j *job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if j.waiters--; j.waiters == 0 {
		j.cancel()
	}
}

// job is a blob that is being fetched. run is its only owner of hands and after.
type job struct {
	b       *Blobs
	at      id
	size    int64
	waiters int // guarded by b.mu
	cancel  context.CancelFunc
	done    chan struct{}
	err     error // once done is closed

	hands map[protocol.DeviceID]bool      // who is being asked
	after map[protocol.DeviceID]time.Time // when who is asked again
	lost  int                             // how often a link was lost before anybody had it
	ended chan hand

	mu      sync.Mutex
	part    *part
	todo    []int // chunks that are asked of nobody
	now     Progress
	last    time.Time     // when a chunk came
	changed chan struct{} // closed at the next change
}

// hand is how asking a device ended.
type hand struct {
	device protocol.DeviceID
	err    error
}

func (j *job) look() (<-chan struct{}, Progress) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.changed, j.now
}

// tell lets those who wait look. The caller holds j.mu.
func (j *job) tell() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// run asks who is connected until the blob is whole.
func (j *job) run(ctx context.Context) error {
	err := j.ask(ctx)
	j.cancel()
	for len(j.hands) > 0 {
		delete(j.hands, (<-j.ended).device)
	}
	if j.part != nil {
		err = errors.Join(err, j.part.close())
	}
	return err
}

func (j *job) ask(ctx context.Context) error {
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	for {
		j.hire(ctx)
		if j.whole() {
			return nil
		}
		j.waiting(len(j.hands) == 0)
		switch {
		case len(j.hands) == 0 && j.part == nil && (j.lost == 0 || j.lost > tries):
			return ErrNobody
		case j.stuck():
			return ErrCut
		}
		select {
		case h := <-j.ended:
			delete(j.hands, h.device)
			if err := j.judge(h); err != nil {
				return err
			}
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// hire asks devices for what nobody else is asked for.
func (j *job) hire(ctx context.Context) {
	if !j.lacks() {
		return
	}
	for _, s := range j.b.links.Sources(j.at.n) {
		if len(j.hands) >= atOnce || ctx.Err() != nil {
			return
		}
		if j.hands[s.Device] || time.Now().Before(j.after[s.Device]) || j.b.isBlamed(s.Device) {
			continue
		}
		j.hands[s.Device] = true
		go func() { j.ended <- hand{s.Device, j.work(ctx, s)} }()
	}
}

// lacks reports whether there is something to ask for.
func (j *job) lacks() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.part == nil || len(j.todo) > 0
}

func (j *job) whole() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.part != nil && j.part.got == j.part.m.Size()
}

// stuck reports whether nothing has come for too long, since the first device
// said that it has the blob.
func (j *job) stuck() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.part != nil && time.Since(j.last) > patience
}

func (j *job) waiting(is bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.now.Waiting != is {
		j.now.Waiting = is
		j.tell()
	}
}

// errLack: the device does not have it, or does not serve it to us.
var errLack = errors.New("blobs: not there")

// judge says what follows from how asking a device ended: an error that ends the
// fetch, or when that device is asked again.
func (j *job) judge(h hand) error {
	switch {
	case h.err == nil:
		return nil
	case errors.Is(h.err, ErrRoom), errors.Is(h.err, ErrUntrue):
		return h.err
	case errors.Is(h.err, protocol.ErrForged), errors.Is(h.err, protocol.ErrMalformed):
		j.b.blame(h.device, h.err)
	case errors.Is(h.err, errLack):
		j.after[h.device] = time.Now().Add(afterLack)
	default:
		j.after[h.device] = time.Now().Add(lookAgain)
		j.lost++
	}
	return nil
}

// blame has a device not asked for a while.
func (b *Blobs) blame(d protocol.DeviceID, err error) {
	b.links.Log.Warn("a neighbour's node sent what is not what it was asked for; it is not asked for an hour", "device", d, "err", err)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.blamed[d] = time.Now().Add(blameTime)
}

func (b *Blobs) isBlamed(d protocol.DeviceID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	until, is := b.blamed[d]
	if is && time.Now().After(until) {
		delete(b.blamed, d)
		return false
	}
	return is
}

// dial opens a stream to a device, which ends with ctx.
func (b *Blobs) dial(ctx context.Context, n protocol.NeighbourhoodID, s Source) (w *wire, end func(), err error) {
	stream, err := s.Open(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("blobs: open: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { abort(stream) })
	w = newWire(stream, silence)
	return w, func() {
		if stop() {
			_ = stream.Close() // the other side has nothing more to say
		}
	}, nil
}

// work asks one device for the blob, until nothing is left to ask for.
func (j *job) work(ctx context.Context, s Source) error {
	w, end, err := j.b.dial(ctx, j.at.n, s)
	if err != nil {
		return err
	}
	defer end()
	if err := w.write(hello(protocol.Tag(j.at.n, j.b.links.Self, s.Device)), want(j.at.a)); err != nil {
		return err
	}
	kind, body, err := w.read(1 + blob.MaxManifest)
	switch {
	case err != nil:
		return err
	case kind == kindLack, kind == kindRefused:
		return errLack
	case kind != kindManifest:
		return malformed("answer to WANT")
	}
	m, err := blob.ParseManifest(body, j.at.a)
	if err == nil {
		err = j.begin(m)
	}
	if err != nil {
		return err
	}
	return j.pull(w, s.Device)
}

// begin opens the part once the first device says how long the blob is. That it
// is not as long as the record says is the record's fault.
func (j *job) begin(m blob.Manifest) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.part != nil {
		return nil
	}
	if j.size != 0 && m.Size() != blob.SealedSize(j.size) {
		return ErrUntrue
	}
	p, err := j.b.begin(j.at, m)
	if err != nil {
		return err
	}
	j.part = p
	for i, here := range p.have {
		if !here {
			j.todo = append(j.todo, i)
		}
	}
	j.now.Here, j.now.Size, j.last = p.got, m.Size(), time.Now()
	j.tell()
	return nil
}

// pull asks for chunks, a few ahead, as many as come in a quarter of a second:
// what a cut loses is what was on its way.
func (j *job) pull(w *wire, from protocol.DeviceID) error {
	var asked []int
	defer func() { j.giveBack(asked) }()
	ahead, pace := leastAhead, newPace()
	for {
		for len(asked) < ahead {
			i, any := j.next()
			if !any {
				break
			}
			asked = append(asked, i)
			if err := w.write(chunkOf(i)); err != nil {
				return err
			}
		}
		if len(asked) == 0 {
			return nil
		}
		sealed, err := receive(w, asked[0])
		if err == nil {
			err = j.put(asked[0], sealed, from)
		}
		if err != nil {
			return err
		}
		asked, ahead = asked[1:], pace.ahead()
	}
}

// receive reads the chunk that was asked for first.
func receive(w *wire, i int) ([]byte, error) {
	kind, body, err := w.read(maxData)
	switch {
	case err != nil:
		return nil, err
	case kind == kindLack, kind == kindRefused:
		return nil, errLack
	case kind != kindData:
		return nil, malformed("answer to CHUNK")
	}
	n, sealed, err := parseIndex(body)
	if err != nil || n != i {
		return nil, malformed("a chunk nobody asked for")
	}
	return sealed, nil
}

// next takes a chunk that is asked of nobody.
func (j *job) next() (int, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.todo) == 0 {
		return 0, false
	}
	i := j.todo[0]
	j.todo = j.todo[1:]
	return i, true
}

// giveBack lets others be asked for what did not come.
func (j *job) giveBack(asked []int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.todo = append(asked, j.todo...)
}

func (j *job) put(i int, sealed []byte, from protocol.DeviceID) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.part.put(i, sealed); err != nil {
		return err
	}
	j.now.Here, j.now.From, j.now.Waiting, j.last = j.part.got, from, false, time.Now()
	j.tell()
	return nil
}

// pace measures how fast chunks come.
type pace struct {
	last time.Time
	each time.Duration // for a chunk, smoothed
}

func newPace() *pace { return &pace{last: time.Now()} }

// ahead returns how many chunks are to be on their way, once one more came.
func (p *pace) ahead() int {
	now := time.Now()
	took := now.Sub(p.last)
	p.last = now
	if p.each == 0 {
		p.each = took
	}
	p.each += (took - p.each) / 4
	return max(leastAhead, min(mostAhead, int(inFlight/max(p.each, time.Millisecond))))
}
