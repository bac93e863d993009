package detectors

// CUSUMConfig are the parameters of "cusum".
type CUSUMConfig struct {
	// ARL0 is the mean number of readings to a false alarm. 0 (default): what is asked for, until then 1e6.
	ARL0 float64 `yaml:"arl0"`
	// Warning and Critical fix the decision interval h in SD; 0 (default) derives it from ARL0.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultCUSUM returns the defaults.
func DefaultCUSUM() CUSUMConfig { return CUSUMConfig{} }

// Validate returns one error for each mistake, each led by the field's name.
func (c CUSUMConfig) Validate() []error { return checkLevels(c.ARL0, c.Warning, c.Critical) }

// cusumSpan is the number of newest readings that cusum looks at. A shift of half an SD takes 60 of them to be sure of at a
// run length of 1e4, and more at a longer one. A finite span forgets a fault completely, and lets a new reference score
// the past anew.
const cusumSpan = 128

// The reference values k, in SD: half the shift that a chart is best for, half an SD and one.
const slackHalf, slackOne = scoreUnit / 4, scoreUnit / 2

// cusumShare is the part of a correlation between neighbours that the chart feels, as measured on AR(1) series.
const cusumShare = 0.85

// cusum is two two-sided cumulative sums of normal scores under one maximum: of what they are beyond k = 0.5 SD, and half
// of what they are beyond k = 0.25, each the largest, over the newest 128 readings that count, of a run that ends now. For
// normal scores 2k times a sum is the logarithm of the likelihood ratio of a shift by 2k to none, so that the two are on
// one scale, which is that of the plain chart of k = 0.5 in SD, and the greater is the ratio for the likelier of the two
// shifts. The run that makes it is also the estimate of since when.
//
// For: calibration bias of half an SD to two, the quickest of the charts there. It does not see a change of
// spread, is slow on drifts below half an SD, and needs an anchored baseline. It takes correlated readings as
// ks does.
//
// Limit: from a run-length table for baselines of 50 to 2000 values. Critical is 1.5 times warning.
//
// Cost: a search, a normal quantile and a pass over 128 integers, about 0.2 µs; 24 bytes a value of 128, no allocation.
// Source: Page, Biometrika 41 (1954); Lorden, Annals of Mathematical Statistics 42 (1971), for several at once; Hawkins &
// Olwell, Cumulative Sum Charts (1998).
type cusum struct {
	cfg CUSUMConfig
	promise
	baseline *Baseline
	scored

	limitOf limitOf
	limit   float64
}

func newCUSUM(decode func(any) error) (Maker, error) {
	c := DefaultCUSUM()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	return func(e Env) Detector {
		return &cusum{cfg: c, promise: promised(c.ARL0, windowARL0, c.Warning), baseline: e.Baseline, scored: newScored(cusumSpan)}
	}, nil
}

func (d *cusum) Score(s Sample) (float64, bool) {
	sum, _, _, ok := d.sum(s, false)
	return sum, ok
}

// sum is the statistic in SD, the number of readings that make it, and their side.
func (d *cusum) sum(s Sample, seen bool) (sum float64, run, side int, ok bool) {
	if d.baseline.Reference() == nil || !d.knows(s, d.baseline) {
		return 0, 0, 0, false
	}
	var total, most int64 // in units of twice a score's
	for i, u := range d.recent(s, d.baseline, seen) {
		total += int64(u)
		n := int64(i + 1)
		up, down := total, -total
		if v := max(2*(up-n*slackOne), up-n*slackHalf); v > most {
			most, run, side = v, i+1, 1
		}
		if v := max(2*(down-n*slackOne), down-n*slackHalf); v > most {
			most, run, side = v, i+1, -1
		}
	}
	return float64(most) / (2 * scoreUnit), run, side, true
}

func (d *cusum) Learn(s Sample) { d.learn(s, d.baseline) }

// Limits are in SD.
func (d *cusum) Limits() Limits {
	of := limitOf{n: d.baseline.worth(), left: d.baseline.left(), arl0: d.thinned(d.baseline)}
	if of.n == 0 {
		of.n = DefaultBaseline().Size
	}
	if of != d.limitOf {
		d.limitOf = of
		// The sum of a drifting random walk grows with the variance of its steps, not with their SD. Johnson & Bagshaw,
		// Technometrics 16 (1974).
		d.limit = chartLimit(cusumTable, of.n, cusumSpan/4, of.arl0) * inflation(cusumShare*of.left)
	}
	return levels(d.limit, d.cfg.Warning, d.cfg.Critical, halfAgain)
}

// Explain tells of the run of readings that makes the sum; of the newest one when there is none.
func (d *cusum) Explain(s Sample) Evidence {
	m, _ := d.baseline.Moments()
	_, run, side, _ := d.sum(s, true)
	now, since := d.win.newest(max(run, 1), s)
	return d.baseline.spaced(Evidence{Statistic: "CUSUM", Baseline: m, Current: now, Since: since, Direction: side})
}

// Direction is the side of the larger sum.
func (d *cusum) Direction(s Sample) Direction {
	_, _, towards, _ := d.sum(s, false)
	return side(float64(towards))
}

// Bytes is the memory held, in bytes.
func (d *cusum) Bytes() int { return d.scored.bytes() + 160 }

const cusumVersion = 1

func (d *cusum) MarshalBinary() ([]byte, error) { return d.append([]byte{cusumVersion}), nil }

func (d *cusum) UnmarshalBinary(data []byte) error { return d.unmarshal(data, cusumVersion, "cusum") }
