package detectors

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func learnAll(b *Baseline, values ...float64) {
	for i, v := range values {
		b.Learn(Sample{At: int64(i), Values: []float64{v}})
	}
}

// mixed returns values in an order in which neighbours are not correlated, block by block: 37 is a primitive
// step in 100.
func mixed(values []float64) []float64 {
	out := slices.Clone(values)
	for i := range out {
		if block := i / 100 * 100; block+100 <= len(values) {
			out[i] = values[block+i*37%100]
		}
	}
	return out
}

func TestMoments(t *testing.T) {
	normal := make([]float64, 100)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range normal {
		normal[i] = 10 + r.NormFloat64()
	}
	plain := plainMoments(normal)
	tests := []struct {
		name string
		in   []float64
		mean float64
		sd   float64
		n    int
		ok   bool
	}{
		{"plain", normal, plain.Mean, plain.SD, 100, true},
		{"one wild value", append(slices.Clone(normal), 1e9), plain.Mean, plain.SD, 100, true},
		{"wild on both sides", append(slices.Clone(normal), 1e308, -1e308), plain.Mean, plain.SD, 100, true},
		{"constant", slices.Repeat([]float64{7}, 50), 0, 0, 0, false},
		{"constant but for float noise", append(slices.Repeat([]float64{0.3}, 50), 0.1+0.2, 0.1+0.2), 0, 0, 0, false},
		{"constant and one wild value", append(slices.Repeat([]float64{7}, 50), 1e9), 0, 0, 0, false},
		// Two of 50 a step higher: the SD of the values would be 0.002, the rounding alone makes 0.01/√12.
		{"two levels", append(slices.Repeat([]float64{7}, 48), 7.01, 7.01), 7 + 0.02/50, 0.01 / math.Sqrt(12), 50, true},
		// The smallest step counts: SD of the values 0.0015, of rounding to 0.01 0.0029.
		{"three levels", append(slices.Repeat([]float64{7}, 480), 7.01, 7.01, 7.03), 7 + 0.05/483, 0.01 / math.Sqrt(12), 483, true},
		{"two levels and a wild value", append(slices.Repeat([]float64{7}, 48), 7.01, 7.01, 1e9), 7 + 0.02/50, 0.01 / math.Sqrt(12), 50, true},
		{"too large for an SD", []float64{-1e308, 1e308, -1e308, 1e308, 1e307}, 0, 0, 0, false},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			in := slices.Clone(c.in)
			slices.Sort(in)
			f, ok := fitTo(in)
			m := f.moments
			if ok != c.ok {
				t.Fatalf("ok %v: %+v", ok, m)
			}
			if !ok {
				return
			}
			if m.N != c.n || math.Abs(m.Mean-c.mean) > 1e-9 || math.Abs(m.SD-c.sd) > 1e-4*c.sd {
				t.Fatalf("%+v, want mean %v SD %v n %d", m, c.mean, c.sd, c.n)
			}
		})
	}
}

func TestBaselineAnchors(t *testing.T) {
	values := make([]float64, 350)
	for i := range values {
		values[i] = float64(i)
	}
	order := mixed(values)
	for _, mode := range []string{Rolling, Frozen} {
		b := NewBaseline(BaselineConfig{Size: 100, MinN: 20, Mode: mode})
		learnAll(b, order[:19]...)
		if _, ok := b.Moments(); ok || b.N() != 19 || b.Reference() != nil {
			t.Fatalf("%s: known too early", mode)
		}
		learnAll(b, order[19])
		if m, ok := b.Moments(); !ok || m.N != 20 || math.Abs(m.Mean-plainMoments(order[:20]).Mean) > 1e-12 {
			t.Fatalf("%s: moments %+v %v of %v", mode, m, ok, order[:20])
		}
		learnAll(b, order[20:]...)
		want, version := values[:100], uint32(1)
		if mode == Rolling {
			want, version = values[200:300], 3 // the block 300..349 is still being collected
		}
		if !slices.Equal(b.Reference(), want) || b.Version() != version || b.N() != 100 {
			t.Fatalf("%s: reference from %v, version %d, n %d", mode, b.Reference()[0], b.Version(), b.N())
		}
		if m, ok := b.Moments(); !ok || m.N != 100 || math.Abs(m.Mean-plainMoments(want).Mean) > 1e-12 {
			t.Fatalf("%s: moments %+v", mode, m)
		}
	}
}

