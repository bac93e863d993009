package stream

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"labwatch/record"
)

// TestForestKeepsBudget: on healthy vectors, independent ones and such as resemble their neighbours, a forest opens no more
// alerts than the budget allows, and what it promises is what was asked, or is said to be less.
func TestForestKeepsBudget(t *testing.T) {
	const devices, rounds = 8, 4000
	for _, phi := range []float64{0, 0.5, 0.9} {
		t.Run(fmt.Sprint("AR(1) ", phi), func(t *testing.T) {
			j := testJudging(t)
			j.Alerts.Silent.Enabled = false
			j.Plan.Series = nil // the forest alone
			j.FalseAlarms = 2000
			j = NewJudging(j.Config, j.Plan, j.Baseline, j.Alerts, j.Zone, j.Metrics)
			b := newBedside(t, j)
			rng := rand.New(rand.NewPCG(11, 0))
			var state [devices][3]float64
			names := []string{"flow", "pressure", "level"}
			for at := range rounds {
				for d := range devices {
					var channels []record.Channel
					for c := range names {
						x := &state[d][c]
						*x = phi**x + math.Sqrt(1-phi*phi)*rng.NormFloat64()
						channels = append(channels, record.Channel{Name: names[c], Value: *x})
					}
					b.hear(sample(fmt.Sprint("pump-", d), seconds(at), channels...))
				}
			}
			opened := 0
			for _, a := range b.of("iforest") {
				if a.State == "opened" {
					opened++
				}
			}
			var r *Recurrence
			for _, g := range b.w.groups {
				r = &g.recurrences[0]
			}
			// A vector a second, one detector: 2,592,000 vectors a month, 2000 false alarms: 1296, and the power of two above.
			if r.asked != 2048 || r.promise < r.asked {
				t.Errorf("asked for %g, promised %g", r.asked, r.promise)
			}
			allowed := float64(devices*rounds) / r.asked
			t.Logf("alpha %.5f, %d in a row, rho %.2f: %d alerts, %.0f allowed, %.1f expected", r.alpha, r.row, r.rho(), opened, allowed, b.w.tally.expected)
			if float64(opened) > allowed+2*math.Sqrt(allowed) {
				t.Errorf("%d alerts, the budget allows %.1f", opened, allowed)
			}
			if b.w.tally.opened != opened || b.w.tally.expected <= 0 || b.w.tally.expected > allowed {
				t.Errorf("%d opened and %g expected are counted, %d opened", b.w.tally.opened, b.w.tally.expected, opened)
			}
		})
	}
}
