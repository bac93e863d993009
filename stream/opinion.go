package stream

import (
	"math"

	"labwatch/alerts"
	"labwatch/detectors"
)

// opinion is what one detector said of a sample.
type opinion struct {
	score  float64
	ready  bool
	limits detectors.Limits
}

// ask scores sample with every detector, in the plan's order, and learns nothing.
// With timed it also measures how long each of them takes.
func (p *panel) ask(j *Judging, named []Named, sample detectors.Sample, timed bool, dst []opinion) []opinion {
	for i, d := range p.dets {
		var o opinion
		if timed {
			o.score, o.ready = timedScore(j.times[named[i].Name], d, sample)
		} else {
			o.score, o.ready = d.Score(sample)
		}
		o.limits = detectors.Limits{Warning: math.NaN(), Critical: math.NaN()}
		if l, ok := d.(detectors.Limited); ok {
			o.limits = l.Limits()
		}
		dst = append(dst, o)
	}
	return dst
}

func (o opinion) breach() bool {
	return o.ready && (o.score >= o.limits.Warning || o.score >= o.limits.Critical)
}

func (o opinion) observe(at int64, value float64, direction int) alerts.Observation {
	return alerts.Observation{At: at, Ready: o.ready, Score: o.score, Warning: o.limits.Warning, Critical: o.limits.Critical,
		Value: value, Direction: direction}
}
