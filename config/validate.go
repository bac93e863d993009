package config

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"labwatch/detectors"
	"labwatch/formats"
	"labwatch/record"
	"labwatch/stream"
)

// Validate returns every mistake with its path and prepares what is asked for later.
func (c *Config) Validate() []error {
	var errs []error
	under := func(path string, found []error) {
		for _, err := range found {
			errs = append(errs, fmt.Errorf("%s.%w", path, err))
		}
	}
	errs = append(errs, c.validateInputs()...)
	under("standardize", c.Standardize.Validate())
	errs = append(errs, c.Judge.Validate()...)
	errs = append(errs, c.makePlan()...)
	under("alerts", c.Alerts.Validate())
	errs = append(errs, c.validatePolicies()...)
	errs = append(errs, c.validateLimitTests()...)
	errs = append(errs, c.Kafka.Validate()...)
	under("state", c.State.Validate())
	under("http", c.HTTP.Validate())
	under("delivery", c.Delivery.Validate())
	for i, broker := range c.Kafka.Brokers {
		if _, ok := brokerHost(broker); !ok {
			errs = append(errs, fmt.Errorf("kafka.brokers[%d]: %q is not host:port", i, broker))
		}
	}
	if len(c.Kafka.Brokers) == 0 {
		if c.Broker.Dir == "" {
			errs = append(errs, fmt.Errorf("broker.dir: must name a folder for the embedded broker, or kafka.brokers a broker"))
		}
		if c.Broker.Port < 1 || c.Broker.Port > 65435 {
			errs = append(errs, fmt.Errorf("broker.port: %d is outside 1 to 65435", c.Broker.Port))
		}
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level) {
		errs = append(errs, fmt.Errorf("log.level: %q is none of debug, info, warn, error", c.Log.Level))
	}
	if !slices.Contains([]string{"console", "json"}, c.Log.Format) {
		errs = append(errs, fmt.Errorf("log.format: %q is neither console nor json", c.Log.Format))
	}
	return errs
}

// brokerHost is the host of a broker's address; ok says whether the client can dial it. It takes a host alone as well, for
// port 9092.
func brokerHost(address string) (host string, ok bool) {
	if alone := strings.Trim(address, "[]"); !strings.Contains(address, ":") || net.ParseIP(alone) != nil {
		return alone, address != "" && !strings.ContainsAny(address, "/ ")
	}
	host, port, err := net.SplitHostPort(address)
	n, notNumber := strconv.ParseUint(port, 10, 16)
	return host, err == nil && host != "" && !strings.ContainsAny(host, "/ ") && notNumber == nil && n > 0
}

// Kinds are the words for an input's kind. 0 stands for any: each message tells.
func Kinds() map[string]record.Kind {
	return map[string]record.Kind{"result": record.Result, "qc": record.Control, "log": record.Event, "telemetry": record.Telemetry, "any": 0}
}

func (c *Config) validateInputs() (errs []error) {
	if len(c.Inputs) == 0 {
		errs = append(errs, fmt.Errorf("inputs: there is none"))
	}
	if c.Fused && len(c.Inputs) != 1 {
		errs = append(errs, fmt.Errorf("fused: needs exactly one input that holds all kinds, keyed by device; there are %d", len(c.Inputs)))
	}
	seen := map[string]bool{}
	t := c.Kafka.Topics
	for i, in := range c.Inputs {
		path := fmt.Sprintf("inputs[%d]", i)
		switch {
		case in.Topic == "":
			errs = append(errs, fmt.Errorf("%s.topic: must not be empty", path))
		case seen[in.Topic]:
			errs = append(errs, fmt.Errorf("%s.topic: %q is already an input", path, in.Topic))
		case slices.Contains([]string{t.Log, t.Records, t.Alerts, t.Rejects, t.Snapshots, t.Undelivered}, in.Topic):
			errs = append(errs, fmt.Errorf("%s.topic: %q is a topic that labwatch writes", path, in.Topic))
		}
		seen[in.Topic] = true
		if _, ok := Kinds()[in.Kind]; !ok {
			errs = append(errs, fmt.Errorf("%s.kind: %q is none of result, qc, log, telemetry, any", path, in.Kind))
		}
		if _, err := c.Format(in); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", path, err))
		}
	}
	return errs
}

// Format makes the reader of an input's messages.
func (c *Config) Format(in Input) (formats.Format, error) {
	plugin, ok := formats.Builtin()[in.Format]
	if !ok {
		return nil, fmt.Errorf("format: %q is none of %s", in.Format, strings.Join(slices.Sorted(maps.Keys(formats.Builtin())), ", "))
	}
	f, err := plugin(formats.Options{Kind: Kinds()[in.Kind], Columns: in.Columns})
	if err != nil {
		return nil, fmt.Errorf("columns: %w", err)
	}
	return f, nil
}

// makePlan turns names and parameters into detectors.
func (c *Config) makePlan() (errs []error) {
	errs = c.Detectors.validateProfile()
	builtin := detectors.Builtin()
	makers := map[string]detectors.Maker{}
	for _, name := range slices.Sorted(maps.Keys(builtin)) {
		maker, err := builtin[name](decodeParams(c.Detectors.params(name)))
		if err != nil {
			for _, line := range strings.Split(err.Error(), "\n") {
				errs = append(errs, fmt.Errorf("detectors.params.%s: %s", name, line))
			}
		}
		makers[name] = maker
	}
	known := strings.Join(slices.Sorted(maps.Keys(builtin)), ", ")
	for _, name := range slices.Sorted(maps.Keys(c.Detectors.Params)) {
		if builtin[name] == nil {
			errs = append(errs, fmt.Errorf("detectors.params.%s: there is no such detector; there are %s", name, known))
		}
	}
	for _, err := range c.Detectors.Baseline.Validate() {
		errs = append(errs, fmt.Errorf("detectors.baseline.%w", err))
	}
	list := func(path string, names []string) (plan []stream.Named) {
		for i, name := range names {
			switch {
			case builtin[name] == nil:
				errs = append(errs, fmt.Errorf("detectors.%s[%d]: there is no detector %q; there are %s", path, i, name, known))
			case slices.Index(names, name) != i:
				errs = append(errs, fmt.Errorf("detectors.%s[%d]: %q is named twice", path, i, name))
			default:
				plan = append(plan, stream.Named{Name: name, Make: makers[name]})
			}
		}
		return plan
	}
	c.detectors = stream.Plan{
		Series: map[record.Kind][]stream.Named{
			record.Result:    list("results", c.Detectors.Results),
			record.Control:   list("qc", c.Detectors.QC),
			record.Telemetry: list("telemetry", c.Detectors.Telemetry),
		},
		Group: list("groups", c.Detectors.Groups),
	}
	return errs
}

// validatePolicies looks for alert policies of detectors that do not exist.
func (c *Config) validatePolicies() (errs []error) {
	for _, name := range slices.Sorted(maps.Keys(c.Alerts.Detectors)) {
		if detectors.Builtin()[name] == nil {
			errs = append(errs, fmt.Errorf("alerts.detectors.%s: there is no such detector", name))
		}
	}
	return errs
}
