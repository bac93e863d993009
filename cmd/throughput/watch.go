//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// drainLimit ends a run that does not come to its end.
	drainLimit = 4 * time.Minute
	// drainLook is how often progress is looked at: a tenth of a commit interval.
	drainLook = 20 * time.Millisecond
)

// drain is what one run gave, between the first and the last commit that was seen.
type drain struct {
	Records          int64   `json:"records"`
	Seconds          float64 `json:"seconds"`
	RecordsPerSecond float64 `json:"records_per_second"`
	CPUMicros        float64 `json:"cpu_us_per_record"`
	BrokerCPUMicros  float64 `json:"broker_cpu_us_per_record,omitempty"` // of the embedded broker
	PeakMB           float64 `json:"rss_mb"`
	SnapshotShare    float64 `json:"snapshot_bytes_of_input"` // both not compressed
}

// look is one glance at a run.
type look struct {
	at          time.Time
	done        int64 // input records
	cpu, broker time.Duration
	snapshots   float64 // bytes
}

// progress says how many input records are done, and whether all are.
type progress func(context.Context) (done int64, all bool, err error)

// measure watches a child until everything is done, and stops it.
func (s *supply) measure(ctx context.Context, c *child, p progress) (d drain, err error) {
	defer func() { err = errors.Join(err, c.stop()) }()
	return s.watch(ctx, c, p)
}

// watch measures from the first commit of the child's that is seen to its last.
func (s *supply) watch(ctx context.Context, c *child, p progress) (d drain, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, drainLimit, fmt.Errorf("%s was not done after %v", c.Name, drainLimit))
	defer cancel()
	every := time.NewTicker(drainLook)
	defer every.Stop()
	before := int64(-1) // what was done when the child started
	var first look
	for {
		done, all, err := p(ctx)
		if err == nil {
			err = c.ended()
		}
		if err != nil {
			return d, errors.Join(err, context.Cause(ctx))
		}
		if before < 0 {
			before = done
		}
		if begun := first.done > 0; done > before && !begun || all {
			now, err := s.look(ctx, c, done)
			if err != nil {
				return d, err
			}
			if all {
				return first.until(now, c, s.size)
			}
			first = now
		}
		select {
		case <-ctx.Done():
			return d, context.Cause(ctx)
		case <-every.C:
		}
	}
}

func (b *bench) look(ctx context.Context, c *child, done int64) (l look, err error) {
	l = look{at: time.Now(), done: done}
	if l.cpu, err = c.cpu(); err == nil && b.broker != nil {
		l.broker, err = b.broker.cpu()
	}
	if err == nil {
		l.snapshots, err = c.metric(ctx, "labwatch_snapshot_bytes_total")
	}
	return l, err
}

func (l look) until(last look, c *child, size float64) (drain, error) {
	n := last.done - l.done
	if l.done == 0 || n <= 0 {
		return drain{}, fmt.Errorf("%s %w; take more --records", c.Name, errBrief)
	}
	d := drain{Records: n, Seconds: last.at.Sub(l.at).Seconds()}
	d.RecordsPerSecond = float64(n) / d.Seconds
	d.CPUMicros = (last.cpu - l.cpu).Seconds() * 1e6 / float64(n)
	d.BrokerCPUMicros = (last.broker - l.broker).Seconds() * 1e6 / float64(n)
	d.SnapshotShare = (last.snapshots - l.snapshots) / (float64(n) * size)
	var err error
	d.PeakMB, err = c.peakMB()
	return d, err
}

var errBrief = errors.New("did everything in one commit")
