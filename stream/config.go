package stream

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// Config says how a worker judges, apart from the detectors' parameters and the alert policies.
type Config struct {
	// FalseAlarms is the alarm budget: at most so many false alarms of the detectors a device and month of 30 days.
	// Default 1; 0: none, each detector keeps its usual run length.
	FalseAlarms float64 `yaml:"false_alarms"`
	// Seed of all random generators. With it, the input and the rest of the config, every score is the same again.
	Seed uint64 `yaml:"seed"`
	// Remember is how many readings of a device and kind are remembered to recognise a repeat, 16 bytes each.
	Remember int `yaml:"remember"`
	// LateAfter is the grace for readings that arrive out of order: one that is older than the newest of its device
	// and kind by more is published with the flag "late", and neither judged nor learned.
	LateAfter time.Duration `yaml:"late_after"`
	// PatientSpan is the time in which only one result of a patient counts in a series: the others are published with
	// their scores, and neither raise alerts nor are learned. 0 counts all.
	PatientSpan time.Duration `yaml:"patient_span"`
	// TickInterval is how often silence is looked at: the interval of the ticks in the log, and of arrival times where
	// the input carries no ticks, in a fused topic or a file.
	TickInterval time.Duration `yaml:"tick_interval"`
	// AcceptAfter says when a sensor's lasting alert becomes its new normal.
	AcceptAfter Patience `yaml:"accept_after"`
	// MaxSeries bounds the series of one device, see also MostSeries. Readings of further series are published unscored and
	// counted. It bounds the open alerts of each plain rule too, at 64 at least.
	MaxSeries int `yaml:"max_series"`
	// ForgetAfter is how long a device must not be heard to be taken for retired, by the time of ticks. When that leaps by more
	// than half of it, and more than a day, nobody is forgotten for a day. 0 never.
	ForgetAfter time.Duration `yaml:"forget_after"`
	// MemoryMB is how much memory all devices of the process may take, in MiB. Half of it is what devices hold, half is
	// room for Go's garbage collector, which by default lets the heap grow to twice what lives. Devices that were not
	// used for longest are left on disk, and come back with their next reading. At least 16.
	MemoryMB int `yaml:"memory_mb"`
	// Groups maps a group's name to the devices whose telemetry one isolation forest learns together. Devices in no
	// group form one group for each set of channels.
	Groups map[string][]string `yaml:"groups"`
}

// DefaultConfig is what config.yaml documents.
func DefaultConfig() Config {
	return Config{FalseAlarms: 1, Seed: 1, Remember: 256, LateAfter: 24 * time.Hour, PatientSpan: 24 * time.Hour, TickInterval: 5 * time.Second,
		AcceptAfter: Patience{Time: 24 * time.Hour, Readings: 500}, MaxSeries: 200, ForgetAfter: 90 * 24 * time.Hour, MemoryMB: 1024}
}

// Validate names every mistake by its path below judge.
func (c *Config) Validate() []error {
	var errs []error
	bad := func(path, format string, args ...any) {
		errs = append(errs, fmt.Errorf("judge.%s: %s", path, fmt.Sprintf(format, args...)))
	}
	if !(c.FalseAlarms >= 0 && c.FalseAlarms <= 1e6) {
		bad("false_alarms", "must be from 0 to 1e6 a device and month, is %g", c.FalseAlarms)
	}
	if c.Remember < 1 || c.Remember > 1<<16 {
		bad("remember", "must be from 1 to 65536, is %d", c.Remember)
	}
	if c.LateAfter <= 0 {
		bad("late_after", "must be more than 0, is %v", c.LateAfter)
	}
	if c.PatientSpan < 0 {
		bad("patient_span", "must not be negative, is %v", c.PatientSpan)
	}
	if c.TickInterval < 100*time.Millisecond {
		bad("tick_interval", "must be at least 100ms, is %v", c.TickInterval)
	}
	if c.AcceptAfter.Time < 0 {
		bad("accept_after.time", "must not be negative, is %v", c.AcceptAfter.Time)
	}
	if c.AcceptAfter.Readings < 0 || c.AcceptAfter.Readings > math.MaxInt32 {
		bad("accept_after.readings", "must be from 0, never, to %d, is %d", math.MaxInt32, c.AcceptAfter.Readings)
	}
	if c.MaxSeries < 1 {
		bad("max_series", "must be at least 1, is %d", c.MaxSeries)
	}
	if c.ForgetAfter != 0 && c.ForgetAfter < time.Hour {
		bad("forget_after", "must be 0 for never, or at least 1h, is %v", c.ForgetAfter)
	}
	if c.MemoryMB < 16 {
		bad("memory_mb", "must be at least 16, is %d", c.MemoryMB)
	}
	owner := map[string]string{}
	for name, devices := range c.Groups {
		if name == "" {
			bad("groups", "has a group without a name")
		}
		for _, d := range devices {
			if other, ok := owner[d]; ok && other != name {
				bad("groups", "names device %q twice", d)
			}
			owner[d] = name
		}
	}
	return errs
}

