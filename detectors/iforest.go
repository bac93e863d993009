package detectors

import (
	"math"
	"math/rand/v2"
	"slices"
)

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
// Limit: no contamination parameter; conformal, see there. Alpha is a share of records, not a run length: whoever asks for
// it makes one of it, by breaches in a row.
//
// Cost: about 1 µs a score, one tree (10 to 40 µs) every 20 vectors; 4 bytes a value of the window, about
// 1.5 kB a tree. Source: Liu, Ting & Zhou, ICDM 2008 and TKDD 6 (2012).
type iforest struct {
	cfg IForestConfig
	rng *rand.PCG

	channels int     // 0 until the first vector
	rows     []int32 // ring of vectors, as keys
	pos, n   int
	trees    []itree
	next     int // tree to grow
	since    int // vectors learned since the last tree
	calib    conformal

	// What follows is derived or scratch, and is not state.
	grower  grower
	height  int // no tree is higher
	x       []int32
	last    []int32 // vector of the last Score, and its score
	lastIs  float64
	lastNew bool // nothing was learned since
}

func newIForest(decode func(any) error) (Maker, error) {
	c := DefaultIForest()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	average := averagePaths(c.Sample)
	return func(e Env) Detector {
		rng := e.Rand
		if rng == nil {
			rng = rand.NewPCG(0, 0)
		}
		return &iforest{cfg: c, rng: rng, calib: newConformal(c.alpha(), c.Calibration), grower: newGrower(rng, average),
			height: heightLimit(c.Sample)}
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
	return len(s.Values) > 0 && len(s.Values) <= maxChannels
}

func (d *iforest) Score(s Sample) (float64, bool) {
	if !d.ready() || !d.usable(s) {
		return 0, false
	}
	keys(d.x, s.Values)
	copy(d.last, d.x)
	d.lastIs, d.lastNew = isolation(d.trees, d.height, d.x), true
	return d.lastIs, true
}

func (d *iforest) Learn(s Sample) {
	if !d.usable(s) {
		return
	}
	if d.channels == 0 {
		if s.Suspect {
			return
		}
		d.open(len(s.Values))
	}
	keys(d.x, s.Values)
	if d.ready() {
		score := d.lastIs
		if !d.lastNew || !slices.Equal(d.x, d.last) {
			score = isolation(d.trees, d.height, d.x)
		}
		d.calib.add(score, s.Suspect, d.rng)
	}
	d.lastNew = false
	if s.Suspect {
		return
	}
	copy(d.rows[d.pos*d.channels:], d.x[:d.channels])
	d.pos = (d.pos + 1) % d.cfg.Window
	d.n = min(d.n+1, d.cfg.Window)
	if d.since++; d.n >= firstTree && d.since >= d.interval() {
		d.grow()
	}
}

// AskAlpha implements Conformal.
func (d *iforest) AskAlpha(alpha float64) {
	if d.Alpha() > 0 {
		d.calib.alpha = math.Max(d.cfg.leastAlpha(), math.Min(mostAlpha, alpha))
	}
}

// Alpha implements Conformal.
func (d *iforest) Alpha() float64 {
	if d.cfg.Alpha > 0 || d.cfg.Warning > 0 {
		return 0
	}
	return d.calib.alpha
}

// High implements Conformal.
func (d *iforest) High(score float64) bool { return d.calib.high(score) }

// Limits are isolation scores; +Inf while too few scores are known to promise alpha.
func (d *iforest) Limits() Limits {
	return levels(d.calib.warning, d.cfg.Warning, d.cfg.Critical, d.calib.critical)
}

// Bytes is the memory held, in bytes.
func (d *iforest) Bytes() int {
	n := 4*cap(d.rows) + 2*cap(d.calib.scores) + 2*cap(d.calib.sorted) + 32*cap(d.trees)
	for _, t := range d.trees {
		n += 8 * cap(t.nodes)
	}
	return n + (4*d.channels+2)*cap(d.grower.rows) + 8*(cap(d.grower.picked)+cap(d.grower.nodes)+d.channels) + 500
}
