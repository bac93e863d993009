package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"labwatch/config"
	"labwatch/record"
	"labwatch/stream"
)

// engine is what a config makes: everything that workers and sequencers share.
type engine struct {
	cfg     *config.Config
	keys    *record.Keyring
	mapping *record.Mapping
	zone    *time.Location
	seal    stream.Seal
	metrics *stream.Metrics
	judging *stream.Judging
}

// newEngine reads what the config names: mapping files and, unless keys are handed in, the key file.
func newEngine(cfg *config.Config, keys *record.Keyring) (*engine, error) {
	if keys == nil {
		var err error
		if keys, err = loadKeys(cfg.Standardize.KeyFile); err != nil {
			return nil, err
		}
	}
	sealer, err := keys.Sealer()
	if err != nil {
		return nil, err
	}
	mapping, err := loadMapping(cfg)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(cfg.Standardize.Zone)
	if err != nil {
		return nil, fmt.Errorf("standardize.zone: %w", err)
	}
	e := &engine{cfg: cfg, keys: keys, mapping: mapping, zone: zone, metrics: stream.NewMetrics()}
	e.seal = func(origin record.Origin, key, value []byte) []byte {
		return sealer.Seal(origin, stream.FrameReject(key, value))
	}
	e.judging = stream.NewJudging(cfg.Judge, cfg.Plan(), cfg.Detectors.Baseline, cfg.Alerts, zone, e.metrics)
	if _, err := e.intake(); err != nil {
		return nil, err
	}
	return e, nil
}

// intake makes the reader of raw messages for one goroutine.
func (e *engine) intake() (*stream.Intake, error) {
	std, err := record.NewStandardizer(record.Options{Config: e.cfg.Standardize, Keyring: e.keys, Mapping: e.mapping})
	if err != nil {
		return nil, fmt.Errorf("standardize: %w", err)
	}
	var inputs []stream.Input
	for i, in := range e.cfg.Inputs {
		f, err := e.cfg.Format(in)
		if err != nil {
			return nil, fmt.Errorf("inputs[%d]: %w", i, err)
		}
		inputs = append(inputs, stream.Input{Topic: in.Topic, Format: f})
	}
	return stream.NewIntake(inputs, std), nil
}

// must is for what newEngine has tried before.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (e *engine) sequencer() *stream.Sequencer {
	return stream.NewSequencer(must(e.intake()), e.seal, e.metrics)
}

// worker makes an empty worker. A fused one reads raw messages.
func (e *engine) worker(fused bool) *stream.Worker {
	var in *stream.Intake
	if fused {
		in = must(e.intake())
	}
	return stream.NewWorker(e.judging, in, e.seal)
}

func loadKeys(path string) (*record.Keyring, error) {
	if path == "" {
		return nil, errors.New("standardize.key_file is not set: without a key the identifiers of patients cannot be protected; " +
			"make one with \"labwatch keys new FILE\"")
	}
	keys, err := record.LoadKeyring(path)
	if err != nil {
		return nil, fmt.Errorf("standardize.key_file: %w", err)
	}
	return keys, nil
}

// loadMapping reads the site's mapping files over the embedded codes and reports every mistake in all of them, and every
// limit of a test that they make void.
func loadMapping(cfg *config.Config) (*record.Mapping, error) {
	mapping, err := record.NewMapping()
	if err != nil {
		return nil, err
	}
	var errs []error
	for i, path := range cfg.Standardize.Mappings {
		f, err := os.Open(path)
		if err != nil {
			errs = append(errs, fmt.Errorf("standardize.mappings[%d]: %w", i, err))
			continue
		}
		errs = append(errs, mapping.Read(path, f)...)
		errs = append(errs, f.Close())
	}
	return mapping, errors.Join(append(errs, cfg.ValidateMapping(mapping)...)...)
}
