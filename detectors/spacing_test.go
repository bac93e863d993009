package detectors

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSpacingFollowsTheCorrelation(t *testing.T) {
	first := unspaced()
	for _, c := range []struct {
		name   string
		from   spacing
		r      float64
		stride int
		rho    float64
		left   float64
		worth  int // of a reference of 500
	}{
		{"none", first, 0.05, 1, 0, 0, 500},
		{"negative", first, -0.8, 1, 0, 0, 500},
		{"weak: wider limits only", first, 0.15, 1, 0.15, 0.15, 500},
		{"0.5", first, 0.5, 3, 0.5, 0.125, 166},
		{"0.9", first, 0.9, 19, 0.9, math.Pow(0.9, 19), 26},
		{"nearly 1", first, 0.99, 50, 0.99, math.Pow(0.99, 50), 10},
		{"second block", spacing{rho: 0.5, left: 0.125, stride: 3, of: 1}, 0.1, 3, 0.5, 0.1, 500},
		{"long memory", spacing{rho: 0.5, left: 0.125, stride: 3, of: 1}, 0.5, 9, 0.5, 0.125, 166},
		{"stride too long", spacing{rho: 0.9, left: 0.1, stride: 19, of: 19}, -0.01, 10, 0.9, 0, 500},
		{"back to every reading", spacing{rho: 0.4, stride: 2, of: 2}, -0.01, 1, 0, 0, 500},
	} {
		got := c.from.after(c.r, 500)
		if got.stride != c.stride || got.rho != c.rho || math.Abs(got.left-c.left) > 1e-12 || got.worth(500) != c.worth {
			t.Errorf("%s: %+v worth %d, want stride %d, correlation %g, left %g, worth %d", c.name, got, got.worth(500),
				c.stride, c.rho, c.left, c.worth)
		}
	}
}

// A frozen baseline of a correlated series freezes the first reference whose readings count.
func TestFrozenBaselineReplacesTheProvisional(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 18))
	next := ar1(0.9)(r)
	b := NewBaseline(BaselineConfig{Size: 500, MinN: 20, Mode: Frozen})
	for i := range 40_000 {
		b.Learn(Sample{At: int64(i), Values: []float64{next()}})
		if i == 600 && (b.Version() != 1 || b.Stride() < 12 || b.worth() > 50) {
			t.Fatalf("version %d, stride %d, worth %d", b.Version(), b.Stride(), b.worth())
		}
	}
	if b.Version() != 2 || b.worth() != 500 || b.left() > 0.3 || math.Abs(b.Correlation()-0.9) > 0.06 {
		t.Fatalf("version %d, worth %d, spacing %+v", b.Version(), b.worth(), b.spacing)
	}
	if m, ok := b.Moments(); !ok || math.Abs(m.SD-1) > 0.15 {
		t.Fatalf("moments %+v", m)
	}
}

func TestLagOneIsUnbiased(t *testing.T) {
	for _, rho := range []float64{0, 0.5, 0.9} {
		sum := 0.0
		for seed := range uint64(200) {
			next := ar1(rho)(rand.New(rand.NewPCG(seed, 19)))
			values := make([]float64, 500)
			for i := range values {
				values[i] = math.Exp(next()) // ranks do not see it
			}
			sorted := slices.Clone(values)
			slices.Sort(sorted)
			ranks := newRanks(sorted, ranks{})
			sum += lagOne(ranks.scoresOf(values, nil)) / 200
		}
		// Four standard errors of 200 estimates of SD √((1-ρ²)/500). The ranks of a slow series lose another 1 %.
		if tolerance := 4*math.Sqrt((1-rho*rho)/500/200) + 0.01*rho; math.Abs(sum-rho) > tolerance {
			t.Errorf("%g: estimated %.4f on average", rho, sum)
		}
	}
}

