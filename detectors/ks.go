package detectors

import (
	"fmt"
	"math"
)

// KSConfig are the parameters of "ks".
type KSConfig struct {
	// Window is W, the number of newest values compared with the reference. Default 100, 50 to 500.
	Window int `yaml:"window"`
	// ARL0 is the mean number of records to a false alarm. Default 1e6.
	ARL0 float64 `yaml:"arl0"`
	// Warning and Critical fix the levels on D, up to 1; 0 (default) derives them from ARL0.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultKS returns the defaults.
func DefaultKS() KSConfig { return KSConfig{Window: 100, ARL0: windowARL0} }

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
// Cost: two point updates of a small tree a record, about 0.1 µs, no allocation; 18 bytes a value of the
// window and 20 a distinct reference value. Source: the idea of weights +W and -M and the prefix sums is
// from dos Reis, Flach, Matwin & Batista, KDD 2016; with a fixed reference no treap is needed.
type ks struct {
	cfg      KSConfig
	baseline *Baseline
	win      window
	resets   uint32

	// What follows is derived from the reference and the window, and is not state.
	tree    slotTree
	slots   []uint16 // slot of each place of the window
	built   bool     // tree and slots agree with window and version
	version uint32
	limitOf limitOf
	limit   float64
	staged  bool // the tree already holds the sample of the last Score in place of the oldest value
	next    uint16
}

func newKS(decode func(any) error) (Maker, error) {
	c := DefaultKS()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	return func(e Env) Detector {
		return &ks{cfg: c, baseline: e.Baseline, win: newWindow(c.Window), slots: make([]uint16, c.Window)}
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
	if !finite(s.Value()) || !d.win.filled() || d.resets != d.baseline.Resets() || !d.sync() {
		return 0, false
	}
	if !d.win.due() {
		d.unstage()
		return d.tree.statistic(), true
	}
	d.stage(d.tree.slot(s.Value()))
	return d.tree.statistic(), true
}

// sync builds the tree anew when the reference has changed. False while there is no reference.
func (d *ks) sync() bool {
	if v := d.baseline.Version(); !d.built || v != d.version {
		d.built, d.staged, d.version = false, false, v
		ref := d.baseline.Reference()
		if ref == nil {
			return false
		}
		d.tree.build(ref, d.cfg.Window)
		for i := range d.win.n {
			j := d.win.index(i)
			d.slots[j] = d.tree.slot(d.win.vals[j])
			d.tree.add(d.slots[j])
		}
		d.built = true
	}
	return true
}

// stage puts a sample into the tree as if it were learned. Learn then need not do it again; any other
// sample takes it back first. Sums are integers, so nothing of it remains.
func (d *ks) stage(slot uint16) {
	if d.staged && d.next == slot {
		return
	}
	if d.staged {
		d.swap(d.next, slot, false)
	} else {
		d.swap(0, slot, true)
	}
	d.staged, d.next = true, slot
}

// unstage takes back what was staged.
func (d *ks) unstage() {
	if !d.staged {
		return
	}
	d.staged = false
	if !d.win.full() {
		d.tree.remove(d.next)
	} else if out := d.slots[d.win.pos]; out != d.next {
		d.tree.remove(d.next)
		d.tree.add(out)
	}
}

// swap takes one value out and another in; oldest means the oldest value of a full window goes.
func (d *ks) swap(out, in uint16, oldest bool) {
	if oldest {
		if !d.win.full() {
			d.tree.add(in)
			return
		}
		out = d.slots[d.win.pos]
	}
	if out != in {
		d.tree.remove(out)
		d.tree.add(in)
	}
}

func (d *ks) Learn(s Sample) {
	if !finite(s.Value()) {
		return
	}
	if r := d.baseline.Resets(); r != d.resets {
		d.resets, d.built = r, false
		d.win.clear()
	}
	if d.win.follow(d.baseline.Stride()) || d.version != d.baseline.Version() {
		d.built = false
	}
	if d.built && d.win.due() {
		d.stage(d.tree.slot(s.Value()))
		d.slots[d.win.pos] = d.next
		d.staged = false
	}
	d.win.take(s.Value(), s.At)
}

// Limits are levels on D.
func (d *ks) Limits() Limits {
	if of := (limitOf{d.reference(), d.baseline.left(), d.baseline.tied()}); of != d.limitOf {
		d.limitOf = of
		d.limit = KSLimit(of.n, d.cfg.Window, d.cfg.ARL0)
		d.limit -= math.Min(mostTied, ksTied*math.Sqrt(of.tied)) * math.Sqrt(1/float64(of.n)+1/float64(d.cfg.Window))
		d.limit = math.Min(1, d.limit*math.Sqrt(inflation(ksShare*of.left)))
	}
	return levels(d.limit, d.cfg.Warning, d.cfg.Critical, func(w float64) float64 {
		return math.Min(halfAgain(w), (1+w)/2)
	})
}

// reference is the number of independent readings in the reference that is, or that will be.
func (d *ks) reference() int {
	if len(d.baseline.Reference()) > 0 {
		return d.baseline.worth()
	}
	if n := d.baseline.Size(); n > 0 {
		return n
	}
	return DefaultBaseline().Size
}

func (d *ks) Explain(s Sample) Evidence {
	m, ok := d.baseline.Moments()
	if !ok {
		m = plainMoments(d.baseline.Reference())
	}
	now, since := d.win.with(s)
	return d.baseline.spaced(Evidence{Statistic: "D", Baseline: m, Current: now, Since: since,
		Direction: direction(now.Mean - m.Mean)})
}

// Bytes is the memory held, in bytes.
func (d *ks) Bytes() int { return 18*d.win.size() + d.tree.bytes() + 250 }

const ksVersion = 2

func (d *ks) MarshalBinary() ([]byte, error) {
	return d.win.append(appendResets([]byte{ksVersion}, d.resets)), nil
}

func (d *ks) UnmarshalBinary(data []byte) error {
	r := newReader(data, ksVersion)
	win := newWindow(d.cfg.Window)
	resets := r.resets()
	win.read(r)
	if err := r.done("ks"); err != nil {
		return err
	}
	d.win, d.resets, d.built, d.staged = win, resets, false, false
	return nil
}
