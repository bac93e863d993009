package main

import (
	"fmt"
	"time"

	"labwatch/config"
	"labwatch/record"
	"labwatch/stream"
)

// reference is the engine in this process. Nobody disturbs it: what it says is what labwatch must have published.
type reference struct {
	cfg     *config.Config
	keys    *record.Keyring
	mapping *record.Mapping
	seal    stream.Seal
	metrics *stream.Metrics
	judging *stream.Judging
}

// newReference makes it from the config of an instance.
func newReference(path string) (*reference, error) {
	cfg, err := config.Load(path)
	if err != nil {
		return nil, err
	}
	r := &reference{cfg: cfg, metrics: stream.NewMetrics()}
	if r.keys, err = record.LoadKeyring(cfg.Standardize.KeyFile); err != nil {
		return nil, err
	}
	sealer, err := r.keys.Sealer()
	if err != nil {
		return nil, err
	}
	r.seal = func(origin record.Origin, key, value []byte) []byte {
		return sealer.Seal(origin, stream.FrameReject(key, value))
	}
	if r.mapping, err = record.NewMapping(); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(cfg.Standardize.Zone)
	if err != nil {
		return nil, fmt.Errorf("standardize.zone: %w", err)
	}
	r.judging = stream.NewJudging(cfg.Judge, cfg.Plan(), cfg.Detectors.Baseline, cfg.Alerts, zone, r.metrics)
	return r, nil
}

func (r *reference) intake() (*stream.Intake, error) {
	std, err := record.NewStandardizer(record.Options{Config: r.cfg.Standardize, Keyring: r.keys, Mapping: r.mapping})
	if err != nil {
		return nil, fmt.Errorf("standardize: %w", err)
	}
	var inputs []stream.Input
	for _, in := range r.cfg.Inputs {
		f, err := r.cfg.Format(in)
		if err != nil {
			return nil, fmt.Errorf("input %s: %w", in.Topic, err)
		}
		inputs = append(inputs, stream.Input{Topic: in.Topic, Format: f})
	}
	return stream.NewIntake(inputs, std), nil
}

// sequencer is the stateless stage, for one goroutine.
func (r *reference) sequencer() (*stream.Sequencer, error) {
	in, err := r.intake()
	if err != nil {
		return nil, err
	}
	return stream.NewSequencer(in, r.seal, r.metrics), nil
}

// worker is the judge of one partition, empty.
func (r *reference) worker() (*stream.Worker, error) {
	if !r.cfg.Fused {
		return stream.NewWorker(r.judging, nil, r.seal), nil
	}
	in, err := r.intake()
	if err != nil {
		return nil, err
	}
	return stream.NewWorker(r.judging, in, r.seal), nil
}
