package detectors

import (
	"fmt"
	"math"
)

// PSIConfig are the parameters of "psi".
type PSIConfig struct {
	// Window is W, the number of newest values compared with the reference. Default 100, 50 to 500.
	Window int `yaml:"window"`
	// Bins is the number of reference quantiles. Default 10, 4 to 20.
	Bins int `yaml:"bins"`
	// ARL0 is the mean number of records to a false alarm. Default 1e6.
	ARL0 float64 `yaml:"arl0"`
	// Warning and Critical fix the levels; 0 (default) derives them from ARL0. The familiar 0.1 and 0.2
	// mean little without the sizes: at 500/100 values and no change more than half of all tests pass 0.1.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultPSI returns the defaults.
func DefaultPSI() PSIConfig { return PSIConfig{Window: 100, Bins: 10, ARL0: windowARL0} }

// Validate returns one error for each mistake, each led by the field's name.
func (c PSIConfig) Validate() []error {
	errs := checkLevels(c.ARL0, c.Warning, c.Critical)
	if c.Window < 50 || c.Window > 500 {
		errs = append(errs, fmt.Errorf("window: %d values, want 50 to 500, the range of the run-length table", c.Window))
	}
	if c.Bins < 4 || c.Bins > 20 {
		errs = append(errs, fmt.Errorf("bins: %d, want 4 to 20", c.Bins))
	}
	return errs
}

// psi is the population stability index between the reference of the baseline and the newest W values:
// Σ (q-p) ln(q/p) over bins cut at the reference's quantiles, with +1/2 a bin on both sides.
//
// For: changes of spread, also a shrinking one (a stuck or over-smoothed sensor), which no chart of means
// sees. It is slower than ks on shifts and needs an anchored baseline. It takes correlated readings as ks
// does. It cannot see a change inside one bin, nor where within the outermost bins a value lies. It is
// not ready on a constant reference.
//
// Limit: from a run-length table, since the window is looked at on every record; see PSILimit. Critical is
// 2.25 times warning, an effect half as large again.
//
// Cost: a search in the edges and one multiplication a bin, no allocation, no logarithm a record; 17 bytes
// a value of the window. Source: Yurdakul & Naranjo, J. Risk Model Validation 14 (2020), for the index as a
// statistic.
type psi struct {
	cfg      PSIConfig
	baseline *Baseline
	logs     []float64 // ln(c + 1/2) for c = 0..W; shared by the detectors of a Maker and never written
	win      window
	resets   uint32

	// What follows is derived from the reference and the window, and is not state.
	bins    psiBins
	counts  []int32
	places  []uint8 // bin of each place of the window
	built   bool
	version uint32
	limitOf limitOf
	limitAt int // bins that limit was computed for
	limit   float64
}

func newPSI(decode func(any) error) (Maker, error) {
	c := DefaultPSI()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	logs := make([]float64, c.Window+1)
	for i := range logs {
		logs[i] = math.Log(float64(i) + 0.5)
	}
	return func(e Env) Detector {
		return &psi{cfg: c, baseline: e.Baseline, logs: logs, win: newWindow(c.Window), places: make([]uint8, c.Window)}
	}, nil
}

// psiShare is the part of a correlation between readings that reaches the index: of the nine ways in which
// ten bins can differ only the first, a shift, feels all of it. Measured, see the table in detectors/tables.
const psiShare = 0.2

func (d *psi) Score(s Sample) (float64, bool) {
	if !finite(s.Value()) || !d.win.filled() || d.resets != d.baseline.Resets() || !d.sync() {
		return 0, false
	}
	if !d.win.due() {
		return d.bins.index(d.counts, d.logs), true
	}
	in := d.bins.bin(s.Value())
	d.counts[in]++
	if d.win.full() {
		out := d.places[d.win.pos]
		d.counts[out]--
		score := d.bins.index(d.counts, d.logs)
		d.counts[out]++
		d.counts[in]--
		return score, true
	}
	score := d.bins.index(d.counts, d.logs)
	d.counts[in]--
	return score, true
}

// sync cuts the bins anew when the reference has changed. False while there is no reference, or only one
// bin of it.
func (d *psi) sync() bool {
	if v := d.baseline.Version(); !d.built || v != d.version {
		d.built, d.version = false, v
		ref := d.baseline.Reference()
		if ref == nil {
			return false
		}
		d.bins.build(ref, d.cfg.Bins, d.cfg.Window)
		d.counts = zeroed(d.counts, d.bins.n())
		for i := range d.win.n {
			j := d.win.index(i)
			d.places[j] = uint8(d.bins.bin(d.win.vals[j]))
			d.counts[d.places[j]]++
		}
		d.built = true
	}
	return d.bins.n() > 1
}

func (d *psi) Learn(s Sample) {
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
		in := uint8(d.bins.bin(s.Value()))
		if d.win.full() {
			d.counts[d.places[d.win.pos]]--
		}
		d.counts[in]++
		d.places[d.win.pos] = in
	}
	d.win.take(s.Value(), s.At)
}

// Limits are levels on the index.
func (d *psi) Limits() Limits {
	m, bins := max(d.baseline.Size(), minReference), d.cfg.Bins
	if len(d.baseline.Reference()) > 0 {
		m = d.baseline.worth()
		if d.sync() {
			bins = d.bins.worth(d.cfg.Window)
		}
	}
	if of := (limitOf{n: m, left: d.baseline.left()}); of != d.limitOf || bins != d.limitAt {
		d.limitOf, d.limitAt = of, bins
		d.limit = PSILimit(m, d.cfg.Window, bins, d.cfg.ARL0) * inflation(psiShare*of.left)
	}
	return levels(d.limit, d.cfg.Warning, d.cfg.Critical, func(w float64) float64 { return graver * graver * w })
}

func (d *psi) Explain(s Sample) Evidence {
	m, ok := d.baseline.Moments()
	if !ok {
		m = plainMoments(d.baseline.Reference())
	}
	now, since := d.win.with(s)
	return d.baseline.spaced(Evidence{Statistic: "PSI", Baseline: m, Current: now, Since: since,
		Direction: direction(now.Mean - m.Mean)})
}

// Bytes is the memory held, in bytes.
func (d *psi) Bytes() int {
	return 17*d.win.size() + d.bins.bytes() + 4*cap(d.counts) + 250
}

const psiVersion = 2

func (d *psi) MarshalBinary() ([]byte, error) {
	return d.win.append(appendResets([]byte{psiVersion}, d.resets)), nil
}

func (d *psi) UnmarshalBinary(data []byte) error {
	r := newReader(data, psiVersion)
	win := newWindow(d.cfg.Window)
	resets := r.resets()
	win.read(r)
	if err := r.done("psi"); err != nil {
		return err
	}
	d.win, d.resets, d.built = win, resets, false
	return nil
}
