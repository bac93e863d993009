package stream

import (
	"fmt"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"labwatch/detectors"
	"labwatch/record"
)

// Metrics are the counters of all workers and sequencers of a process. Labels are bounded: outcomes, reason codes,
// rules, severities and detectors are words of ours, never of a message.
type Metrics struct {
	set              *metrics.Set
	sequenced        *metrics.Counter
	standardized     *metrics.Counter
	duplicates       *metrics.Counter
	unscored         *metrics.Counter
	resets           *metrics.Counter
	rollbacks        *metrics.Counter
	unkept           *metrics.Counter
	idleVerdicts     *metrics.Counter
	detectorRestarts *metrics.Counter
	budget           budgetMetrics
	hits             *metrics.Counter
	misses           *metrics.Counter
	evictions        *metrics.Counter
	loadedBytes      *metrics.Counter
	latency          *metrics.PrometheusHistogram
	flags            [32]*metrics.Counter // by the bit of the flag; nil where there is none
}

// NewMetrics makes a set that starts at zero.
func NewMetrics() *Metrics {
	set := metrics.NewSet()
	m := &Metrics{
		set:              set,
		sequenced:        set.NewCounter("labwatch_sequenced_total"),
		standardized:     set.NewCounter(`labwatch_records_total{outcome="standardized"}`),
		duplicates:       set.NewCounter(`labwatch_records_total{outcome="duplicate"}`),
		unscored:         set.NewCounter("labwatch_unscored_total"),
		resets:           set.NewCounter("labwatch_baseline_resets_total"),
		rollbacks:        set.NewCounter("labwatch_baseline_rollbacks_total"),
		unkept:           set.NewCounter("labwatch_former_forests_unkept_total"),
		idleVerdicts:     set.NewCounter("labwatch_idle_verdicts_total"),
		budget:           newBudgetMetrics(set),
		detectorRestarts: set.NewCounter("labwatch_detector_restarts_total"),
		hits:             set.NewCounter("labwatch_device_memory_hits_total"),
		misses:           set.NewCounter("labwatch_device_memory_misses_total"),
		evictions:        set.NewCounter("labwatch_device_memory_evictions_total"),
		loadedBytes:      set.NewCounter("labwatch_device_memory_loaded_bytes_total"),
		latency: set.NewPrometheusHistogramExt("labwatch_latency_seconds",
			[]float64{.025, .05, .1, .2, .3, .4, .5, .75, 1, 2, 5, 30}),
	}
	// They exist from the start: a rate cannot see the first rise of a counter that was not there before.
	set.GetOrCreateCounter(`labwatch_records_total{outcome="rejected"}`)
	for bit := range m.flags {
		for _, name := range record.Flag(1 << bit).Names(nil) {
			m.flags[bit] = set.NewCounter(fmt.Sprintf("labwatch_flagged_total{flag=%q}", name))
		}
	}
	return m
}

// Set is what an exposition registers.
func (m *Metrics) Set() *metrics.Set { return m.set }

