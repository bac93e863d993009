package alerts

import (
	"fmt"
	"math"
)

// Limit holds the limits of one telemetry channel or test. A value on a limit is inside it. A limit that is not
// given does not exist.
type Limit struct {
	Low          *float64 `yaml:"low"`           // below: warning
	High         *float64 `yaml:"high"`          // above: warning
	CriticalLow  *float64 `yaml:"critical_low"`  // below: critical
	CriticalHigh *float64 `yaml:"critical_high"` // above: critical
	// Unit is the UCUM unit of the limits, as results of the test are published. A result in another unit is not judged; a
	// channel has no unit of its own, so this one is shown for it.
	Unit  string `yaml:"unit"`
	Label string `yaml:"label"` // what people call the channel, such as "storage temperature"
}

// Observe judges a value. unit is the reading's, empty when it has none. The score is the distance beyond the
// nearest limit in the limits' unit, negative inside, so that the peak is the value that went farthest.
func (l *Limit) Observe(at int64, value float64, unit string) Observation {
	if math.IsNaN(value) || l.Unit != "" && unit != "" && unit != l.Unit {
		return Observation{At: at}
	}
	broken, severity, direction := l.broken(value)
	score := -1.0
	if severity != 0 {
		score = math.Abs(value - broken)
		// The inner limit, if there is one, measures the distance of critical values too.
		if inner := pick(direction, l.Low, l.High); inner != nil {
			score = math.Abs(value - *inner)
		}
	}
	o := judged(at, severity != 0, score, value, direction)
	if severity == Warning {
		o.Warning, o.Critical = o.Critical, math.NaN()
	}
	return o
}

// broken says which limit value lies beyond, how grave that is, and on which side. No severity: none.
func (l *Limit) broken(value float64) (limit float64, severity Severity, direction int) {
	switch {
	case l.CriticalHigh != nil && value > *l.CriticalHigh:
		return *l.CriticalHigh, Critical, 1
	case l.CriticalLow != nil && value < *l.CriticalLow:
		return *l.CriticalLow, Critical, -1
	case l.High != nil && value > *l.High:
		return *l.High, Warning, 1
	case l.Low != nil && value < *l.Low:
		return *l.Low, Warning, -1
	}
	return math.NaN(), 0, 0
}

// Explain is the evidence for a message about value. Low and High are the limits, or the critical ones of a
// channel that has no others; Threshold is the one that value broke, NaN when it is inside.
func (l *Limit) Explain(value float64) Evidence {
	e := NewEvidence(StatValue)
	e.Score, e.Value = value, value
	e.Threshold, _, e.Direction = l.broken(value)
	low, high := l.Low, l.High
	if low == nil && high == nil {
		low, high = l.CriticalLow, l.CriticalHigh
	}
	if low != nil {
		e.Low = *low
	}
	if high != nil {
		e.High = *high
	}
	return e
}

// Validate returns every mistake with its path.
func (l *Limit) Validate(path string) []error {
	var errs []error
	fields := [...]struct {
		name string
		v    *float64
	}{{"critical_low", l.CriticalLow}, {"low", l.Low}, {"high", l.High}, {"critical_high", l.CriticalHigh}}
	for i, a := range fields {
		if a.v == nil {
			continue
		}
		if math.IsNaN(*a.v) || math.IsInf(*a.v, 0) {
			errs = append(errs, fmt.Errorf("%s.%s: %v is no number", path, a.name, *a.v))
			continue
		}
		for j := i + 1; j < len(fields); j++ {
			b := fields[j]
			sameSide := i/2 == j/2 // a critical limit may lie on the other one of its side
			if b.v != nil && (*a.v > *b.v || *a.v == *b.v && !sameSide) {
				errs = append(errs, fmt.Errorf("%s.%s: %v is not below %s, %v", path, a.name, *a.v, b.name, *b.v))
			}
		}
	}
	if l.Low == nil && l.High == nil && l.CriticalLow == nil && l.CriticalHigh == nil {
		errs = append(errs, fmt.Errorf("%s: no limit is given", path))
	}
	return errs
}

// pick is the limit on the side of direction.
func pick(direction int, low, high *float64) *float64 {
	if direction < 0 {
		return low
	}
	return high
}