func TestBaselineKeepsOut(t *testing.T) {
	b := NewBaseline(BaselineConfig{Size: 100, MinN: 20, Mode: Rolling})
	learnAll(b, math.NaN(), math.Inf(1))
	b.Learn(Sample{Values: []float64{1}, Suspect: true})
	b.Learn(Sample{})
	b.Hold(true)
	learnAll(b, 1)
	if b.N() != 0 {
		t.Fatalf("%d values were let in", b.N())
	}
	b.Hold(false)
	values := make([]float64, 300)
	for i := range values {
		values[i] = float64(i)
	}
	learnAll(b, mixed(values)[:150]...)
	b.Discard()
	for _, v := range mixed(values)[:100] {
		learnAll(b, 1000+v)
	}
	if b.Reference()[0] != 1000 {
		t.Fatal("the discarded block came back")
	}
	v := b.Version()
	b.Reset(5000)
	if _, ok := b.Moments(); ok || b.Reference() != nil || b.N() != 0 || b.Version() != v+1 || b.Resets() != 1 {
		t.Fatal("a reset baseline still knows something")
	}
	b.Learn(Sample{At: 4999, Values: []float64{1}})
	b.Learn(Sample{At: 5000, Values: []float64{2}})
	if b.N() != 1 || b.Since() != 5000 {
		t.Fatalf("n %d since %d: a value from before the reset counts", b.N(), b.Since())
	}
}

// Months of values after one 1e9: running sums would keep its rounding for ever.
func TestBaselineForgetsWildValue(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	b := NewBaseline(DefaultBaseline())
	learnAll(b, 1e9)
	for i := range 5000 {
		learnAll(b, 7.4+0.02*r.NormFloat64())
		if m, ok := b.Moments(); ok && (m.SD > 0.03 || math.Abs(m.Mean-7.4) > 0.02) {
			t.Fatalf("after %d values: %+v", i, m)
		}
	}
	fresh := plainMoments(b.Reference())
	if m, _ := b.Moments(); m.N != 500 || math.Abs(m.SD-fresh.SD) > 1e-9*m.SD || math.Abs(m.Mean-fresh.Mean) > 1e-9 {
		t.Fatalf("moments %+v, recomputed %+v", m, fresh)
	}
}

func TestBaselineStateIsCompact(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	b := NewBaseline(DefaultBaseline())
	raw := NewBaseline(DefaultBaseline())
	for range 900 {
		v := 95 + 5*r.NormFloat64()
		learnAll(raw, v)
		learnAll(b, math.Round(v*10)/10)
	}
	a, c := len(marshal(t, b)), len(marshal(t, raw))
	t.Logf("900 values: %d bytes with one decimal, %d as raw floats, %d in memory", a, c, b.Bytes())
	if a > 1000 || c > 7300 {
		t.Fatalf("%d and %d bytes", a, c)
	}
}

func TestFloatsSurvive(t *testing.T) {
	for _, xs := range [][]float64{
		nil, {0}, {math.Copysign(0, -1)}, {0.1, 0.3, -7.25}, {0.1 + 0.2}, {1e308, -1e308, 5e-324}, {123456789.123},
		{1.0 / 3}, {-999, 1e15, 1e16},
	} {
		b := appendFloats(nil, xs)
		r := &reader{b: b}
		got := r.floats(nil, maxList)
		if err := r.done("list"); err != nil {
			t.Fatalf("%v: %v", xs, err)
		}
		if !slices.EqualFunc(got, xs, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) {
			t.Fatalf("%v became %v", xs, got)
		}
	}
}

func TestTimesSurvive(t *testing.T) {
	for _, ts := range [][]int64{nil, {0}, {1e9, 3e9, 2e9}, {1_700_000_000_123_000_000, -5e6}, {7, math.MaxInt64, math.MinInt64}} {
		b := appendTimes(nil, ts)
		r := &reader{b: b}
		got := r.times(nil, maxList)
		if err := r.done("times"); err != nil || !slices.Equal(got, ts) {
			t.Fatalf("%v became %v (%v)", ts, got, err)
		}
	}
	minutes := make([]int64, 100)
	for i := range minutes {
		minutes[i] = 1_700_000_000e9 + int64(i)*60e9
	}
	if n := len(appendTimes(nil, minutes)); n > 110 {
		t.Fatalf("100 times a minute apart take %d bytes", n)
	}
}

func TestBaselineConfigIsChecked(t *testing.T) {
	if errs := DefaultBaseline().Validate(); len(errs) != 0 {
		t.Fatal(errs)
	}
	if errs := (BaselineConfig{Size: 5, MinN: 1, Mode: "x"}).Validate(); len(errs) != 3 {
		t.Fatal(errs)
	}
}

// A larger or smaller size in the config keeps what was learned.
func TestBaselineOutlivesItsSize(t *testing.T) {
	b := NewBaseline(BaselineConfig{Size: 200, MinN: 20, Mode: Rolling})
	values := make([]float64, 400)
	for i := range values {
		values[i] = float64(i % 100)
	}
	learnAll(b, mixed(values)[:350]...)
	state := marshal(t, b)
	c := NewBaseline(BaselineConfig{Size: 100, MinN: 30, Mode: Rolling})
	if err := c.UnmarshalBinary(state); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(state, marshal(t, c)) || c.N() != 200 {
		t.Fatal("a changed size dropped values")
	}
	learnAll(c, 350)
	if c.N() != 151 {
		t.Fatalf("anchored on %d values", c.N())
	}
}
