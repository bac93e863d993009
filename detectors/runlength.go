package detectors

import "math"

// A runLengthTable holds simulated alarm levels. A statistic that is looked at on every record and rests
// on an overlapping window has no p-value that could be turned into a run length; it can only be
// simulated. What is tabled is transformed so that it grows about linearly with ln ARL0 (the square of a
// standardized distance), which makes interpolation safe and extrapolation beyond 1e6 tolerable.
type runLengthTable struct {
	windows []int       // W or what else the rows are for, rising
	arl0    []float64   // records, rising
	level   [][]float64 // one row a window
}

// at interpolates the level linearly in ln W and ln ARL0. Outside the table it goes on along the last
// piece in ln ARL0 and stays at the last row in W.
func (t runLengthTable) at(w, arl0 float64) float64 {
	i, f := 0, 0.0
	switch last := len(t.windows) - 1; {
	case w >= float64(t.windows[last]):
		i = last
	case w > float64(t.windows[0]):
		for w >= float64(t.windows[i+1]) {
			i++
		}
		f = fraction(w, float64(t.windows[i]), float64(t.windows[i+1]))
	}
	level := t.row(i, arl0)
	if f > 0 {
		level += float64(f * (t.row(i+1, arl0) - level))
	}
	return level
}

func (t runLengthTable) row(i int, arl0 float64) float64 {
	j := 0
	for j < len(t.arl0)-2 && arl0 > t.arl0[j+1] {
		j++
	}
	a, b := t.level[i][j], t.level[i][j+1]
	return a + float64(fraction(arl0, t.arl0[j], t.arl0[j+1])*(b-a))
}

// fraction is the place of x between a and b on a logarithmic scale.
func fraction(x, a, b float64) float64 { return math.Log(x/a) / math.Log(b/a) }
