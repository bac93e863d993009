package alerts

import (
	"math"
	"time"

	"labwatch/record"
)

// DetectorPolicy says how the scores of one detector become alerts. A breach of the detector's warning level asks
// for a warning, one of its critical level for a critical alert.
type DetectorPolicy struct {
	Policy Policy `yaml:",inline"`
	// AlertOn are the kinds of readings that may raise an alert. A detector goes on scoring the others, and its
	// scores are published with the record. An empty list switches its alerts off.
	AlertOn []string `yaml:"alert_on"`
	// Outlast says that a breach which outlasts judge.accept_after may become the new normal of a sensor: so with tests
	// of a level or a distribution. A flat line is never normal. It is no setting.
	Outlast bool `yaml:"-"`
	// everyBreach says that update_every is given as 0, which says every breach; left out it is that of the detector.
	everyBreach bool
}

// notGiven stands for a setting that an entry of a config leaves out, where 0 means something.
const notGiven = math.MinInt64

// UnmarshalYAML reads an entry of a config and tells an update_every of 0 from none.
func (d *DetectorPolicy) UnmarshalYAML(decode func(any) error) error {
	type entry DetectorPolicy // which has no method that would come here again
	e := entry{Policy: Policy{UpdateEvery: notGiven}}
	err := decode(&e)
	e.everyBreach = e.Policy.UpdateEvery == 0
	if e.Policy.UpdateEvery == notGiven {
		e.Policy.UpdateEvery = 0
	}
	*d = DetectorPolicy(e)
	return err
}

// Alerts says whether scores of readings of kind k may raise an alert.
func (d *DetectorPolicy) Alerts(k record.Kind) bool { return hasKind(d.AlertOn, k) }

// defaultDetectors are the policies of the detectors that come with labwatch. Those of a detector that is not
// here are those of zmean.
func defaultDetectors() map[string]DetectorPolicy {
	result, control, telemetry := record.Result.String(), record.Control.String(), record.Telemetry.String()
	windowed := DetectorPolicy{Policy: DefaultPolicy(), AlertOn: []string{result, control, telemetry}, Outlast: true}
	return map[string]DetectorPolicy{
		// A patient's single result far from the mean is the patient, not the device: scored, never an alert.
		// Controls and sensors have no patient in them; there one value may be a splash, two in a row are not.
		"zscore": {
			Policy: Policy{OpenAfter: 2, ResolveAfter: 5, ResolveRatio: 0.8, UpdateEvery: 15 * time.Minute,
				Severity: Critical},
			AlertOn: []string{control, telemetry}, Outlast: true,
		},
		// The limits of the window tests hold the asked run length between false alarms. Neighbouring windows
		// share all but one value, so a row of breaches would prove nothing more and only cost time.
		"zmean": windowed,
		"ewma":  windowed,
		"cusum": windowed,
		"ks":    windowed,
		"psi":   windowed,
		// A flat line ends with the first reading that differs; its score is then 1, far under any ratio. It may be
		// the sensor or a quiet room: it advises.
		"stuck": {
			Policy: Policy{OpenAfter: 1, ResolveAfter: 1, ResolveRatio: 1, UpdateEvery: 15 * time.Minute,
				Severity: Warning},
			AlertOn: []string{telemetry},
		},
		// Its level is a conformal quantile for each single record, so of 1000 good records some are beyond;
		// three in a row are not chance. Scores of good records lie close under the level, so a ratio would
		// keep the alert open for ever: 10 in a row under the level end it. Its reasons are hard to tell, so it
		// advises and never outranks a rule.
		"iforest": {
			Policy: Policy{OpenAfter: 3, ResolveAfter: 10, ResolveRatio: 1, UpdateEvery: 15 * time.Minute,
				Severity: Warning},
			AlertOn: []string{telemetry},
		},
	}
}