// Help is one line for each family.
func (m *Metrics) Help() map[string]string {
	return map[string]string{
		"labwatch_sequenced_total":                  "Readings standardized into the log.",
		"labwatch_records_total":                    "Readings by outcome: standardized, duplicate or rejected. They add up to the committed input.",
		"labwatch_rejects_total":                    "Readings set aside, by reason code.",
		"labwatch_flagged_total":                    "Published readings by remark on the reading as a whole, such as late, early or unmapped; one may have several.",
		"labwatch_unscored_total":                   "Numbers not scored, and breaches of plain rules not told, because their device has too many series or open alerts; vectors without a group.",
		"labwatch_baseline_resets_total":            "Devices learned anew after a calibration or a change of lot, series after a verdict or judge.accept_after, and rejected alerts of groups.",
		"labwatch_baseline_rollbacks_total":         "Series whose former baseline, and groups whose former forest, holds again after a verdict.",
		"labwatch_former_forests_unkept_total":      "Rejected alerts of groups that cannot be rolled back: their group is too large to keep its former forest as well.",
		"labwatch_idle_verdicts_total":              "Verdicts that changed nothing: on alerts that were not open, that somebody looked after already, or without a former baseline.",
		"labwatch_budget_asked_total":               "False alarms of detectors that judge.false_alarms allows for the time judged.",
		"labwatch_budget_expected_total":            "False alarms to be expected of the levels that held: the sum of 1/ARL0 over scores.",
		"labwatch_budget_opened_total":              "Alerts that detectors of series, and forests of groups with a share of the budget, opened, true and false.",
		"labwatch_detector_restarts_total":          "Detectors that could not take their stored state and started anew.",
		"labwatch_device_memory_hits_total":         "Messages whose device was in memory.",
		"labwatch_device_memory_misses_total":       "Messages whose device had to be loaded from disk.",
		"labwatch_device_memory_evictions_total":    "Devices that left memory because others needed it.",
		"labwatch_device_memory_loaded_bytes_total": "Bytes of devices loaded from disk.",
		"labwatch_latency_seconds":                  "Time from a reading's Kafka timestamp to the commit of its judged record.",
		"labwatch_alerts_total":                     "Alert messages by rule, severity and change.",
		"labwatch_score_duration_seconds":           "Time of one score, by detector; every 64th record is measured.",
	}
}

// memory counts how often a device was in memory when it was needed.
func (m *Metrics) memory(u *memoryUse) {
	m.hits.Add(u.hits)
	m.misses.Add(u.misses)
	m.evictions.Add(u.evictions)
	m.loadedBytes.Add(u.loadedBytes)
}

// add counts what a committed transaction did.
func (m *Metrics) add(t *tally) {
	m.sequenced.Add(t.sequenced)
	m.standardized.Add(t.standardized)
	m.duplicates.Add(t.duplicates)
	m.unscored.Add(t.unscored)
	m.resets.Add(t.resets)
	m.rollbacks.Add(t.rollbacks)
	m.unkept.Add(t.unkept)
	m.budget.add(t)
	m.idleVerdicts.Add(t.idleVerdicts)
	for bit, n := range t.flags {
		if n > 0 {
			m.flags[bit].Add(n)
		}
	}
	for _, r := range t.rejected {
		m.set.GetOrCreateCounter(fmt.Sprintf("labwatch_rejects_total{reason=%q}", r.code)).Add(r.n)
		m.set.GetOrCreateCounter(`labwatch_records_total{outcome="rejected"}`).Add(r.n)
	}
	for _, a := range t.alerts {
		m.set.GetOrCreateCounter(fmt.Sprintf("labwatch_alerts_total{rule=%q,severity=%q,change=%q}", a.rule, a.severity, a.change)).Add(a.n)
	}
}

// arrivals measures how long committed readings took. Now and arrivals are nanoseconds since 1970 UTC; a clock of
// Kafka that runs ahead of ours gives zero.
func (m *Metrics) arrivals(now int64, arrived []int64) {
	for _, at := range arrived {
		m.latency.Update(max(float64(now-at)/1e9, 0))
	}
}

// scoreTime is how long scores of a detector take.
func (m *Metrics) scoreTime(detector string) *metrics.PrometheusHistogram {
	return m.set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("labwatch_score_duration_seconds{detector=%q}", detector),
		[]float64{1e-7, 3e-7, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 1e-3})
}

// timedScore scores and measures.
func timedScore(times *metrics.PrometheusHistogram, d detectors.Detector, s detectors.Sample) (float64, bool) {
	began := time.Now()
	score, ready := d.Score(s)
	times.UpdateDuration(began)
	return score, ready
}

// Standardized is how many readings were published.
func (m *Metrics) Standardized() uint64 { return m.standardized.Get() }

// Duplicates is how many readings were recognised as repeats.
func (m *Metrics) Duplicates() uint64 { return m.duplicates.Get() }
