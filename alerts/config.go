package alerts

import (
	"maps"
	"slices"
)

// Config is how scores and readings become alerts.
type Config struct {
	// Detectors holds policies by detector name. What an entry does not give is that detector's default.
	Detectors     map[string]DetectorPolicy `yaml:"detectors"`
	ErrorCode     ErrorCode                 `yaml:"error_code"`
	Limit         Limits                    `yaml:"limit"`
	CriticalValue CriticalValue             `yaml:"critical_value"`
	Silent        Silent                    `yaml:"silent"`
	QCFailed      QCFailed                  `yaml:"qc_failed"`
}

// Default is what runs when nothing is configured.
func Default() Config {
	return Config{
		Detectors:     defaultDetectors(),
		ErrorCode:     DefaultErrorCode(),
		Limit:         DefaultLimits(),
		CriticalValue: DefaultCriticalValue(),
		Silent:        DefaultSilent(),
		QCFailed:      DefaultQCFailed(),
	}
}

// Detector is the policy of the named detector: the configured one, with what it leaves open from the default.
// A detector of somebody else's has the default of the window tests. Ask once, not for each record.
func (c *Config) Detector(name string) DetectorPolicy {
	defaults := defaultDetectors()
	d, ok := defaults[name]
	if !ok {
		d = defaults["zmean"]
	}
	own := c.Detectors[name]
	d.Policy = own.Policy.or(d.Policy)
	if own.everyBreach {
		d.Policy.UpdateEvery, d.everyBreach = 0, true
	}
	if own.AlertOn != nil {
		d.AlertOn = own.AlertOn
	}
	return d
}

// Complete fills what the configured policies leave open, so that whoever prints them prints what holds.
func (c *Config) Complete() {
	for name := range c.Detectors {
		c.Detectors[name] = c.Detector(name)
	}
}

// Validate returns every mistake, each with its path below this config. Whether a named detector exists is for
// those to say who know the detectors.
func (c *Config) Validate() []error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Detectors)) {
		d, path := c.Detector(name), "detectors."+name
		errs = append(errs, d.Policy.Validate(path)...)
		errs = append(errs, validateKinds(path+".alert_on", d.AlertOn)...)
	}
	errs = append(errs, c.ErrorCode.Validate("error_code")...)
	errs = append(errs, c.Limit.Validate("limit")...)
	errs = append(errs, c.Silent.Validate("silent")...)
	return append(errs, c.QCFailed.Validate("qc_failed")...)
}
