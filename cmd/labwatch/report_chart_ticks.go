package main

import (
	"math"

	"gonum.org/v1/plot"
)

// roundTicks marks an axis at multiples of 1, 2 or 5 times a power of ten, at most ten of them, and no closer than
// least.
type roundTicks struct{ least float64 }

var _ plot.Ticker = roundTicks{}

// Ticks returns the marks from low to high.
func (t roundTicks) Ticks(low, high float64) []plot.Tick {
	const most = 10
	step := math.Pow(10, math.Floor(math.Log10((high-low)/most)))
	for _, factor := range [...]float64{1, 2, 5, 10} {
		if step*factor*most >= high-low {
			step *= factor
			break
		}
	}
	step = math.Max(step, t.least)
	var out []plot.Tick
	for i := math.Ceil(low / step); i*step <= high; i++ {
		v := math.Round(i*step*1e9)/1e9 + 0 // 3*0.1 is written 0.3, and -0 as 0
		out = append(out, plot.Tick{Value: v, Label: formatNumber(v)})
	}
	return out
}