func TestWindowDropsWhatIsTooClose(t *testing.T) {
	w := newWindow(10)
	for i := range 13 {
		w.take(float64(i), int64(i))
	}
	if w.follow(1) || w.n != 10 {
		t.Fatal("the same stride dropped values")
	}
	if !w.follow(4) || w.n != 3 {
		t.Fatalf("%d values are left", w.n)
	}
	for i := 13; i < 21; i++ {
		w.take(float64(i), int64(i))
	}
	var got []float64
	for i := range w.n {
		got = append(got, w.value(i))
	}
	if want := []float64{4, 8, 12, 16, 20}; !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
}

func TestShapeIsFound(t *testing.T) {
	for _, c := range []struct {
		name string
		of   func(z float64) float64
		want shape
	}{
		{"normal", func(z float64) float64 { return z }, plain},
		{"normal, a fifth of the mean", func(z float64) float64 { return 10 + 2*z }, plain},
		{"log-normal", func(z float64) float64 { return math.Exp(0.5 * z) }, logs},
		{"very log-normal", func(z float64) float64 { return math.Exp(1.5 * z) }, logs},
		{"log-normal, hardly", func(z float64) float64 { return math.Exp(0.02 * z) }, plain},
		{"squares", func(z float64) float64 { return math.Max(0, 3+z) * math.Max(0, 3+z) }, root},
		{"log-normal below 0", func(z float64) float64 { return math.Exp(0.5*z) - 2 }, plain},
	} {
		found := 0
		for seed := range uint64(50) {
			r := rand.New(rand.NewPCG(seed, 20))
			values := make([]float64, 500)
			for i := range values {
				values[i] = c.of(r.NormFloat64())
			}
			values[100] = 1e9 // nobody asks a wild value
			slices.Sort(values)
			if chooseShape(values) == c.want {
				found++
			}
		}
		if found < 47 {
			t.Errorf("%s: found %d times in 50", c.name, found)
		}
	}
}

// The scales rise everywhere, also below what was ever seen, and stay finite.
func TestScalesAreMonotone(t *testing.T) {
	for _, s := range []shape{plain, root, logs} {
		c := newNormalizer(s, 0.4)
		last := math.Inf(-1)
		for _, x := range []float64{-1e300, -5, -0.001, 0, 0.1, 0.2, 0.2000001, 0.4, 7, 1e9, 1e308} {
			if y := c.of(x); !(y > last) || !finite(y) {
				t.Errorf("shape %d at %g: %g after %g", s, x, y, last)
			} else {
				last = y
			}
		}
	}
}

// A flat line is told from the ties that the resolution makes.
func TestStuckKnowsItsTies(t *testing.T) {
	for _, c := range []struct {
		name      string
		next      func(r *rand.Rand) func() float64
		low, high float64 // of the warning level
	}{
		{"continuous", noDrift[0].next, 8, 8},
		{"steps of sd/2", noDrift[4].next, 8, 12},
		{"steps of 3 sd", func(r *rand.Rand) func() float64 { return func() float64 { return math.Round(r.NormFloat64() / 3) } }, 40, 200},
	} {
		d := withARL0(t, "stuck", 1e5)(Env{Baseline: nil}).(*stuck)
		d.baseline = NewBaseline(DefaultBaseline())
		next := c.next(rand.New(rand.NewPCG(3, 21)))
		last, breaches := 0.0, 0
		for i := range 20_000 {
			s := Sample{At: int64(i), Values: []float64{next()}}
			if score, ready := d.Score(s); ready && score >= limits(d).Warning {
				breaches++
			}
			d.baseline.Learn(s)
			d.Learn(s)
			last = s.Value()
		}
		warning := limits(d).Warning
		if breaches > 0 || warning < c.low || warning > c.high {
			t.Errorf("%s: %d false alarms, warning at %g, want %g to %g", c.name, breaches, warning, c.low, c.high)
		}
		readings := 0
		for i := range 300 {
			s := Sample{At: int64(20_000 + i), Values: []float64{last}, Suspect: true}
			if score, _ := d.Score(s); score >= warning {
				readings = i + 1
				break
			}
			d.Learn(s)
		}
		if readings == 0 || readings > int(warning) {
			t.Errorf("%s: a flat line is seen after %d readings, warning at %g", c.name, readings, warning)
		}
	}
}
