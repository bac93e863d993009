package detectors

import (
	"fmt"
	"math"
)

// A window holds the newest values of a series that count, with their times, oldest first. Where neighbours
// are correlated only every stride-th reading counts. Suspect values enter it: a lasting shift must be seen.
// Its size is fixed, so its memory is 16 bytes a value for ever.
type window struct {
	vals    []float64
	at      []int64 // nanoseconds since 1970 UTC
	pos     int     // place of the next value, and of the oldest once full
	n       int
	stride  int // readings from one that counts to the next
	skipped int // readings since the last that counted

	// What follows tells those who derive something from the window what has changed; it is not state.
	taken uint64 // values pushed
	begun uint32 // times that other changes were made
}

func newWindow(size int) window {
	return window{vals: make([]float64, size), at: make([]int64, size), stride: 1}
}

func (w *window) size() int  { return len(w.vals) }
func (w *window) full() bool { return w.n == len(w.vals) }

// push takes a value in and, when full, lets the oldest go.
func (w *window) push(v float64, at int64) {
	w.vals[w.pos], w.at[w.pos] = v, at
	w.taken++
	w.pos++
	if w.pos == len(w.vals) {
		w.pos = 0
	}
	if w.n < len(w.vals) {
		w.n++
	}
}

// due says whether the next reading counts.
func (w *window) due() bool { return w.skipped+1 >= w.stride }

// filled says whether the window is full once the next reading has been seen.
func (w *window) filled() bool { return w.full() || w.due() && w.n == len(w.vals)-1 }

// take pushes a reading that is due and passes over one that is not.
func (w *window) take(v float64, at int64) (taken bool) {
	if !w.due() {
		w.skipped++
		return false
	}
	w.skipped = 0
	w.push(v, at)
	return true
}

// follow takes over the baseline's stride. When that is at least twice the present one, the values are too
// close together: every second, third... of them stays. It reports whether values were dropped.
func (w *window) follow(stride int) (dropped bool) {
	k := stride / w.stride
	w.stride = stride
	if k < 2 || w.n < 2 {
		return false
	}
	var kept []int
	for i := (w.n - 1) % k; i < w.n; i += k {
		kept = append(kept, w.index(i))
	}
	vals, at := make([]float64, len(w.vals)), make([]int64, len(w.at))
	for i, j := range kept {
		vals[i], at[i] = w.vals[j], w.at[j]
	}
	w.vals, w.at, w.n, w.pos = vals, at, len(kept), len(kept)%len(vals)
	w.begun++
	return true
}

func (w *window) clear() {
	w.pos, w.n, w.stride, w.skipped = 0, 0, 1, 0
	w.begun++
}

// resize makes room for more values, or keeps the newest.
func (w *window) resize(size int) {
	n := newWindow(size)
	for i := max(0, w.n-size); i < w.n; i++ {
		n.push(w.vals[w.index(i)], w.at[w.index(i)])
	}
	n.stride, n.skipped, n.begun = w.stride, w.skipped, w.begun+1
	*w = n
}

// fills says whether there are size values once the next reading has been seen.
func (w *window) fills(size int) bool { return w.n >= size || w.due() && w.n == size-1 }

// index is the place of the i-th value, counted from the oldest.
func (w *window) index(i int) int {
	i += w.pos - w.n
	if i < 0 {
		i += len(w.vals)
	}
	return i
}

// last is the newest value; there must be one.
func (w *window) last() float64 { return w.vals[w.index(w.n-1)] }

// ends reports whether the newest value is already s, so that an explanation written after Learn does
// not count a sample twice.
func (w *window) ends(s Sample) bool {
	if w.n == 0 {
		return false
	}
	i := w.index(w.n - 1)
	return w.at[i] == s.At && math.Float64bits(w.vals[i]) == math.Float64bits(s.Value())
}

// with describes the window as it is once s has been seen: its moments and the time of its oldest value.
func (w *window) with(s Sample) (m Moments, since int64) { return w.newest(len(w.vals), s) }

// newest describes the newest count values of the window, at least one, once s has been seen.
func (w *window) newest(count int, s Sample) (m Moments, since int64) {
	extra := w.n == 0 || w.due() && !w.ends(s)
	first := max(0, w.n-count)
	if extra {
		first = max(0, w.n+1-count)
	}
	since = s.At
	if first < w.n {
		since = w.at[w.index(first)]
	}
	xs := make([]float64, 0, w.n+1)
	for i := first; i < w.n; i++ {
		xs = append(xs, w.vals[w.index(i)])
	}
	if extra {
		xs = append(xs, s.Value())
	}
	return plainMoments(xs), since
}

// plainMoments are the mean and the SD (n-1) of all values. SD is 0 for fewer than two; all is unknown when
// numbers are too large to square. Two passes from a value of the set, so that neither a large offset nor an
// earlier wild value costs digits.
func plainMoments(xs []float64) Moments {
	if len(xs) == 0 {
		return Moments{}
	}
	origin, sum := xs[0], 0.0
	for _, x := range xs {
		sum += x - origin
	}
	mean := origin + sum/float64(len(xs))
	squares := 0.0
	for _, x := range xs {
		d := x - mean
		squares += float64(d * d)
	}
	m := Moments{Mean: mean, N: len(xs)}
	if len(xs) > 1 {
		m.SD = math.Sqrt(squares / float64(len(xs)-1))
	}
	if !finite(m.Mean) || !finite(m.SD) {
		return Moments{}
	}
	return m
}

func (w *window) append(b []byte) []byte {
	vals, at := make([]float64, w.n), make([]int64, w.n)
	for i := range vals {
		vals[i], at[i] = w.vals[w.index(i)], w.at[w.index(i)]
	}
	return append(appendTimes(appendFloats(b, vals), at), byte(w.stride), byte(w.skipped))
}

// read restores the window. A window that was larger when it was written keeps its newest values; one that has
// no size yet takes all.
func (w *window) read(r *reader) {
	vals, at := r.floats(nil, maxList), r.times(nil, maxList)
	w.clear()
	if len(vals) != len(at) {
		r.fail(errTruncated)
	}
	if r.err != nil {
		return
	}
	if w.size() == 0 {
		*w = newWindow(len(vals))
	}
	for i, v := range vals {
		w.push(v, at[i])
	}
	w.stride, w.skipped = int(r.byte()), int(r.byte())
	if w.stride < 1 || w.stride > maxStride || w.skipped >= w.stride {
		r.fail(fmt.Errorf("a window of every %d-th reading, %d skipped", w.stride, w.skipped))
	}
}
