package detectors

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Reference values come from scipy and scikit-learn; testdata/goldens.py wrote them, and the header of each
// file names the versions.

func golden(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
}

func near(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Errorf("%s: %.17g, want %.17g within %g", what, got, want, relative)
	}
}

type twoSamples struct {
	Kind              string
	Reference, Window []float64
	D, P, PSI         float64
	Bins              int
}

// lastScore runs a detector of a window over the case: the reference through the baseline, then the window.
func (c twoSamples) lastScore(t *testing.T, name string, bins int) (float64, Detector) {
	t.Helper()
	b := NewBaseline(BaselineConfig{Size: len(c.Reference), MinN: 20, Mode: Frozen})
	for i, v := range c.Reference {
		b.Learn(Sample{At: int64(i), Values: []float64{v}})
	}
	b.Hold(true)
	m, err := Builtin()[name](func(cfg any) error {
		switch cfg := cfg.(type) {
		case *KSConfig:
			cfg.Window = len(c.Window)
		case *PSIConfig:
			cfg.Window, cfg.Bins = len(c.Window), bins
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d := m(Env{Baseline: b})
	last := len(c.Window) - 1
	for i, v := range c.Window[:last] {
		b.Learn(Sample{At: int64(i), Values: []float64{v}})
	}
	score, ready := d.Score(Sample{At: int64(last), Values: c.Window[last:]})
	if !ready {
		t.Fatalf("%s: not ready", c.Kind)
	}
	return score, d
}

func TestKSEqualsScipy(t *testing.T) {
	var g struct {
		Samples []twoSamples
		Pvalues []struct {
			N1, N2          int
			D, Exact, Limit float64
		}
		Limit []struct{ Lambda, Q float64 }
	}
	golden(t, "ks.json", &g)
	if len(g.Samples) < 8 || len(g.Pvalues) < 8 || len(g.Limit) < 8 {
		t.Fatal("golden file is too short")
	}
	for _, c := range g.Samples {
		d, _ := c.lastScore(t, "ks", 0)
		near(t, c.Kind+" D", d, c.D, 1e-12)
		near(t, c.Kind+" p", KSPValue(d, len(c.Reference), len(c.Window)), c.P, 1e-9)
	}
	for _, p := range g.Pvalues {
		if p.Exact > 1e-10 {
			near(t, "exact p", KSPValue(p.D, p.N1, p.N2), p.Exact, 1e-9)
		} else {
			near(t, "small exact p", KSPValue(p.D, p.N1, p.N2), p.Exact, 1e-2)
		}
		n1, n2 := float64(p.N1), float64(p.N2)
		near(t, "limit p", KolmogorovTail(p.D*math.Sqrt(n1*n2/(n1+n2))), p.Limit, 1e-10)
	}
	for _, l := range g.Limit {
		near(t, "Q", KolmogorovTail(l.Lambda), l.Q, 1e-9)
	}
}

// The published table of two-sample p-values: n1, n2, D, exact, plain limit distribution.
func TestKSPValueTable(t *testing.T) {
	for _, r := range [][5]float64{
		{30, 30, 11.0 / 30, 3.458008e-02, 3.543016e-02},
		{30, 30, 13.0 / 30, 6.548396e-03, 7.153266e-03},
		{100, 500, 0.2000, 2.252454e-03, 2.545268e-03},
		{100, 500, 0.2340, 1.823781e-04, 2.175998e-04},
		{500, 500, 0.0860, 4.950261e-02, 4.954529e-02},
		{500, 500, 0.1260, 7.045192e-04, 7.138392e-04},
	} {
		near(t, "exact", KSPValue(r[2], int(r[0]), int(r[1])), r[3], 3e-7)
		near(t, "limit", KolmogorovTail(r[2]*math.Sqrt(r[0]*r[1]/(r[0]+r[1]))), r[4], 3e-7)
	}
}

func TestPSIEqualsPlainPython(t *testing.T) {
	var g struct {
		Samples    []twoSamples
		Thresholds []struct {
			M, N, Bins int
			Alpha, X   float64
		}
	}
	golden(t, "psi.json", &g)
	if len(g.Samples) < 8 || len(g.Thresholds) < 4 {
		t.Fatal("golden file is too short")
	}
	for _, c := range g.Samples {
		score, d := c.lastScore(t, "psi", 10)
		near(t, c.Kind, score, c.PSI, 1e-12)
		if n := d.(*psi).bins.n(); n != c.Bins {
			t.Errorf("%s: %d bins, want %d", c.Kind, n, c.Bins)
		}
	}
	for _, x := range g.Thresholds {
		near(t, "threshold", PSIThreshold(x.M, x.N, x.Bins, x.Alpha), x.X, 1e-9)
	}
}

func TestZScoreLimitEqualsScipy(t *testing.T) {
	var g struct {
		Limits []struct {
			P, Z float64
			N    int
		}
	}
	golden(t, "zscore.json", &g)
	if len(g.Limits) < 20 {
		t.Fatal("golden file is too short")
	}
	for _, l := range g.Limits {
		near(t, "limit", predictiveLimit(l.P, l.N, l.N), l.Z, 1e-6)
	}
}

// c(256) = 10.2448 (Liu, Ting & Zhou 2008); c(2) = 1 and c(1) = 0 by definition.
func TestForestConstants(t *testing.T) {
	near(t, "c(256)", averagePath(256), 10.2448, 5e-6)
	for n, want := range map[int]float64{0: 0, 1: 0, 2: 1} {
		if got := averagePath(n); got != want {
			t.Errorf("c(%d) = %v, want %v", n, got, want)
		}
	}
	for n, want := range map[int]int{1: 0, 2: 1, 3: 2, 255: 8, 256: 8, 257: 9} {
		if got := heightLimit(n); got != want {
			t.Errorf("height limit of %d: %d, want %d", n, got, want)
		}
	}
}

// Within four standard errors of the difference of the two means, each over ten seeds.
func TestForestAUCEqualsSklearn(t *testing.T) {
	var g struct {
		Sets []struct {
			Name    string
			Rows    [][]float64
			Labels  []int
			AUCMean float64 `json:"auc_mean"`
			AUCSD   float64 `json:"auc_sd"`
			Seeds   int
		}
	}
	golden(t, "forest.json", &g)
	if len(g.Sets) < 3 {
		t.Fatal("golden file is too short")
	}
	for _, s := range g.Sets {
		mean, sd := forestAUC(t, s.Rows, s.Labels, s.Seeds)
		noise := 4 * math.Sqrt((s.AUCSD*s.AUCSD+sd*sd)/float64(s.Seeds))
		t.Logf("%s: AUC %.4f (sd %.4f), scikit-learn %.4f (sd %.4f)", s.Name, mean, sd, s.AUCMean, s.AUCSD)
		if math.Abs(mean-s.AUCMean) > noise {
			t.Errorf("%s: AUC %.4f, scikit-learn %.4f, want a difference within %.4f", s.Name, mean, s.AUCMean, noise)
		}
	}
}

// forestAUC fits to all rows and scores the same rows, as the peers do; mean and SD over seeds.
func forestAUC(t *testing.T, rows [][]float64, labels []int, seeds int) (mean, sd float64) {
	t.Helper()
	aucs := make([]float64, seeds)
	for seed := range aucs {
		f, err := FitForest(rows, 100, 256, rand.NewPCG(uint64(seed), 1))
		if err != nil {
			t.Fatal(err)
		}
		scores := make([]float64, len(rows))
		for i, r := range rows {
			scores[i] = f.Score(r)
		}
		aucs[seed] = auc(scores, labels)
	}
	m := plainMoments(aucs)
	return m.Mean, m.SD
}

// auc is the chance that a random anomaly scores above a random normal row, ties counting half.
func auc(scores []float64, labels []int) float64 {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return 0
	})
	ranks, bad := 0.0, 0.0
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && scores[order[j]] == scores[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			if labels[k] == 1 {
				ranks += float64(i+j+1) / 2
				bad++
			}
		}
		i = j
	}
	good := float64(len(scores)) - bad
	return (ranks - bad*(bad+1)/2) / (bad * good)
}
