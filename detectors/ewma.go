package detectors

import "math"

// EWMAConfig are the parameters of "ewma".
type EWMAConfig struct {
	// ARL0 is the mean number of readings to a false alarm. 0 (default): what is asked for, until then 1e6.
	ARL0 float64 `yaml:"arl0"`
	// Warning and Critical fix the levels in SD of the average; 0 (default) derives them from ARL0.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultEWMA returns the defaults.
func DefaultEWMA() EWMAConfig { return EWMAConfig{} }

// Validate returns one error for each mistake, each led by the field's name.
func (c EWMAConfig) Validate() []error { return checkLevels(c.ARL0, c.Warning, c.Critical) }

const (
	ewmaLambda = 0.1 // weight of the newest reading
	ewmaWorth  = 19  // (2-λ)/λ: equally weighted readings with the same variance of the mean

	// weightUnit is 1 in the units of weights, 2⁻³⁰. The sum of 64 weighted scores stays below 2⁵³ and is exact.
	weightUnit = 1 << 30
)

// ewma is the exponentially weighted moving average of the normal scores of the readings that count, in SDs
// of the average, λ/(2-λ).
//
// For: calibration bias and drift from half an SD on; at once more eager than zmean on a large shift, since
// the newest readings weigh most. It does not see a change of spread, and needs an anchored baseline. It
// takes correlated readings as ks does.
//
// Limit: from a run-length table for baselines of 50 to 2000 values; known parameters would make it too short
// by half. Critical is 1.5 times warning.
//
// Cost: a search, a normal quantile and 64 multiplications of integers, 24 bytes a value of 64, no
// allocation. Source: Roberts, Technometrics 1 (1959); Lucas & Saccucci, Technometrics 32 (1990).
type ewma struct {
	cfg EWMAConfig
	promise
	baseline *Baseline
	weights  *[chartSpan]int64 // in units of 2⁻³⁰, newest first; shared by the detectors of a Maker, never written
	scored

	limitOf limitOf
	limit   float64
}

func newEWMA(decode func(any) error) (Maker, error) {
	c := DefaultEWMA()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	var weights [chartSpan]int64
	for i := range weights {
		weights[i] = int64(math.Round(ewmaLambda * math.Pow(1-ewmaLambda, float64(i)) * weightUnit))
	}
	return func(e Env) Detector {
		return &ewma{cfg: c, promise: promised(c.ARL0, windowARL0, c.Warning), baseline: e.Baseline, weights: &weights, scored: newScored(chartSpan)}
	}, nil
}

func (d *ewma) Score(s Sample) (float64, bool) {
	z, ok := d.average(s, false)
	return math.Abs(z), ok
}

// average is the signed statistic, in its SDs. Readings that are not there yet count as average.
func (d *ewma) average(s Sample, seen bool) (float64, bool) {
	if d.baseline.Reference() == nil || !d.knows(s, d.baseline) {
		return 0, false
	}
	sum := int64(0)
	for i, u := range d.recent(s, d.baseline, seen) {
		sum += d.weights[i] * int64(u)
	}
	return float64(sum) / (scoreUnit * weightUnit) * math.Sqrt(ewmaWorth), true
}

func (d *ewma) Learn(s Sample) { d.learn(s, d.baseline) }

// Limits are in SD of the average.
func (d *ewma) Limits() Limits {
	of := limitOf{n: d.baseline.worth(), left: d.baseline.left(), arl0: d.thinned(d.baseline)}
	if of.n == 0 {
		of.n = DefaultBaseline().Size
	}
	if of != d.limitOf {
		d.limitOf = of
		d.limit = math.Sqrt(chartLimit(ewmaTable, of.n, ewmaWorth, of.arl0) * inflation(chartShare*of.left))
	}
	return levels(d.limit, d.cfg.Warning, d.cfg.Critical, halfAgain)
}

func (d *ewma) Explain(s Sample) Evidence {
	m, _ := d.baseline.Moments()
	now, since := d.win.newest(ewmaWorth, s)
	z, ok := d.average(s, true)
	if !ok {
		z = now.Mean - m.Mean
	}
	return d.baseline.spaced(Evidence{Statistic: "EWMA", Baseline: m, Current: now, Since: since,
		Direction: direction(z)})
}

// Direction is the side of the average.
func (d *ewma) Direction(s Sample) Direction {
	z, _ := d.average(s, false)
	return side(z)
}

// Bytes is the memory held, in bytes.
func (d *ewma) Bytes() int { return d.scored.bytes() + 160 }

const ewmaVersion = 1

func (d *ewma) MarshalBinary() ([]byte, error) { return d.append([]byte{ewmaVersion}), nil }

func (d *ewma) UnmarshalBinary(data []byte) error { return d.unmarshal(data, ewmaVersion, "ewma") }
