package detectors

import "fmt"

// A window holds the newest values of a series that count, with their times, oldest first. Where neighbours
// are correlated only every stride-th reading counts. Suspect values enter it: a lasting shift must be seen.
// Its size is fixed, so its memory is 12 bytes a value for ever, 16 when they have many decimals.
type window struct {
	length  int
	vals    numbers
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
	return window{length: size, stride: 1}
}

func (w *window) size() int  { return w.length }
func (w *window) full() bool { return w.n == w.length }
func (w *window) bytes() int { return w.vals.bytes() + 8*cap(w.at) }

// push takes a value in and, when full, lets the oldest go.
func (w *window) push(v float64, at int64) {
	if w.n < w.length {
		w.vals.add(v, w.length)
		w.at = append(roomy(w.at, w.length), at)
		w.n++
	} else {
		w.vals.set(w.pos, v)
		w.at[w.pos] = at
	}
	w.taken++
	if w.pos++; w.pos == w.length {
		w.pos = 0
		w.vals.pack() // what did not fit may be gone
	}
}

// due says whether the next reading counts.
func (w *window) due() bool { return w.skipped+1 >= w.stride }

// filled says whether the window is full once the next reading has been seen.
func (w *window) filled() bool { return w.full() || w.due() && w.n == w.length-1 }

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
	n := newWindow(w.length)
	for i := (w.n - 1) % k; i < w.n; i += k {
		n.push(w.value(i), w.at[w.index(i)])
	}
	n.stride, n.skipped, n.begun = w.stride, w.skipped, w.begun+1
	*w = n
	return true
}

func (w *window) clear() {
	w.vals.clear()
	w.at = w.at[:0]
	w.pos, w.n, w.stride, w.skipped = 0, 0, 1, 0
	w.begun++
}

// resize makes room for more values, or keeps the newest.
func (w *window) resize(size int) {
	n := newWindow(size)
	for i := max(0, w.n-size); i < w.n; i++ {
		n.push(w.value(i), w.at[w.index(i)])
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
		i += w.length
	}
	return i
}

// last is the newest value; there must be one.
func (w *window) last() float64 { return w.value(w.n - 1) }

// value is the i-th value, counted from the oldest.
func (w *window) value(i int) float64 { return w.vals.at(w.index(i)) }

func (w *window) append(b []byte) []byte {
	vals, at := make([]float64, w.n), make([]int64, w.n)
	for i := range vals {
		vals[i], at[i] = w.value(i), w.at[w.index(i)]
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
