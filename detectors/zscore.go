package detectors

import "math"

// ZScoreConfig are the parameters of "zscore".
type ZScoreConfig struct {
	// ARL0 is the mean number of readings to a false alarm. 0 (default): what is asked for, until then 1e5.
	ARL0 float64 `yaml:"arl0"`
	// Warning and Critical fix the levels in SD; 0 (default) derives them from ARL0. The common control
	// limits of a Shewhart chart are 2 and 3.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultZScore returns the defaults.
func DefaultZScore() ZScoreConfig { return ZScoreConfig{} }

// Validate returns one error for each mistake, each led by the field's name.
func (c ZScoreConfig) Validate() []error { return checkLevels(c.ARL0, c.Warning, c.Critical) }

// zscore compares each single value with the baseline: |x - mean| / SD, in SD, on the scale on which the
// baseline is nearest to normal: as it is, square root or logarithm (see chooseShape).
//
// For: gross errors of one reading (a bubble, a short sample, a slipped decimal). It is slow on shifts
// below 2 SD; use zmean, ewma, cusum or ks for those. The far tail of a series cannot be known from 500
// values: the limit trusts the normal tail on the chosen scale, and a tail heavier than log-normal passes it
// too often. It is not ready on a constant series, which has no SD.
//
// Limit: the two-sided quantile at p = 1/ARL0 of the t distribution that predicts the next normal value
// from n earlier ones, √(1+1/n)·t(n-1); wide after 20 readings and narrowing. Until the baseline is anchored
// the scale is uncertain too, and half the readings are taken to count. Readings are judged one by
// one, so p a record and the run length are each other's inverse; correlated ones pass a limit in rows, so that p may
// be larger, see crossingTable. When an alarm takes two in a row and the run length is asked for alarms, p is larger by
// far, see pairTable, once the baseline is anchored and tells of correlation. Critical is 1.5 times warning.
//
// Cost: a few ns, a logarithm on some series, no allocation, no state of its own. Source: Hahn & Meeker,
// Statistical Intervals (1991), prediction of one further observation; CLSI C24-Ed4 for the chart.
type zscore struct {
	cfg ZScoreConfig
	promise
	baseline *Baseline
	known    *predictions // shared by the detectors of a Maker

	limitOf limitOf
	limit   float64
}

func newZScore(decode func(any) error) (Maker, error) {
	c := DefaultZScore()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	known := new(predictions)
	return func(e Env) Detector {
		return &zscore{cfg: c, promise: promised(c.ARL0, defaultARL0, c.Warning), baseline: e.Baseline, known: known}
	}, nil
}

func (d *zscore) Score(s Sample) (float64, bool) {
	f := d.baseline.shape()
	if f == nil || !finite(s.Value()) {
		return 0, false
	}
	return bounded(math.Abs(f.scale.of(s.Value())-f.scaled.Mean) / f.scaled.SD), true
}

func (d *zscore) Learn(Sample) {}

// Limits are in SD.
func (d *zscore) Limits() Limits {
	n, m, row := d.baseline.worth(), d.baseline.worthFor(ofSD), d.row
	if n == 0 {
		n, m = DefaultBaseline().MinN, DefaultBaseline().MinN
	}
	if d.baseline.Reference() == nil {
		n, m, row = n/2, m/2, 1
	}
	of := limitOf{n: max(n, 3), m: max(m, 3), left: d.baseline.Correlation(), row: row, arl0: d.arl0()}
	if of != d.limitOf {
		d.limitOf, d.limit = of, d.known.limit(prediction{of.chance(), of.n, of.m})
	}
	return levels(d.limit, d.cfg.Warning, d.cfg.Critical, halfAgain)
}

// chance is the probability of a single breach at which the series has one, or a row of them, in the run length.
func (of limitOf) chance() float64 {
	if of.row > 1 {
		return math.Exp(-pairTable.at(inflation(of.left), of.arl0))
	}
	return crossingTable.at(inflation(of.left), of.arl0) / of.arl0
}

func (d *zscore) Explain(s Sample) Evidence {
	m, _ := d.baseline.Moments()
	return d.baseline.spaced(Evidence{
		Statistic: "z",
		Baseline:  m,
		Current:   Moments{Mean: s.Value(), N: 1},
		Since:     s.At,
		Direction: direction(s.Value() - m.Mean),
	})
}

// Direction is the side of the mean.
func (d *zscore) Direction(s Sample) Direction {
	m, _ := d.baseline.Moments()
	return side(s.Value() - m.Mean)
}

// Bytes is the memory held, in bytes.
func (d *zscore) Bytes() int { return 64 }

const zscoreVersion = 1

func (d *zscore) MarshalBinary() ([]byte, error) { return []byte{zscoreVersion}, nil }

func (d *zscore) UnmarshalBinary(data []byte) error {
	return newReader(data, zscoreVersion).done("zscore")
}
