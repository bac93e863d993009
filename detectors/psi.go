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
	// ARL0 is the mean number of readings to a false alarm. 0 (default): what is asked for, until then 1e6.
	ARL0 float64 `yaml:"arl0"`
	// Warning and Critical fix the levels; 0 (default) derives them from ARL0. The familiar 0.1 and 0.2
	// mean little without the sizes: at 500/100 values and no change more than half of all tests pass 0.1.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultPSI returns the defaults.
func DefaultPSI() PSIConfig { return PSIConfig{Window: 100, Bins: 10} }

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
// Cost: a search in the edges and one multiplication a bin, no allocation, no logarithm a record; a byte a value
// of the window. Source: Yurdakul & Naranjo, J. Risk Model Validation 14 (2020), for the index as a statistic.
type psi struct {
	cfg PSIConfig
	promise
	baseline *Baseline
	logs     []float64 // ln(c + 1/2) for c = 0..W; shared by the detectors of a Maker and never written
	limitOf  limitOf
	limitAt  int // bins that limit was computed for
	limit    float64

	// What follows is derived from the reference and the newest readings, both of the baseline, and is not state.
	bins   psiBins
	worth  int // bins that a limit should count
	counts []int32
	places []uint8 // bin of each value of the window in the order of arrival, a ring
	pos, n int
	since  sight
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
		e.Baseline.watch(c.Window)
		return &psi{cfg: c, promise: promised(c.ARL0, windowARL0, c.Warning), baseline: e.Baseline, logs: logs, places: make([]uint8, c.Window)}
	}, nil
}

// psiShare is the part of a correlation between readings that reaches the index: of the nine ways in which
// ten bins can differ only the first, a shift, feels all of it. Measured, see the table in detectors/tables.
const psiShare = 0.2

func (d *psi) Score(s Sample) (float64, bool) {
	if !finite(s.Value()) || !d.baseline.fills(d.cfg.Window) || !d.sync() {
		return 0, false
	}
	if !d.baseline.recent.due() {
		return d.bins.index(d.counts, d.logs), true
	}
	in, out := d.bins.bin(s.Value()), -1
	if d.n == len(d.places) {
		out = int(d.places[d.pos])
		d.counts[out]--
	}
	d.counts[in]++
	score := d.bins.index(d.counts, d.logs)
	d.counts[in]--
	if out >= 0 {
		d.counts[out]++
	}
	return score, true
}

// sync follows the baseline. False while there is no reference, or only one bin of it.
func (d *psi) sync() bool {
	switch now := d.baseline.sight(); {
	case now == d.since:
	case now.follows(d.since):
		d.since = now
		d.put(uint8(d.bins.bin(d.baseline.recent.last())))
	default:
		d.since, d.n, d.pos = sight{}, 0, 0
		if !d.baseline.anchored() {
			return false
		}
		d.since = now
		d.bins.build(&d.baseline.ranks, d.cfg.Bins, d.cfg.Window)
		d.counts, d.worth = zeroed(d.counts, d.bins.n()), d.bins.worth(d.cfg.Window)
		win := &d.baseline.recent
		for i := max(0, win.n-d.cfg.Window); i < win.n; i++ {
			d.put(uint8(d.bins.bin(win.value(i))))
		}
	}
	return d.bins.n() > 1
}

// put counts the newest value of the window in, and the oldest out.
func (d *psi) put(bin uint8) {
	if d.n == len(d.places) {
		d.counts[d.places[d.pos]]--
	} else {
		d.n++
	}
	d.counts[bin]++
	d.places[d.pos] = bin
	if d.pos++; d.pos == len(d.places) {
		d.pos = 0
	}
}

// Learn finds the sample in the baseline.
func (d *psi) Learn(Sample) {
	if d.baseline != nil {
		d.sync()
	}
}

// Limits are levels on the index.
func (d *psi) Limits() Limits {
	m, bins := max(d.baseline.Size(), minReference), d.cfg.Bins
	if len(d.baseline.Reference()) > 0 {
		m = d.baseline.worthFor(ofShares)
		if d.sync() {
			bins = d.worth
		}
	}
	if of := (limitOf{n: m, left: d.baseline.left(), arl0: d.thinned(d.baseline)}); of != d.limitOf || bins != d.limitAt {
		d.limitOf, d.limitAt = of, bins
		d.limit = PSILimit(m, d.cfg.Window, bins, of.arl0) * inflation(psiShare*of.left)
	}
	return levels(d.limit, d.cfg.Warning, d.cfg.Critical, func(w float64) float64 { return graver * graver * w })
}

func (d *psi) Explain(s Sample) Evidence {
	m := d.baseline.about()
	now, since := d.baseline.newest(d.cfg.Window, s)
	return d.baseline.spaced(Evidence{Statistic: "PSI", Baseline: m, Current: now, Since: since,
		Direction: direction(now.Mean - m.Mean)})
}

// Direction is the way in which the window differs from the reference.
func (d *psi) Direction(s Sample) Direction { return d.baseline.differs(d.cfg.Window, s) }

// Bytes is the memory held, in bytes.
func (d *psi) Bytes() int { return len(d.places) + d.bins.bytes() + 4*cap(d.counts) + 250 }

// Version 2 had the window, which is the baseline's now.
const psiVersion = 3

func (d *psi) MarshalBinary() ([]byte, error) { return []byte{psiVersion}, nil }

func (d *psi) UnmarshalBinary(data []byte) error {
	r, version := newReaderOf(data, 2, psiVersion)
	if version == 2 {
		d.baseline.adopt(r)
	}
	d.since = sight{}
	return r.done("psi")
}
