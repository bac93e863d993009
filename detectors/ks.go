package detectors

import (
	"fmt"
	"math"
	"slices"
)

// KSConfig are the parameters of "ks".
type KSConfig struct {
	// Window is W, the number of newest values compared with the reference. Default 100, 50 to 500.
	Window int `yaml:"window"`
	// ARL0 is the mean number of readings to a false alarm. 0 (default): what is asked for, until then 1e6.
	ARL0 float64 `yaml:"arl0"`
	// Warning and Critical fix the levels on D, up to 1; 0 (default) derives them from ARL0.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultKS returns the defaults.
func DefaultKS() KSConfig { return KSConfig{Window: 100} }

// Validate returns one error for each mistake, each led by the field's name.
func (c KSConfig) Validate() []error {
	errs := checkLevels(c.ARL0, c.Warning, c.Critical)
	if c.Warning > 1 || c.Critical > 1 {
		errs = append(errs, fmt.Errorf("warning, critical: %g, %g: the statistic D is at most 1", c.Warning, c.Critical))
	}
	if c.Window < 50 || c.Window > 500 {
		errs = append(errs, fmt.Errorf("window: %d values, want 50 to 500, the range of the run-length table", c.Window))
	}
	return errs
}

// ks is the two-sample Kolmogorov-Smirnov test between the reference of the baseline and the newest W
// values. The score is D, the largest gap between the two cumulative distributions, 0 to 1.
//
// For: lasting small shifts and changes of shape in any distribution, with any number of ties. It is slow
// on single gross errors and needs an anchored baseline. On a correlated series it takes every stride-th
// reading, see spacing, and is late by that factor; a reading in between repeats the score of the last that
// counted.
//
// Limit: never a p-value at each record (p < 0.05 at 500/100 alarms once in about 460 records). The level
// comes from a run-length table; see KSLimit, lowered for ties. Critical is 1.5 times warning, at
// most half way from warning to 1.
//
// Cost: a search among the reference values, which the detectors of normal scores share, and one pass over the
// window, about 0.1 µs for 100 values; no allocation; 8 bytes a value of the window.
type ks struct {
	cfg KSConfig
	promise
	baseline *Baseline
	limitOf  limitOf
	limit    float64

	// What follows is derived from the reference and the newest readings, both of the baseline, and is not state.
	sorted ksWindow
	places []place // in the order of arrival, a ring
	pos    int     // of the oldest, and of the next
	since  sight
	staged bool // sorted already holds the sample of the last Score, in place of the oldest value of a full window
	next   place
}

func newKS(decode func(any) error) (Maker, error) {
	c := DefaultKS()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	return func(e Env) Detector {
		e.Baseline.watch(c.Window)
		return &ks{cfg: c, promise: promised(c.ARL0, windowARL0, c.Warning), baseline: e.Baseline, sorted: make(ksWindow, 0, c.Window), places: make([]place, c.Window)}
	}, nil
}

// ksShare is the part of a correlation between readings that the difference of two distributions has at its
// widest place, the median, where a reading counts only as above or below: (2/π) arcsin(r), Sheppard 1899.
const ksShare = 2 / math.Pi

// Between tied values the largest gap is not looked for. The maximum of a random walk that is seen at steps of
// variance v only is smaller by 0.5826 √v (Chernoff 1965; Broadie, Glasserman & Kou 1997); v is here the
// probability of a tie. In coarse data the steps are so large that the whole gain is had: 0.2 on the scale of
// λ is the difference between the levels for a continuous series and for two equally likely values.
const (
	ksTied   = 0.5826
	mostTied = 0.2
)

func (d *ks) Score(s Sample) (float64, bool) {
	if !finite(s.Value()) || !d.baseline.fills(d.cfg.Window) || !d.sync() {
		return 0, false
	}
	if d.baseline.recent.due() {
		d.stage(d.baseline.place(s.Value()))
	}
	return d.sorted.statistic(d.baseline.ranks.n), true
}

// sync follows the baseline. False while there is no reference.
func (d *ks) sync() bool {
	switch now := d.baseline.sight(); {
	case now == d.since:
	case now.follows(d.since):
		d.since = now
		d.stage(d.baseline.place(d.baseline.recent.last()))
		d.staged = false
		d.places[d.pos] = d.next
		if d.pos++; d.pos == len(d.places) {
			d.pos = 0
		}
	default:
		d.since, d.staged, d.sorted = sight{}, false, d.sorted[:0]
		if !d.baseline.anchored() {
			return false
		}
		d.since = now
		win := &d.baseline.recent
		for i := max(0, win.n-d.cfg.Window); i < win.n; i++ {
			p := d.baseline.place(win.value(i))
			d.places[len(d.sorted)] = p
			d.sorted = append(d.sorted, p)
		}
		d.pos = len(d.sorted) % len(d.places)
		slices.Sort(d.sorted)
	}
	return true
}

// stage puts a reading that is due into the window as if it were learned. Learning it then need not do that again; any
// other one takes its place. Places are integers, so nothing of it remains.
func (d *ks) stage(p place) {
	switch {
	case d.staged && d.next == p:
	case d.staged:
		d.sorted.swap(d.next, p, d.baseline.ranks.n)
	case len(d.sorted) < len(d.places):
		d.sorted.add(p)
	default:
		d.sorted.swap(d.places[d.pos], p, d.baseline.ranks.n)
	}
	d.staged, d.next = true, p
}

// Learn finds the sample in the baseline.
func (d *ks) Learn(Sample) {
	if d.baseline != nil {
		d.sync()
	}
}

// Limits are levels on D.
func (d *ks) Limits() Limits {
	if of := (limitOf{n: d.reference(), left: d.baseline.left(), tied: d.baseline.tied(), arl0: d.thinned(d.baseline)}); of != d.limitOf {
		d.limitOf = of
		d.limit = KSLimit(of.n, d.cfg.Window, of.arl0)
		d.limit -= math.Min(mostTied, ksTied*math.Sqrt(of.tied)) * math.Sqrt(1/float64(of.n)+1/float64(d.cfg.Window))
		d.limit = math.Min(1, d.limit*math.Sqrt(inflation(ksShare*of.left)))
	}
	return levels(d.limit, d.cfg.Warning, d.cfg.Critical, func(w float64) float64 {
		return min(halfAgain(w), (1+w)/2)
	})
}

// reference is the number of independent readings in the reference that is, or that will be.
func (d *ks) reference() int {
	if len(d.baseline.Reference()) > 0 {
		return d.baseline.worthFor(ofGap)
	}
	if n := d.baseline.Size(); n > 0 {
		return n
	}
	return DefaultBaseline().Size
}

func (d *ks) Explain(s Sample) Evidence {
	m := d.baseline.about()
	now, since := d.baseline.newest(d.cfg.Window, s)
	return d.baseline.spaced(Evidence{Statistic: "D", Baseline: m, Current: now, Since: since,
		Direction: direction(now.Mean - m.Mean)})
}

// Direction is the way in which the window differs from the reference.
func (d *ks) Direction(s Sample) Direction { return d.baseline.differs(d.cfg.Window, s) }

// Bytes is the memory held, in bytes.
func (d *ks) Bytes() int { return 8*len(d.places) + 250 }

// Version 2 had the window, which is the baseline's now.
const ksVersion = 3

func (d *ks) MarshalBinary() ([]byte, error) { return []byte{ksVersion}, nil }

func (d *ks) UnmarshalBinary(data []byte) error {
	r, version := newReaderOf(data, 2, ksVersion)
	if version == 2 {
		d.baseline.adopt(r)
	}
	d.since = sight{}
	return r.done("ks")
}
