package detectors

import "math"

// ends reports whether the newest value is already s, so that an explanation written after Learn does
// not count a sample twice.
func (w *window) ends(s Sample) bool {
	if w.n == 0 {
		return false
	}
	i := w.index(w.n - 1)
	return w.at[i] == s.At && math.Float64bits(w.vals.at(i)) == math.Float64bits(s.Value())
}

// with describes the window as it is once s has been seen: its moments and the time of its oldest value.
func (w *window) with(s Sample) (m Moments, since int64) { return w.newest(w.length, s) }

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
	old := w.n - first
	var space [100 + 1]float64 // the longest default window, which ks and psi have, and s
	values := space[:0]
	for i := range old {
		values = append(values, w.value(first+i))
	}
	if extra {
		values = append(values, s.Value())
	}
	return plainMoments(values), since
}

// plainMoments are the mean and the SD (n-1) of all values. SD is 0 for fewer than two; all is unknown when
// numbers are too large to square. Two passes from a value of the set, so that neither a large offset nor an
// earlier wild value costs digits.
func plainMoments(xs []float64) Moments {
	n := len(xs)
	if n == 0 {
		return Moments{}
	}
	origin, sum := xs[0], 0.0
	for _, x := range xs {
		sum += x - origin
	}
	mean := origin + sum/float64(n)
	squares := 0.0
	for _, x := range xs {
		d := x - mean
		squares += float64(d * d)
	}
	m := Moments{Mean: mean, N: n}
	if n > 1 {
		m.SD = math.Sqrt(squares / float64(n-1))
	}
	if !finite(m.Mean) || !finite(m.SD) {
		return Moments{}
	}
	return m
}
