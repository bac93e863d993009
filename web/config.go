package web

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
)

// Config says where HTTP is served, to whom, and how much is shown.
type Config struct {
	// Listen is host:port; an empty host is every interface, port 0 any free one. Default 127.0.0.1:8420: device
	// names are nobody else's business until somebody decides so.
	Listen string `yaml:"listen"`
	// Admin is host:port of a second address for operators: profiles, reload, log level. Default empty: there is none.
	Admin string `yaml:"admin"`
	// TokenFile lists who may ask, one "NAME TOKEN" or "NAME sha256:HEX" a line; see parseTokens. Default empty.
	TokenFile string `yaml:"token_file"`
	// Operators are the names of the tokens and client certificates that Admin answers; the others read only. Default
	// empty: it answers whoever may ask.
	Operators []string `yaml:"operators"`
	// TLS of both addresses. Default none.
	TLS TLS `yaml:"tls"`
	// AllowAnonymous lets other machines ask without saying who they are. Default false: without it an address that
	// other machines can reach needs a token file or client certificates.
	AllowAnonymous bool `yaml:"allow_anonymous"`
	// DeviceSeries is the number of devices that have series of their own on /metrics, 0 to 100,000; each has
	// eight. Default 2,000. The API shows all devices.
	DeviceSeries int `yaml:"device_series"`
}

// TLS names PEM files. They are read again when they change: see Access.
type TLS struct {
	CertFile string `yaml:"cert_file"` // certificate of the server, with the intermediate ones; empty: no TLS
	KeyFile  string `yaml:"key_file"`  // its private key
	// ClientCAFile holds the authorities whose client certificates let in (mutual TLS). Default empty: none do.
	ClientCAFile string `yaml:"client_ca_file"`
}

// DefaultConfig holds the defaults given at the fields.
func DefaultConfig() Config { return Config{Listen: "127.0.0.1:8420", DeviceSeries: 2000} }

// Validate returns every mistake, each with the path of its field below the section. Files are not looked at.
func (c Config) Validate() []error {
	errs := c.validateAddress("listen", c.Listen)
	if c.Admin != "" {
		errs = append(errs, c.validateAddress("admin", c.Admin)...)
	}
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		errs = append(errs, errors.New("tls: cert_file and key_file go together"))
	}
	if c.TLS.ClientCAFile != "" && c.TLS.CertFile == "" {
		errs = append(errs, errors.New("tls.client_ca_file: needs tls.cert_file: without TLS nobody shows a certificate"))
	}
	if c.AllowAnonymous && c.authenticates() {
		errs = append(errs, errors.New("allow_anonymous: contradicts token_file and tls.client_ca_file"))
	}
	if len(c.Operators) > 0 && (c.Admin == "" || !c.authenticates()) {
		errs = append(errs, errors.New("operators: needs admin, and token_file or tls.client_ca_file: nobody else is asked for a name"))
	}
	for i, name := range c.Operators {
		if name == "" {
			errs = append(errs, fmt.Errorf("operators[%d]: is empty", i))
		}
	}
	if c.DeviceSeries < 0 || c.DeviceSeries > 100_000 {
		errs = append(errs, fmt.Errorf("device_series: %d is outside 0 to 100,000", c.DeviceSeries))
	}
	return errs
}

func (c Config) validateAddress(path, addr string) []error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return []error{fmt.Errorf("%s: %q is not host:port", path, addr)}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return []error{fmt.Errorf("%s: port %q is outside 0 to 65535", path, port)}
	}
	if !loopback(addr) && !c.authenticates() && !c.AllowAnonymous {
		return []error{fmt.Errorf("%s: other machines can reach %s, and nothing asks who they are: set http.token_file or "+
			"http.tls.client_ca_file, or http.allow_anonymous if that is meant", path, addr)}
	}
	return nil
}

// Warnings says what an operator should know of settings that are no mistakes.
func (c Config) Warnings() (list []string) {
	for _, at := range []struct{ path, addr string }{{"listen", c.Listen}, {"admin", c.Admin}} {
		if at.addr == "" || loopback(at.addr) {
			continue
		}
		if !c.authenticates() {
			list = append(list, fmt.Sprintf("http.%s: anybody who reaches %s is answered: allow_anonymous is set", at.path, at.addr))
		}
		if c.TLS.CertFile == "" {
			list = append(list, fmt.Sprintf("http.%s: no TLS on %s: answers and tokens travel in the clear", at.path, at.addr))
		}
	}
	if c.Admin != "" && c.authenticates() && len(c.Operators) == 0 {
		list = append(list, "http.admin: whoever may read may operate too: name those that may in http.operators")
	}
	return list
}

// authenticates says whether anybody is asked who they are.
func (c Config) authenticates() bool { return c.TokenFile != "" || c.TLS.ClientCAFile != "" }

// operates says whether whoever is called so may use Admin.
func (c Config) operates(name string) bool {
	return !c.authenticates() || len(c.Operators) == 0 || slices.Contains(c.Operators, name)
}

// loopback says whether only this machine can reach an address.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
