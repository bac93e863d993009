package detectors

import (
	"fmt"
	"math/rand/v2"
)

// IForestConfig are the parameters of "iforest".
type IForestConfig struct {
	// Trees is the number of isolation trees. Default 100, 10 to 1000.
	Trees int `yaml:"trees"`
	// Sample is psi, the number of vectors that a tree is grown from. Default 256, 16 to 4096.
	Sample int `yaml:"sample"`
	// Window is the number of newest normal vectors that samples are drawn from. Default 2048, sample to 65535.
	Window int `yaml:"window"`
	// Every is the number of learned vectors after which one tree is grown anew. Default 20, 1 to 10000.
	Every int `yaml:"every"`
	// MinN is the number of learned vectors before a score counts. Default 256, 64 to window.
	MinN int `yaml:"min_n"`
	// Calibration is the number of newest scores that the alarm level rests on. Default 1024, at least
	// 1/alpha - 1, at most 65536.
	Calibration int `yaml:"calibration"`
	// Alpha is the share of normal vectors that may be called abnormal. Default 1e-3, up to 0.1.
	Alpha float64 `yaml:"alpha"`
	// Warning and Critical fix the levels, 0 to 1; 0 (default) derives them from Alpha.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultIForest returns the defaults; trees and sample are those of the paper.
func DefaultIForest() IForestConfig {
	return IForestConfig{Trees: 100, Sample: 256, Window: 2048, Every: 20, MinN: 256, Calibration: 1024, Alpha: 1e-3}
}

// Validate returns one error for each mistake, each led by the field's name.
func (c IForestConfig) Validate() []error {
	errs := checkFixed(c.Warning, c.Critical)
	between := func(name string, v, lo, hi int) {
		if v < lo || v > hi {
			errs = append(errs, fmt.Errorf("%s: %d, want %d to %d", name, v, lo, hi))
		}
	}
	between("trees", c.Trees, 10, 1000)
	between("sample", c.Sample, 16, maxSample)
	between("window", c.Window, c.Sample, maxList-1)
	between("every", c.Every, 1, 10_000)
	between("min_n", c.MinN, firstTree, c.Window)
	if !(c.Alpha > 0 && c.Alpha <= 0.1) {
		return append(errs, fmt.Errorf("alpha: %g, want above 0 and up to 0.1", c.Alpha))
	}
	if c.Calibration > maxList || float64(c.Calibration+1)*c.Alpha < 1-1e-9 {
		errs = append(errs, fmt.Errorf("calibration: %d scores, want at least 1/alpha - 1 = %g and at most %d",
			c.Calibration, 1/c.Alpha-1, maxList))
	}
	return errs
}

// firstTree is the number of learned vectors from which trees are grown.
const firstTree = 64

// iforest is an online isolation forest over the channels of a group: 100 trees, each grown from 256 of the
// newest 2048 normal vectors; every 20 learned vectors the oldest tree is grown anew. The forest so follows
// a batch refit at the cost of one tree. The score is 2^(-E[h]/c), 0 to 1.
//
// For: odd combinations of several channels. It is poor on a single slow sensor, and an adapting forest
// learns a long fault as normal unless the fault is marked suspect. A channel that is constant in the window
// cannot be split on, so a first change in it is not seen. Values are kept as float32: a channel whose
// changes are smaller than 1e-7 of its value must be brought nearer zero first. NaN is not a value; a
// vector that has one, or another number of channels than the first, is neither scored nor learned.
//
// While warming up, trees are grown one a vector from the 64th on, then faster than every 20 in proportion
// to the filled window, so that no single record pays for a whole forest.
//
// Limit: no contamination parameter; conformal, see there. Alpha is a share of records, not a run length.
//
// Cost: about 3 µs a score, one tree (20 to 60 µs) every 20 vectors; 4 bytes a value of the window, about
// 1.2 kB a tree. Source: Liu, Ting & Zhou, ICDM 2008 and TKDD 6 (2012).
type iforest struct {
	cfg IForestConfig
	rng *rand.PCG

	channels int       // 0 until the first vector
	rows     []float32 // ring of vectors
	pos, n   int
	trees    []itree
	next     int // tree to grow
	since    int // vectors learned since the last tree
	calib    conformal

	// Scratch, not state.
	grower  grower
	x       []float32
	last    []float32 // vector of the last Score, and its score
	lastIs  float64
	lastNew bool // nothing was learned since
}

func newIForest(decode func(any) error) (Maker, error) {
	c := DefaultIForest()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	return func(e Env) Detector {
		rng := e.Rand
		if rng == nil {
			rng = rand.NewPCG(0, 0)
		}
		return &iforest{cfg: c, rng: rng, calib: newConformal(c.Alpha, c.Calibration)}
	}, nil
}

func (d *iforest) ready() bool { return d.n >= d.cfg.MinN && len(d.trees) == d.cfg.Trees }

func (d *iforest) usable(s Sample) bool {
	if d.channels != 0 && len(s.Values) != d.channels {
		return false
	}
	for _, v := range s.Values {
		if !finite(v) {
			return false
		}
	}
	return len(s.Values) > 0 && len(s.Values) < maxChannels
}

func (d *iforest) Score(s Sample) (float64, bool) {
	if !d.ready() || !d.usable(s) {
		return 0, false
	}
	narrow(d.x, s.Values)
	copy(d.last, d.x)
	d.lastIs, d.lastNew = isolation(d.trees, d.x), true
	return d.lastIs, true
}

func (d *iforest) Learn(s Sample) {
	if !d.usable(s) {
		return
	}
	if d.channels == 0 {
		d.open(len(s.Values))
	}
	narrow(d.x, s.Values)
	if d.ready() {
		score := d.lastIs
		if !d.lastNew || !equal(d.x, d.last) {
			score = isolation(d.trees, d.x)
		}
		d.calib.add(score, s.Suspect)
	}
	d.lastNew = false
	if s.Suspect {
		return
	}
	copy(d.rows[d.pos*d.channels:], d.x)
	d.pos = (d.pos + 1) % d.cfg.Window
	d.n = min(d.n+1, d.cfg.Window)
	if d.since++; d.n >= firstTree && d.since >= d.interval() {
		d.grow()
	}
}

func equal(a, b []float32) bool {
	for i, v := range a {
		if v != b[i] {
			return false
		}
	}
	return true
}

// open makes room for vectors of d channels.
func (d *iforest) open(channels int) {
	d.channels = channels
	d.rows = make([]float32, d.cfg.Window*channels)
	d.x, d.last = make([]float32, channels), make([]float32, channels)
}

// interval is the number of vectors between two trees.
func (d *iforest) interval() int {
	if len(d.trees) < d.cfg.Trees {
		return 1
	}
	return max(1, d.cfg.Every*d.n/d.cfg.Window)
}

// grow makes the next tree from a fresh sample of the window. Vectors count from the oldest, so that the
// sample does not depend on where the ring begins.
func (d *iforest) grow() {
	d.since = 0
	rng := rand.New(d.rng)
	d.grower.sample(rng, d.n, min(d.cfg.Sample, d.n), d.channels, d.row)
	if len(d.trees) < d.cfg.Trees {
		d.trees = append(d.trees, d.grower.grow(rng, nil))
		d.next = len(d.trees) % d.cfg.Trees
		return
	}
	d.trees[d.next] = d.grower.grow(rng, d.trees[d.next])
	d.next = (d.next + 1) % d.cfg.Trees
}

// row is the i-th vector of the window, counted from the oldest.
func (d *iforest) row(i int) []float32 {
	i = (d.pos - d.n + i + d.cfg.Window) % d.cfg.Window
	return d.rows[i*d.channels : (i+1)*d.channels]
}

// Limits are isolation scores; +Inf while too few scores are known to promise alpha.
func (d *iforest) Limits() Limits {
	return levels(d.calib.warning, d.cfg.Warning, d.cfg.Critical, d.calib.critical)
}

// Explain gives the calibration scores as the baseline and the score of s as the current value.
func (d *iforest) Explain(s Sample) Evidence {
	e := Evidence{Statistic: "isolation score", Baseline: d.calib.moments(), Since: s.At}
	if !d.ready() || !d.usable(s) {
		return e
	}
	narrow(d.x, s.Values)
	score := d.lastIs
	if !equal(d.x, d.last) {
		score = isolation(d.trees, d.x)
	}
	e.Current = Moments{Mean: score, N: 1}
	return e
}

// Bytes is the memory held, in bytes.
func (d *iforest) Bytes() int {
	n := 4*cap(d.rows) + 4*cap(d.calib.scores) + 4*cap(d.calib.sorted) + 24*cap(d.trees)
	for _, t := range d.trees {
		n += 8 * cap(t)
	}
	return n + 4*cap(d.grower.pick) + (4*d.channels+2)*cap(d.grower.rows) + 400
}
