package stream

import (
	"math"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// subject is what an alert is about, and the record that is at hand.
type subject struct {
	origin   record.Origin
	at       int64
	kind     record.Kind
	tick     bool // it is a tick, whatever kind the alert names
	device   string
	facility string
	series   string
	test     record.Test
	unit     string
	label    string // what people call a channel
	patient  string // token, to count a patient once; never published from here
	result   string // id of the result of a critical value
	own      string // of a critical result without id: its origin, which keeps it apart from others
}

// step moves one alert on and gives a new one its id.
func step(about subject, rule string, p alerts.Policy, s *alerts.State, o alerts.Observation) alerts.Change {
	next, change := p.Step(*s, o)
	if change == alerts.Opened {
		next.ID = alerts.NewID(about.origin, rule, about.device, about.series)
	}
	*s = next
	return change
}

// say publishes what a step changed.
func (w *Worker) say(about subject, rule string, s *alerts.State, change alerts.Change, e alerts.Evidence, emit Emit) {
	w.sayBy("", about, rule, s, change, e, emit)
}

// sayBy names the person, by his token, who acknowledged.
func (w *Worker) sayBy(by string, about subject, rule string, s *alerts.State, change alerts.Change, e alerts.Evidence, emit Emit) {
	if w.muted {
		return
	}
	a := alerts.Alert{
		Change: change, Rule: rule, Device: about.device, Facility: about.facility, Kind: about.kind,
		Series: about.series, Test: about.test, Unit: about.unit, Label: about.label, At: about.at, Origin: about.origin,
		Subject: about.result, Evidence: e, AcknowledgedBy: by,
	}
	s.Fill(&a)
	if change == alerts.Resolved {
		a.At = max(a.At, s.Newest) // an alert does not end before it opened, or before it was last seen
	}
	a.DeviceScore = published(w.standingOf(about))
	a.Summary, a.Action = alerts.Summarise(&a, w.j.Zone)
	w.tally.alert(rule, a.Severity, change)
	emit(w.publish.alert(&a))
}

// explain is the evidence of a detector's score. channels are the names of a vector's values.
func explain(d detectors.Detector, sample detectors.Sample, o opinion, value float64, channels []string) alerts.Evidence {
	e := alerts.NewEvidence("score")
	e.Score, e.Threshold, e.Value = o.score, o.limits.Warning, value
	x, ok := d.(detectors.Explainer)
	if !ok {
		return e
	}
	why := x.Explain(sample)
	e.Statistic, e.Since, e.Direction = why.Statistic, why.Since, why.Direction
	e.BaselineMean, e.BaselineSD, e.BaselineN = known(why.Baseline)
	e.CurrentMean, e.CurrentSD, e.CurrentN = known(why.Current)
	e.Correlation, e.Thinned = why.Correlation, why.Thinned
	e.P = why.P
	for _, p := range why.Parts {
		e.Channels = append(e.Channels, alerts.ChannelPart{Name: channels[p.Channel], Share: math.Round(100*p.Share) / 100, Direction: p.Direction})
	}
	return e
}

// explain is the evidence of one of the series' detectors, with what its level promises.
func (s *series) explain(i int, sample detectors.Sample, o opinion, value float64) alerts.Evidence {
	e := explain(s.dets[i], sample, o, value, nil)
	if p, ok := s.dets[i].(detectors.Promised); ok {
		e.RunLength = p.RunLength()
	}
	if readings, ok := s.pace.aMonth(); ok {
		e.ReadingsADay = math.Round(100*readings/30) / 100
	}
	return e
}

// explain is the evidence of one of the group's detectors, with what its level and its row promise.
func (g *group) explain(i int, sample detectors.Sample, o opinion) alerts.Evidence {
	e := explain(g.dets[i], sample, o, math.NaN(), g.channels)
	e.RunLength = math.Round(g.recurrences[i].RunLength())
	if vectors, ok := g.recurrences[i].aMonth(); ok {
		e.ReadingsADay = math.Round(100*vectors/30) / 100
	}
	return e
}

// known turns moments of nothing into missing numbers.
func known(m detectors.Moments) (mean, sd float64, n int) {
	mean, sd, n = m.Mean, m.SD, m.N
	if n == 0 {
		mean = math.NaN()
	}
	if n < 2 {
		sd = math.NaN()
	}
	return mean, sd, n
}

// endFor resolves a detector's alert because its series is learned anew, for the reason that the statistic names.
func (w *Worker) endFor(statistic string, about subject, rule string, s *alerts.State, emit Emit) {
	if s.Phase == alerts.Open {
		s.Phase, s.Newest = alerts.Ended, max(s.Newest, about.at)
		s.Said = s.Newest
		s.Sequence++
		e := alerts.NewEvidence(statistic)
		w.say(about, rule, s, alerts.Resolved, e, emit)
	}
	*s = alerts.State{}
}

// endAll does so for all detectors of a series.
func (w *Worker) endAll(statistic string, about subject, s *series, emit Emit) {
	about = w.ofSeries(about, s)
	for i := range s.states {
		w.endFor(statistic, about, w.j.Plan.Series[s.kind][i].Name, &s.states[i], emit)
	}
	s.states = nil
}
