package detectors

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The realised mean number of records to a false alarm on normal series without drift, for a run length of
// 1000 asked for, over 300 series a case: the standard error is 6 %. The tolerance also holds the tables' own
// scatter and the difference between frozen and rolling baselines. The settings lie on the tables' grid and
// between it.
func TestRunLengthIsTheOneAskedFor(t *testing.T) {
	const arl0, seriesPerCase = 1000, 300
	cases := []struct {
		name   string
		config BaselineConfig
		set    func(any)
	}{
		{"zscore", BaselineConfig{500, 20, Frozen}, func(c any) { c.(*ZScoreConfig).ARL0 = arl0 }},
		{"zscore", BaselineConfig{100, 20, Rolling}, func(c any) { c.(*ZScoreConfig).ARL0 = arl0 }},
		{"zmean", BaselineConfig{500, 20, Frozen}, func(c any) { c.(*ZMeanConfig).ARL0 = arl0 }},
		{"zmean", BaselineConfig{500, 20, Rolling}, func(c any) { c.(*ZMeanConfig).ARL0 = arl0 }},
		{"zmean", BaselineConfig{150, 20, Frozen}, func(c any) { c.(*ZMeanConfig).ARL0, c.(*ZMeanConfig).Window = arl0, 18 }},
		{"ks", BaselineConfig{500, 20, Frozen}, func(c any) { c.(*KSConfig).ARL0 = arl0 }},
		{"ks", BaselineConfig{500, 20, Rolling}, func(c any) { c.(*KSConfig).ARL0 = arl0 }},
		{"ks", BaselineConfig{900, 20, Rolling}, func(c any) { c.(*KSConfig).ARL0, c.(*KSConfig).Window = arl0, 75 }},
		{"psi", BaselineConfig{500, 20, Frozen}, func(c any) { c.(*PSIConfig).ARL0 = arl0 }},
		{"psi", BaselineConfig{500, 20, Rolling}, func(c any) { c.(*PSIConfig).ARL0 = arl0 }},
		{"psi", BaselineConfig{500, 20, Rolling}, func(c any) { c.(*PSIConfig).ARL0, c.(*PSIConfig).Bins = arl0, 5 }},
		{"psi", BaselineConfig{1000, 20, Rolling}, func(c any) { c.(*PSIConfig).ARL0, c.(*PSIConfig).Window = arl0, 150 }},
	}
	for i, c := range cases {
		t.Run(fmt.Sprintf("%d %s %d %s", i, c.name, c.config.Size, c.config.Mode), func(t *testing.T) {
			maker, err := Builtin()[c.name](func(into any) error { c.set(into); return nil })
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for seed := range uint64(seriesPerCase) {
				sum += runToAlarm(c.config, maker, rand.New(rand.NewPCG(seed, 5)), 20*arl0)
			}
			ratio := sum / seriesPerCase / arl0
			t.Logf("%.2f times the run length asked for", ratio)
			if ratio < 0.8 || ratio > 1.6 {
				t.Errorf("%.2f times the run length asked for", ratio)
			}
		})
	}
}

// runToAlarm counts the records judged on an anchored baseline until the first warning, at most limit.
func runToAlarm(c BaselineConfig, maker Maker, r *rand.Rand, limit int) float64 {
	b := NewBaseline(c)
	d := maker(Env{Baseline: b})
	s := Sample{Values: make([]float64, 1)}
	judged := 0
	for judged < limit {
		s.Values[0] = r.NormFloat64()
		score, ready := d.Score(s)
		if ready && b.Reference() != nil {
			judged++
			if score >= limits(d).Warning {
				break
			}
		}
		b.Learn(s)
		d.Learn(s)
	}
	return float64(judged)
}

// While the baseline warms up, at most one in twenty series may alarm within its first 500 records for a run
// length of 1e4 asked for: exp(-500/1e4) is 0.951. The tolerance is four standard errors of 300 series.
func TestWarmUpRaisesNoAlarms(t *testing.T) {
	for _, name := range []string{"zscore", "zmean"} {
		maker, err := Builtin()[name](func(c any) error {
			switch c := c.(type) {
			case *ZScoreConfig:
				c.ARL0 = 1e4
			case *ZMeanConfig:
				c.ARL0 = 1e4
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		alarmed := 0
		for seed := range uint64(300) {
			r := rand.New(rand.NewPCG(seed, 6))
			b := NewBaseline(DefaultBaseline())
			d := maker(Env{Baseline: b})
			hit := false
			for range 500 {
				s := Sample{Values: []float64{r.NormFloat64()}}
				score, ready := d.Score(s)
				hit = hit || ready && score >= limits(d).Warning
				b.Learn(s)
				d.Learn(s)
			}
			if hit {
				alarmed++
			}
		}
		t.Logf("%s: %d of 300 series alarmed while warming up", name, alarmed)
		if alarmed > 30 {
			t.Errorf("%s: %d of 300 series alarmed while warming up", name, alarmed)
		}
	}
}

// Levels rise with the run length and fall with the window, between the grid points too, and agree with the
// table on D published for 500/100 and 2000/500 (simulated with a fixed reference): 0.162, 0.198, 0.234,
// 0.262 and 0.0605, 0.083, 0.098, 0.1115 at 1e3, 1e4, 1e5, 1e6. Ours also hold for a rolling reference, which
// needs up to 5 % more.
func TestLevelsAreSane(t *testing.T) {
	for i, want := range []float64{0.162, 0.198, 0.234, 0.262} {
		near(t, "D at 500/100", KSLimit(500, 100, math.Pow(10, float64(3+i))), want, 0.05)
	}
	for i, want := range []float64{0.0605, 0.083, 0.098, 0.1115} {
		near(t, "D at 2000/500", KSLimit(2000, 500, math.Pow(10, float64(3+i))), want, 0.06)
	}
	last := 0.0
	for arl0 := 1e2; arl0 <= 1e8; arl0 *= 1.3 {
		ks, psi, zm := KSLimit(500, 100, arl0), PSILimit(500, 100, 10, arl0), zmeanLimit(500, 24, arl0)
		if sum := ks + psi + zm; sum <= last || !finite(sum) || ks > 1 {
			t.Fatalf("levels %v %v %v at %g", ks, psi, zm, arl0)
		} else {
			last = sum
		}
	}
	for w := 51; w <= 500; w++ {
		if KSLimit(500, w, 1e5) >= KSLimit(500, w-1, 1e5) || PSILimit(500, w, 10, 1e5) >= PSILimit(500, w-1, 10, 1e5) {
			t.Fatalf("a window of %d has a higher level than a shorter one", w)
		}
	}
	for n := 6; n <= 2000; n++ {
		if zmeanLimit(n, 24, 1e5) >= zmeanLimit(n-1, 24, 1e5) {
			t.Fatalf("a baseline of %d has a wider limit than a smaller one", n)
		}
	}
}
