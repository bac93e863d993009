package detectors

import "math"

// KSLimit is the level on D that a window of w values, compared with a fixed reference of m values on every
// record, reaches by chance once in arl0 records on average. The statistic depends on ranks only, so one
// table serves every continuous distribution; ties make it rarer, for which ks
// lowers the level. The table holds λ² = D² m w/(m+w) and is
// interpolated in the logarithms of m (50 to 2000, beyond that at the nearer end), w and arl0.
func KSLimit(m, w int, arl0 float64) float64 {
	last := len(ksTables) - 1
	i := 0
	for i < last-1 && m > ksTables[i+1].m {
		i++
	}
	a, b := ksTables[i], ksTables[i+1]
	f := math.Max(0, math.Min(1, fraction(float64(m), float64(a.m), float64(b.m))))
	square := a.at(float64(w), arl0)
	square += float64(f * (b.at(float64(w), arl0) - square))
	return math.Min(1, math.Sqrt(square*float64(m+w)/(float64(m)*float64(w))))
}

// ksTable is the run-length table of one reference size.
type ksTable struct {
	m int
	runLengthTable
}
