package detectors

import (
	"math"
	"math/rand/v2"
	"testing"
)

func forestWith(t testing.TB, change func(*IForestConfig)) *iforest {
	t.Helper()
	m, err := newIForest(func(c any) error {
		if change != nil {
			change(c.(*IForestConfig))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m(Env{Rand: rand.NewPCG(1, 1)}).(*iforest)
}

func normalVector(r *rand.Rand, d int) Sample {
	v := make([]float64, d)
	for j := range v {
		v[j] = r.NormFloat64()
	}
	return Sample{Values: v}
}

// With a window of exactly the sample, every tree is grown from the same rows as a batch forest's, so the
// two must rank alike; and a far vector must score above every near one.
func TestForestFollowsBatch(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	d := forestWith(t, func(c *IForestConfig) { c.Window, c.Every = 1024, 1 })
	var rows [][]float64
	for range 2048 {
		s := normalVector(r, 4)
		d.Learn(s)
		rows = append(rows, s.Values)
	}
	batch, err := FitForest(rows[1024:], 100, 256, rand.NewPCG(5, 5))
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for _, v := range rows[1024:] {
		online, ready := d.Score(Sample{Values: v})
		if !ready {
			t.Fatal("not ready")
		}
		worst = math.Max(worst, math.Abs(online-batch.Score(v)))
	}
	far, _ := d.Score(Sample{Values: []float64{8, -8, 8, -8}})
	t.Logf("largest difference to the batch forest %.3f, far vector scores %.3f", worst, far)
	if worst > 0.08 || far < 0.7 {
		t.Fatalf("differs by %.3f from the batch forest, far vector scores %.3f", worst, far)
	}
}

// The score of a forest by the definition, in float64 and by walking with explicit depth.
func TestScoreIsTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var rows [][]float64
	for range 300 {
		rows = append(rows, normalVector(r, 3).Values)
	}
	f, err := FitForest(rows, 20, 256, rand.NewPCG(1, 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range rows {
		f.Score(v)
		sum := 0.0
		for _, tree := range f.trees {
			i, depth := 0, 0
			for !tree.nodes[i].leaf() {
				n := tree.nodes[i]
				i++
				if float32(v[n.channel]) > valueOf(n.at) {
					i += int(n.skip)
				}
				depth++
			}
			sum += float64(depth) + averagePath(tree.leafSize(i, depth, averagePaths(256)))
		}
		want := math.Pow(2, -sum/float64(len(f.trees))/averagePath(256))
		near(t, "score", f.Score(v), want, 1e-6)
	}
}

// A tree accounts for every vector of its sample, is no deeper than the limit and never splits on a
// constant channel.
func TestTreeShape(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	var rows [][]float64
	for range 1000 {
		rows = append(rows, []float64{5, float64(r.IntN(3)), float64(r.IntN(4)), 5})
	}
	f, err := FitForest(rows, 50, 256, rand.NewPCG(1, 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, tree := range f.trees {
		size := 0
		var sum func(i, depth int) int
		sum = func(i, depth int) (next int) {
			switch n := tree.nodes[i]; {
			case n.leaf():
				size += tree.leafSize(i, depth, averagePaths(256))
				return i + 1
			case n.channel == 0 || n.channel == 3:
				t.Fatal("split on a constant channel")
			}
			return sum(sum(i+1, depth+1), depth+1)
		}
		if sum(0, 0); size != 256 {
			t.Fatalf("leaves hold %d of 256 vectors", size)
		}
		if len(tree.nodes) != 2*12-1 { // 3 x 4 different rows, each isolated within 8 levels at most
			t.Logf("%d nodes", len(tree.nodes))
		}
	}
}

func TestBetween(t *testing.T) {
	for _, c := range []struct{ lo, hi float32 }{
		{0, 1}, {1, math.Nextafter32(1, 2)}, {-math.MaxFloat32, math.MaxFloat32}, {0, math.SmallestNonzeroFloat32},
	} {
		for _, u := range []float64{0, 0.5, 1 - 1e-16} {
			if at := between(c.lo, c.hi, u); !(at >= c.lo && at < c.hi) {
				t.Errorf("between(%g, %g, %g) = %g", c.lo, c.hi, u, at)
			}
		}
	}
}

// After the window has passed, a wild vector is in no tree: the forest's bytes equal those of one that never
// saw it, given the same generator. Calibration keeps scores, which the wild vector did change, for longer.
func TestForestOutlivesWildVector(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	small := func(c *IForestConfig) {
		c.Trees, c.Sample, c.Window, c.Every, c.MinN = 10, 64, 128, 5, 64
		c.Calibration, c.Alpha = 100, 0.01
	}
	dirty, clean := forestWith(t, small), forestWith(t, small)
	same := false
	for i := range 3000 {
		s := normalVector(r, 2)
		clean.Learn(s)
		if i == 700 {
			s = Sample{Values: []float64{1e9, -1e9}}
		}
		dirty.Learn(s)
		probe := normalVector(r, 2)
		a, _ := dirty.Score(probe)
		b, _ := clean.Score(probe)
		same = a == b
		if i < 700 && !same {
			t.Fatalf("vector %d: scores differ before the wild one", i)
		}
	}
	// Trees draw a number per node, so the generators may have parted for good; then scores agree as two
	// seeds do.
	if !same {
		sum := 0.0
		for range 500 {
			probe := normalVector(r, 2)
			a, _ := dirty.Score(probe)
			b, _ := clean.Score(probe)
			sum += (a - b) / 500
		}
		if math.Abs(sum) > 0.03 {
			t.Fatalf("scores differ by %.3f on average", sum)
		}
	}
	for _, tree := range dirty.trees {
		for _, n := range tree.nodes {
			if !n.leaf() && math.Abs(float64(valueOf(n.at))) > 10 {
				t.Fatalf("a tree still splits at %g", valueOf(n.at))
			}
		}
	}
}

// The realised share of alerts on a stream without anomalies is alpha, also when every breach is marked
// suspect, as an engine may do. About 450 alerts are expected, in clumps that last as long as a calibration;
// the tolerance is wide, but a level that sinks with its own alarms was at four times alpha.
func TestConformalLevelHoldsAlpha(t *testing.T) {
	const alpha = 0.01
	for _, levels := range []float64{0, 2} { // a step of half an SD: most scores are tied
		alerts, scored := 0, 0
		for seed := range uint64(8) {
			r := rand.New(rand.NewPCG(seed, 9))
			d := forestWith(t, func(c *IForestConfig) { c.Trees, c.Window, c.Alpha, c.Calibration = 50, 512, alpha, 500 })
			for range 6000 {
				s := normalVector(r, 2)
				for i, v := range s.Values {
					if levels > 0 {
						s.Values[i] = math.Round(v * levels)
					}
				}
				score, ready := d.Score(s)
				if l := d.Limits(); ready && !math.IsInf(l.Warning, 1) {
					scored++
					if score >= l.Warning {
						alerts++
						s.Suspect = true
					}
				}
				d.Learn(s)
			}
		}
		share := float64(alerts) / float64(scored)
		t.Logf("%g levels a unit: %d alerts in %d vectors: %.4f, asked for %.4f", levels, alerts, scored, share, alpha)
		if share < 0.7*alpha || share > 1.5*alpha {
			t.Errorf("share of alerts %.4f, asked for %.4f", share, alpha)
		}
	}
}

// Too few scores promise nothing: the level is out of reach until 1/alpha - 1 are known.
func TestConformalLevelWaits(t *testing.T) {
	c, rng := newConformal(0.01, 500), rand.NewPCG(1, 1)
	for i := range 98 {
		c.add(float64(i)/1000, false, rng)
		if !math.IsInf(c.warning, 1) {
			t.Fatalf("level %v after %d scores", c.warning, i+1)
		}
	}
	c.add(0.5, false, rng)
	if c.warning != 0.5 && c.warning != 0.5+1.0/grades {
		t.Fatalf("level %v, want the largest of 99 or the step above it", c.warning)
	}
}

// A channel too many or too few is neither scored nor learned.
func TestForestKeepsItsChannels(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	d := forestWith(t, nil)
	for range 400 {
		d.Learn(normalVector(r, 3))
	}
	before := marshal(t, d)
	for _, bad := range [][]float64{nil, {1}, {1, 2, 3, 4}, {1, 2, math.NaN()}} {
		if _, ready := d.Score(Sample{Values: bad}); ready {
			t.Fatalf("scored %v", bad)
		}
		d.Learn(Sample{Values: bad})
	}
	if string(before) != string(marshal(t, d)) {
		t.Fatal("learned a vector of another width")
	}
}

// A changed number of trees, window or calibration keeps what fits, and goes on.
func TestForestOutlivesItsParameters(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	d := forestWith(t, nil)
	for range 3000 {
		d.Learn(normalVector(r, 4))
	}
	state := marshal(t, d)
	t.Logf("4 channels: state %d bytes, memory %d bytes", len(state), d.Bytes())
	if len(state) > 110_000 {
		t.Errorf("state of %d bytes", len(state))
	}
	for _, change := range []func(*IForestConfig){
		func(c *IForestConfig) { c.Trees = 30 },
		func(c *IForestConfig) { c.Trees = 120 },
		func(c *IForestConfig) { c.Window, c.Calibration = 512, 999 },
	} {
		e := forestWith(t, change)
		if err := e.UnmarshalBinary(state); err != nil {
			t.Fatal(err)
		}
		for range 50 {
			s := normalVector(r, 4)
			e.Score(s)
			e.Learn(s)
		}
		if score, ready := e.Score(Sample{Values: []float64{9, 9, 9, 9}}); !ready || score < 0.65 {
			t.Fatalf("score %v %v", score, ready)
		}
	}
}

// The evidence names the channel that is off, and its side; of an odd combination of two it names both.
func TestForestNamesChannels(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	d := forestWith(t, nil)
	draw := func() []float64 {
		x := r.NormFloat64()
		return []float64{x, x + 0.2*r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
	}
	for range 2500 {
		s := Sample{Values: draw()}
		d.Score(s)
		d.Learn(s)
	}
	for _, c := range []struct {
		name      string
		x         []float64
		channels  []int
		direction int
		p         float64
	}{
		{"one low", []float64{0, 0, -9, 0}, []int{2}, -1, 0.2},
		{"one high", []float64{0, 0, 0, 9}, []int{3}, 1, 0.2},
		{"two that part", []float64{1.8, -1.8, 0, 0}, []int{0, 1}, 0, 0.2},
	} {
		e := d.Explain(Sample{Values: c.x})
		sum, named := 0.0, 0.0
		for _, p := range e.Parts {
			sum += p.Share
			for _, want := range c.channels {
				if p.Channel != want {
					continue
				}
				named += p.Share
				if c.direction != 0 && p.Direction != c.direction {
					t.Errorf("%s: direction %d", c.name, p.Direction)
				}
			}
		}
		t.Logf("%s: p %.4f, parts %+v", c.name, e.P, e.Parts)
		if named < 0.6 || math.Abs(sum-1) > 1e-9 || !(e.P > 0 && e.P <= c.p) {
			t.Errorf("%s: %.2f of %.2f are of %v, p %.4f", c.name, named, sum, c.channels, e.P)
		}
	}
}
