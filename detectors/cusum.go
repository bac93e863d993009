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

// cusumSlack is the reference value k, in SD: half the shift that the chart is best for, one SD.
const cusumSlack = scoreUnit / 2

// cusum is the two-sided cumulative sum of normal scores beyond k = 0.5 SD: the largest sum, over the newest
// 64 readings that count, of a run that ends now. The run that makes it is also the estimate of since when.
//
// For: calibration bias of about one SD, the quickest of the charts there. It does not see a change of
// spread, is slow on drifts below half an SD, and needs an anchored baseline. It takes correlated readings as
// ks does.
//
// Limit: from a run-length table for baselines of 50 to 2000 values. Critical is 1.5 times warning.
//
// Cost: a search, a normal quantile and 64 additions of integers, 24 bytes a value of 64, no allocation.
// Source: Page, Biometrika 41 (1954); Hawkins & Olwell, Cumulative Sum Charts (1998).
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
		return &cusum{cfg: c, promise: promised(c.ARL0, windowARL0, c.Warning), baseline: e.Baseline, scored: newScored(chartSpan)}
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
	var high, low, most int64
	for i, u := range d.recent(s, d.baseline, seen) {
		high += int64(u) - cusumSlack
		low -= int64(u) + cusumSlack
		if high > most {
			most, run, side = high, i+1, 1
		}
		if low > most {
			most, run, side = low, i+1, -1
		}
	}
	return float64(most) / scoreUnit, run, side, true
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
		d.limit = chartLimit(cusumTable, of.n, chartSpan/4, of.arl0) * inflation(chartShare*of.left)
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