// MostSnapshot bounds what a device has learned, in bytes as it is stored: the local state takes 15 MiB (state.MaxBlob), and alerts
// of rules have room beyond it.
const MostSnapshot = 15_000_000

// What a snapshot holds at most, in bytes: of a remembered reading; of a number of which there are size in the reference of
// a series, in its block and in what was normal before, each of which equal values may make an eighth longer; and what else
// a series has, with all detectors and an alert of each.
const (
	rememberedBytes = 10
	valueBytes      = 3 * 9
	learnedBytes    = 5000
)

// MostSeries is how many series a device may have: MaxSeries, or as many as fit MostSnapshot once each is fully learned.
func (c *Config) MostSeries(b detectors.BaselineConfig) int {
	room := MostSnapshot - rememberedBytes*c.Remember*len(device{}.gates)
	return min(c.MaxSeries, room/(valueBytes*b.Size+learnedBytes))
}

// Named is a detector's maker under its name, which labels scores, alerts and metrics.
type Named struct {
	Name string
	Make detectors.Maker
}

// Plan is which detectors judge which kind of reading, in the order in which they are asked.
type Plan struct {
	Series map[record.Kind][]Named // for results, controls and each telemetry channel
	Group  []Named                 // for a group's telemetry vectors
}

// Judging is everything that all workers of a process share. It is read only.
type Judging struct {
	Config
	Plan     Plan
	Baseline detectors.BaselineConfig
	Alerts   alerts.Config
	Zone     *time.Location // of the site, for the sentences of alerts
	Metrics  *Metrics

	policies map[string]alerts.DetectorPolicy
	times    map[string]*metrics.PrometheusHistogram // of scores, by detector
	limits   map[string]*alerts.Limit                // by channel
	tests    map[string]*alerts.Limit                // by series, or by a LOINC alone
	groupOf  map[string]string                       // device to configured group

	// Detectors that share the alarm budget: of each telemetry channel, and of a vector.
	channelShares, vectorShares int
}

// NewJudging prepares what workers look up for each record. Its parts must have been validated.
func NewJudging(c Config, plan Plan, baseline detectors.BaselineConfig, ac alerts.Config, zone *time.Location, m *Metrics) *Judging {
	c.MaxSeries = c.MostSeries(baseline)
	j := &Judging{Config: c, Plan: plan, Baseline: baseline, Alerts: ac, Zone: zone, Metrics: m,
		policies: map[string]alerts.DetectorPolicy{}, times: map[string]*metrics.PrometheusHistogram{}, groupOf: map[string]string{},
		limits: pointers(ac.Limit.Table()), tests: pointers(ac.Limit.Tests)}
	asked := [][]Named{plan.Group}
	for _, named := range plan.Series {
		asked = append(asked, named)
	}
	for _, n := range slices.Concat(asked...) {
		j.policies[n.Name], j.times[n.Name] = ac.Detector(n.Name), m.scoreTime(n.Name)
	}
	one := newSeries(j, record.Telemetry, "", "")
	j.channelShares = len(one.promises)
	vector := newPanel(j, record.Telemetry, plan.Group, "", "", nil)
	j.vectorShares = VectorShares(vector.dets, plan.Group, j.policies)
	for name, devices := range c.Groups {
		for _, d := range devices {
			j.groupOf[d] = name
		}
	}
	return j
}

func pointers(limits map[string]alerts.Limit) map[string]*alerts.Limit {
	m := make(map[string]*alerts.Limit, len(limits))
	for name, l := range limits {
		m[name] = &l
	}
	return m
}

// rng is the generator of one detector of one series or group. It depends on nothing but names and the seed, so it
// does not matter in which order devices appear, or on which instance.
func (j *Judging) rng(owner, series, detector string) *rand.PCG {
	return rand.NewPCG(j.Seed, hashString(owner+"\x00"+series+"\x00"+detector))
}

// baseline is that of one series. The series of a device mostly begin together, and are kept from anchoring together.
func (j *Judging) baseline(owner, series string) *detectors.Baseline {
	b := detectors.NewBaseline(j.Baseline)
	b.Stagger(hashString(owner + "\x00" + series))
	return b
}
