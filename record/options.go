package record

import (
	"fmt"
	"math"
	"time"
)

// Config is what a site says about its readings.
type Config struct {
	// Zone is the IANA time zone of timestamps that name none, and of the published hour and weekday. Default UTC.
	Zone string `yaml:"zone"`
	// Facility is taken for readings that name none. Default empty.
	Facility string `yaml:"facility"`
	// Mappings are the site's files of local codes; see Mapping.Read. Default none: the embedded codes only.
	Mappings []string `yaml:"mappings"`
	// KeyFile holds the keys of the tokens; see ParseKeyring. There is no start without one, except in the demo.
	KeyFile string `yaml:"key_file"`
	// ErrorCodes are numbers by which instruments say that they measured nothing. Default -999.
	ErrorCodes []float64 `yaml:"error_codes"`
	// EarlyGrace is how far the time of an event may lie after its arrival before it is flagged. Default 5m.
	EarlyGrace time.Duration `yaml:"early_grace"`
	// Plausible flags numbers outside the plausible limits of their test. Default true.
	Plausible bool `yaml:"plausible"`
	// Critical says which critical limits are used: off, original (the four of the system that labwatch succeeds:
	// glucose and potassium), table (examples from published lists) or site (those of the mapping files).
	// Default off: critical limits are for a laboratory to sign.
	Critical string `yaml:"critical"`
	// Decimal is how "1,234" is read: unknown (not at all), point (1234) or comma (1.234). Default unknown.
	Decimal string `yaml:"decimal"`
}

// DefaultConfig is a site that says nothing.
func DefaultConfig() Config {
	return Config{
		Zone: "UTC", ErrorCodes: []float64{-999}, EarlyGrace: 5 * time.Minute, Plausible: true, Critical: "off", Decimal: "unknown",
	}
}

// Validate lists every mistake, each with the path of its field. Files are not looked at.
func (c Config) Validate() (mistakes []error) {
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "Local" {
		mistakes = append(mistakes, fmt.Errorf("zone: %q is not an IANA time zone, such as Europe/Berlin", c.Zone))
	}
	for i, x := range c.ErrorCodes {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			mistakes = append(mistakes, fmt.Errorf("error_codes[%d]: %v is not a number", i, x))
		}
	}
	if c.EarlyGrace < 0 {
		mistakes = append(mistakes, fmt.Errorf("early_grace: %v is negative", c.EarlyGrace))
	}
	switch c.Critical {
	case "off", "original", "table", "site":
	default:
		mistakes = append(mistakes, fmt.Errorf("critical: %q is none of off, original, table, site", c.Critical))
	}
	if _, ok := decimals[c.Decimal]; !ok {
		mistakes = append(mistakes, fmt.Errorf("decimal: %q is none of unknown, point, comma", c.Decimal))
	}
	if len(c.Facility) > maxIdentifier {
		mistakes = append(mistakes, fmt.Errorf("facility: longer than %d bytes", maxIdentifier))
	}
	return mistakes
}

var decimals = map[string]Decimal{"unknown": AnyDecimal, "point": DecimalPoint, "comma": DecimalComma}

// Options is a Config with what it names: keys and mapping, loaded.
type Options struct {
	Config
	Keyring *Keyring // needed
	Mapping *Mapping // nil: the embedded codes only
}
