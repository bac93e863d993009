package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Tests is a file of tests of a config: readings in, alerts and rejects out.
type Tests struct {
	Config string `yaml:"config"` // tested, relative to this file; empty: the one that the caller names
	Tests  []Test `yaml:"tests"`
}

// Test is what a fresh engine is given, and what must come out of it.
type Test struct {
	Name    string         `yaml:"name"`
	Seed    uint64         `yaml:"seed"`  // of the drawn values; default 1
	Start   time.Time      `yaml:"start"` // of event time; default 2026-01-05T08:00:00Z, a Monday
	Input   []TestInput    `yaml:"input"` // put in the order of their times
	Alerts  []WantedAlert  `yaml:"alerts"`
	Rejects []WantedReject `yaml:"rejects"`
}

// TestInput is a row of messages: readings of one device, or one message as it is.
type TestInput struct {
	Kind    string         `yaml:"kind"`    // result, qc, log or telemetry
	Topic   string         `yaml:"topic"`   // default: the first input of that kind
	Device  string         `yaml:"device"`  //
	Test    string         `yaml:"test"`    // of results and controls: the local code
	Unit    string         `yaml:"unit"`    // of results and controls
	Level   string         `yaml:"level"`   // of controls
	Channel string         `yaml:"channel"` // of telemetry
	Event   string         `yaml:"event"`   // of logs: the event's type
	At      time.Duration  `yaml:"at"`      // of the first, after the start; default 0s
	Every   time.Duration  `yaml:"every"`   // from one to the next; default 1m
	Values  []TestValues   `yaml:"values"`  // one after the other
	Fields  map[string]any `yaml:"fields"`  // further members of each message, such as expected_value
	Text    string         `yaml:"text"`    // in place of all but topic and at: a message as it is
}

// TestValues is a run of values: drawn from a normal distribution, or the same one.
type TestValues struct {
	N     int     `yaml:"n"`     // how many; default 1
	Mean  float64 `yaml:"mean"`  // in the unit
	SD    float64 `yaml:"sd"`    // in the unit; 0: all are the mean
	Value any     `yaml:"value"` // in place of mean and sd: as it is, such as -999 or "<0.01"
}

// WantedAlert matches messages of alerts. What it leaves out, any message has.
type WantedAlert struct {
	State    string        `yaml:"state"`  // opened (default), updated or resolved
	Rule     string        `yaml:"rule"`   // detector or plain rule
	Device   string        `yaml:"device"` //
	Series   string        `yaml:"series"` // LOINC code, qc/..., or channel
	Kind     string        `yaml:"kind"`
	Severity string        `yaml:"severity"` // of the message: info, warning or critical
	Summary  string        `yaml:"summary"`  // is part of the sentence
	From     time.Duration `yaml:"from"`     // not before, after the start
	Until    time.Duration `yaml:"until"`    // not after, after the start; 0s: any time
	Times    int           `yaml:"times"`    // how many messages match; default 1
}

// WantedReject matches rejects.
type WantedReject struct {
	Code  string `yaml:"code"`  // reason, such as undecodable
	Topic string `yaml:"topic"` // of the message
	Times int    `yaml:"times"` // default 1
}

// ReadTests reads a file of tests and the config that it names, or else the one at path. The environment stays out:
// a test says the same everywhere. The error joins every mistake.
func ReadTests(file, path string) (*Tests, *Config, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, fmt.Errorf("read tests: %w", err)
	}
	var t Tests
	errs := []error{decode(b, &t)}
	if errs[0] == nil {
		errs = append(errs, t.complete()...)
	}
	if t.Config != "" {
		path = filepath.Join(filepath.Dir(file), t.Config)
	}
	c, _, err := Read(path, nil)
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, nil, fmt.Errorf("tests %s:\n%w", file, err)
	}
	return &t, c, nil
}
