package web

import (
	"fmt"
	"net"
	"strconv"
)

// Config says where HTTP is served and how much is shown.
type Config struct {
	// Listen is host:port; an empty host is every interface, port 0 any free one. Default 127.0.0.1:8420: device
	// names are nobody else's business until somebody decides so.
	Listen string `yaml:"listen"`
	// DeviceSeries is the number of devices that have series of their own on /metrics, 0 to 100,000; each has
	// four. Default 2,000. The API shows all devices.
	DeviceSeries int `yaml:"device_series"`
}

// DefaultConfig holds the defaults given at the fields.
func DefaultConfig() Config { return Config{Listen: "127.0.0.1:8420", DeviceSeries: 2000} }

// Validate returns every mistake, each with the path of its field below the section.
func (c Config) Validate() []error {
	var errs []error
	_, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		errs = append(errs, fmt.Errorf("listen: %q is not host:port", c.Listen))
	} else if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		errs = append(errs, fmt.Errorf("listen: port %q is outside 0 to 65535", port))
	}
	if c.DeviceSeries < 0 || c.DeviceSeries > 100_000 {
		errs = append(errs, fmt.Errorf("device_series: %d is outside 0 to 100,000", c.DeviceSeries))
	}
	return errs
}
