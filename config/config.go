// Package config is the tree of settings and the only room that knows YAML. Every value has a default, an unknown or
// repeated key is a mistake, and all mistakes are reported together, each with its path.
package config

import (
	"labwatch/alerts"
	"labwatch/deliver"
	"labwatch/detectors"
	"labwatch/record"
	"labwatch/state"
	"labwatch/stream"
	"labwatch/stream/kafka"
	"labwatch/web"
)

// Config is the whole tree. config.yaml documents it, and a test keeps that file equal to Default.
type Config struct {
	Inputs      []Input        `yaml:"inputs"`
	Fused       bool           `yaml:"fused"`
	Standardize record.Config  `yaml:"standardize"`
	Judge       stream.Config  `yaml:"judge"`
	Detectors   Detectors      `yaml:"detectors"`
	Alerts      alerts.Config  `yaml:"alerts"`
	Delivery    deliver.Config `yaml:"delivery"`
	Kafka       kafka.Config   `yaml:"kafka"`
	Broker      Broker         `yaml:"broker"`
	State       state.Config   `yaml:"state"`
	HTTP        web.Config     `yaml:"http"`
	Log         Log            `yaml:"log"`

	detectors stream.Plan // made by Validate
}

// Input is one raw topic.
type Input struct {
	Topic   string            `yaml:"topic"`
	Kind    string            `yaml:"kind"`    // result, qc, log, telemetry, or any: each message tells
	Format  string            `yaml:"format"`  // json or csv
	Columns map[string]string `yaml:"columns"` // of csv: our field to a template such as "{ITEMID}"
}

// Detectors says which detectors judge what, in the order in which they are asked, and with which parameters.
type Detectors struct {
	// Profile is where levels come from: "" from run lengths, original from the fixed levels of the old system, which
	// promise no run length and are there to compare with.
	Profile   string                    `yaml:"profile"`
	Baseline  detectors.BaselineConfig  `yaml:"baseline"`
	Results   []string                  `yaml:"results"`
	QC        []string                  `yaml:"qc"`
	Telemetry []string                  `yaml:"telemetry"`
	Groups    []string                  `yaml:"groups"` // over the vectors of a group of devices
	Params    map[string]map[string]any `yaml:"params"` // by detector; what is left out has the detector's default
}

// Broker is the embedded broker, which runs when kafka.brokers is empty.
type Broker struct {
	Dir  string `yaml:"dir"`  // its data
	Port int    `yaml:"port"` // on 127.0.0.1; the next free one if taken
}

// Log is the daemon's own log.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // console or json
}

// Default is what runs without a config file: the four streams of the original on the embedded broker.
func Default() Config {
	// Each detector keeps a run length of its own, so each more adds its false alarms. ewma and cusum rest on the same
	// scores as zmean and see the same shifts a few readings earlier: a user takes one of the three. stuck sees what
	// none of the others does, and chance hardly ever makes a flat line. novelty raises no alert.
	univariate := func(more ...string) []string { return append([]string{"zscore", "zmean", "ks", "psi"}, more...) }
	return Config{
		Inputs: []Input{
			{Topic: "lab.results", Kind: "result", Format: "json"},
			{Topic: "lab.qc", Kind: "qc", Format: "json"},
			{Topic: "lab.logs", Kind: "log", Format: "json"},
			{Topic: "lab.telemetry", Kind: "telemetry", Format: "json"},
		},
		Standardize: record.DefaultConfig(),
		Judge:       stream.DefaultConfig(),
		Detectors: Detectors{
			Baseline: detectors.DefaultBaseline(),
			Results:  univariate(), QC: univariate(), Telemetry: univariate("stuck", "novelty"),
			Groups: []string{"iforest"},
		},
		Alerts:   alerts.Default(),
		Delivery: deliver.Default(),
		Kafka:    kafka.DefaultConfig(),
		Broker:   Broker{Dir: "data/broker", Port: 9092},
		State:    state.DefaultConfig(),
		HTTP:     web.DefaultConfig(),
		Log:      Log{Level: "info", Format: "console"},
	}
}

// Topics are those of the inputs, in their order.
func (c *Config) Topics() []string {
	var topics []string
	for _, in := range c.Inputs {
		topics = append(topics, in.Topic)
	}
	return topics
}

// Plan is the detectors with their parameters. It is there after Validate found no mistake in them.
func (c *Config) Plan() stream.Plan { return c.detectors }
