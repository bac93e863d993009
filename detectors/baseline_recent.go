package detectors

// The newest readings of a series that count are kept once, in the baseline, for all window tests on it. Suspect ones
// are among them: a lasting shift must be seen.

// watch has at least size of them kept.
func (b *Baseline) watch(size int) {
	if b != nil && b.recent.size() < size {
		b.recent.resize(size)
	}
}

// fills says whether there are size readings once the next one has been seen.
func (b *Baseline) fills(size int) bool { return b != nil && b.recent.fills(size) }

// newest describes the newest count readings once s has been seen.
func (b *Baseline) newest(count int, s Sample) (m Moments, since int64) {
	if b == nil {
		return Moments{Mean: s.Value(), N: 1}, s.At
	}
	return b.recent.newest(count, s)
}

// differs is the way in which the newest count readings, once s has been seen, differ from what is normal.
func (b *Baseline) differs(count int, s Sample) Direction {
	base, ok := b.Moments()
	if !ok {
		return Pattern
	}
	now, _ := b.newest(count, s)
	return differs(base, now)
}

// adopt takes over the window of a detector that was written when each had its own, unless it has a longer one.
func (b *Baseline) adopt(r *reader) {
	resets := r.resets()
	var win window
	win.read(r)
	if b == nil || r.err != nil || resets != b.resets || win.n <= b.recent.n {
		return
	}
	win.resize(max(win.n, b.recent.size()))
	win.begun = b.recent.begun + 1
	b.recent = win
}

// A sight is the state of a baseline from which a detector has derived something.
type sight struct {
	version uint32 // of the reference
	begun   uint32 // times that the window was changed as a whole
	taken   uint64 // readings taken into it
	known   bool
}

func (b *Baseline) sight() sight { return sight{b.version, b.recent.begun, b.recent.taken, true} }

// follows says whether one reading was taken in since, and nothing else has changed.
func (s sight) follows(since sight) bool {
	since.taken++
	return s == since
}
