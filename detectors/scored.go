package detectors

import "math"

// scored is a window whose values are kept with their normal scores. The scores are derived from values and
// baseline, so that a new reference scores the whole window anew and a restart changes nothing.
type scored struct {
	win    window
	resets uint32

	// What follows is derived, and is not state.
	scores []int32 // of each place of the window
	sum    int64   // of those
	stamp  uint64  // of the baseline that they are from
	built  bool
	buf    []int32 // of recent; nil until it is asked
}

func newScored(size int) scored {
	return scored{win: newWindow(size), scores: make([]int32, size)}
}

// knows says whether s can be scored against b.
func (w *scored) knows(s Sample, b *Baseline) bool {
	_, ok := b.Moments()
	return ok && finite(s.Value()) && w.resets == b.Resets()
}

// recent is the scores of the window once s has been seen, newest first. It holds until the next call. With
// seen, s may have been learned already, and is then not taken twice.
func (w *scored) recent(s Sample, b *Baseline, seen bool) []int32 {
	w.build(b)
	if w.buf == nil {
		w.buf = make([]int32, 0, w.win.size())
	}
	out, n := w.buf[:0], w.win.n
	if w.win.due() && !(seen && w.win.ends(s)) {
		out = append(out, b.score(s.Value()))
		n = min(n, w.win.size()-1)
	}
	for i := w.win.pos - 1; i >= 0 && n > 0; i-- {
		out = append(out, w.scores[i])
		n--
	}
	for i := w.win.size() - 1; n > 0; i-- {
		out = append(out, w.scores[i])
		n--
	}
	w.buf = out
	return out
}

// total is the sum of recent.
func (w *scored) total(s Sample, b *Baseline, seen bool) int64 {
	w.build(b)
	sum := w.sum
	if w.win.due() && !(seen && w.win.ends(s)) {
		sum += int64(b.score(s.Value()) - w.leaving())
	}
	return sum
}

// leaving is the score of the value that the next one pushes out; 0: none.
func (w *scored) leaving() int32 {
	if !w.win.full() {
		return 0
	}
	return w.scores[w.win.pos]
}

// build scores the window anew when that is due.
func (w *scored) build(b *Baseline) {
	if w.built && w.stamp == b.stamp() {
		return
	}
	w.sum = 0
	for i := range w.win.n {
		j := w.win.index(i)
		w.scores[j] = b.score(w.win.vals.at(j))
		w.sum += int64(w.scores[j])
	}
	w.built, w.stamp = true, b.stamp()
}

func (w *scored) learn(s Sample, b *Baseline) {
	if !finite(s.Value()) {
		return
	}
	if r := b.Resets(); r != w.resets {
		w.resets, w.built = r, false
		w.win.clear()
	}
	if w.win.follow(b.Stride()) || w.stamp != b.stamp() {
		w.built = false
	}
	pos, leaving := w.win.pos, w.leaving()
	if w.win.take(s.Value(), s.At) && w.built {
		w.scores[pos] = b.score(s.Value())
		w.sum += int64(w.scores[pos] - leaving)
	}
}

func (w *scored) append(b []byte) []byte { return w.win.append(appendResets(b, w.resets)) }

func (w *scored) unmarshal(data []byte, version byte, what string) error {
	r := newReader(data, version)
	n := newScored(w.win.size())
	n.resets = r.resets()
	n.win.read(r)
	if err := r.done(what); err != nil {
		return err
	}
	*w = n
	return nil
}

func (w *scored) bytes() int { return w.win.bytes() + 4*(cap(w.scores)+cap(w.buf)) }

// chartSpan is the number of newest readings that ewma looks at. Beyond it a weight is below 0.9⁶⁴ = 0.1 %. A finite span
// forgets a fault completely, and lets a new reference score the past anew.
const chartSpan = 64

// chartShare is the part of a correlation between neighbours that a chart feels, because it forgets: of readings k
// apart an EWMA counts 0.9ᵏ.
const chartShare = 1 - ewmaLambda

// chartLimit is a level from a table by the size n of the baseline in independent values, widened below the
// smallest size of the table.
func chartLimit(t runLengthTable, n, span int, arl0 float64) float64 {
	limit, least := t.at(float64(n), arl0), t.windows[0]
	if n < least {
		limit *= math.Sqrt(widening(n, least, span, arl0))
	}
	return limit
}

// tabledSize is the baseline of the tables that have no other.
const tabledSize = 500

// widening is the factor on a squared level for a baseline of n independent values in place of one of tabled, for a
// mean of span. The variance of the difference of the two means grows by (1+span/n)/(1+span/tabled). But all windows
// are compared with the same baseline: what an unlucky one takes from short run lengths a lucky one gives back. How much
// of the factor is felt at a run length is read off the table of ewma, whose span is 19, between 50 and 500: 0.6 of its
// logarithm at 100 readings, 1.2 at 1e6.
func widening(n, tabled, span int, arl0 float64) float64 {
	spread := func(n, span int) float64 { return 1 + float64(span)/float64(n) }
	felt := math.Log(ewmaTable.at(50, arl0)/ewmaTable.at(500, arl0)) / math.Log(spread(50, ewmaWorth)/spread(500, ewmaWorth))
	return math.Pow(spread(n, span)/spread(tabled, span), felt)
}
