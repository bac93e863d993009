//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
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

// measureDrains lets the bare loop and each way take turns.
func measureDrains(ctx context.Context, b *bench, ways []way, report *report) error {
	for round := range b.rounds {
		for i, w := range ways {
			bare, err := b.drainBare(ctx, fmt.Sprintf("%s-bare-%d-%d-", b.run, round, i))
			if err != nil {
				return err
			}
			j := b.drained(w.fused)
			j.way, j.prefix = w, fmt.Sprintf("%s-%s-%d-", b.run, w.name, round)
			own, err := b.drainWay(ctx, j)
			if err != nil {
				return err
			}
			report.add(w.name, bare, own)
			fmt.Fprintf(os.Stderr, "round %d: bare %.0f/s %.2f us, %s %.0f/s %.2f us\n", round+1,
				bare.RecordsPerSecond, bare.CPUMicros, w.name, own.RecordsPerSecond, own.CPUMicros)
		}
	}
	report.printDrains(os.Stdout)
	return nil
}

func (b *bench) drainBare(ctx context.Context, prefix string) (drain, error) {
	in, out := b.drained(true).input, prefix+"out"
	if err := b.createTopics(ctx, []string{out}); err != nil {
		return drain{}, err
	}
	defer b.removeTopics([]string{out})
	self, err := os.Executable()
	if err != nil {
		return drain{}, fmt.Errorf("find own program: %w", err)
	}
	c, err := b.startChild("bare loop", self, bareCommand, "-brokers", join(b.brokers), "-group", prefix+"group", "-in", in, "-out", out)
	if err != nil {
		return drain{}, err
	}
	defer func() { _, _ = b.admin.DeleteGroups(context.WithoutCancel(ctx), prefix+"group") }()
	total, err := b.ends(ctx, in)
	if err != nil {
		return drain{}, err
	}
	return b.measure(ctx, c, func(ctx context.Context) (int64, bool, error) {
		done, err := b.committed(ctx, prefix+"group", in)
		return done.sum(), done.sum() >= total.sum(), err
	})
}

func (b *bench) drainWay(ctx context.Context, j job) (drain, error) {
	total, err := b.ends(ctx, j.inputs()...)
	if err != nil {
		return drain{}, err
	}
	defer b.clear(j)
	c, err := b.start(j)
	if err != nil {
		return drain{}, err
	}
	if j.fused {
		return b.measure(ctx, c, b.judged(j, total))
	}
	// Everything is judged when the judge has passed the end that the log had when everything was sequenced.
	var end offsets
	return b.measure(ctx, c, func(ctx context.Context) (int64, bool, error) {
		done, err := b.committed(ctx, j.prefix+"group-sequence", j.inputs()...)
		if err != nil || done.sum() < total.sum() {
			return done.sum(), false, err
		}
		if end == nil {
			if end, err = b.ends(ctx, j.prefix+"log"); err != nil {
				return done.sum(), false, err
			}
		}
		judged, err := b.committed(ctx, j.prefix+"group-judge", j.prefix+"log")
		return done.sum(), judged.reached(end), err
	})
}

// progress says how many input records are done, and whether all are.
type progress func(context.Context) (done int64, all bool, err error)

// judged is the progress of a fused job.
func (b *bench) judged(j job, total offsets) progress {
	return func(ctx context.Context) (int64, bool, error) {
		done, err := b.committed(ctx, j.prefix+"group-judge", j.input)
		return done.sum(), done.sum() >= total.sum(), err
	}
}

// measure watches a child until everything is done, and stops it.
func (b *bench) measure(ctx context.Context, c *child, p progress) (d drain, err error) {
	defer func() { err = errors.Join(err, c.stop()) }()
	return b.watch(ctx, c, p)
}

func (b *bench) watch(ctx context.Context, c *child, p progress) (d drain, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, drainLimit, fmt.Errorf("%s was not done after %v", c.Name, drainLimit))
	defer cancel()
	every := time.NewTicker(drainLook)
	defer every.Stop()
	var first look
	for {
		done, all, err := p(ctx)
		if err == nil {
			err = c.ended()
		}
		if err != nil {
			return d, errors.Join(err, context.Cause(ctx))
		}
		if done > 0 && (first.done == 0 || all) {
			now, err := b.look(ctx, c, done)
			if err != nil {
				return d, err
			}
			if all {
				return first.until(now, c, b.size)
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
		return drain{}, fmt.Errorf("%s did everything in one commit; take more --records", c.Name)
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

// offsets is an offset for each partition of some topics.
type offsets map[place]int64

type place struct {
	topic     string
	partition int32
}

func (o offsets) sum() (n int64) {
	for _, at := range o {
		n += at
	}
	return n
}

// reached says whether o has come to end in every partition. Behind the last record of a transaction stands a marker
// that no consumer ever commits, hence the 1.
func (o offsets) reached(end offsets) bool {
	for at, e := range end {
		if o[at] < e-1 {
			return false
		}
	}
	return true
}

func (b *bench) ends(ctx context.Context, topics ...string) (offsets, error) {
	listed, err := b.admin.ListEndOffsets(ctx, topics...)
	if err == nil {
		err = listed.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("list ends of %v: %w", topics, err)
	}
	o := offsets{}
	listed.Each(func(l kadm.ListedOffset) { o[place{l.Topic, l.Partition}] = l.Offset })
	return o, nil
}

// committed reads what a group has committed of topics; before its first commit there may be no group.
func (b *bench) committed(ctx context.Context, group string, topics ...string) (offsets, error) {
	fetched, err := b.admin.FetchOffsets(ctx, group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return nil, fmt.Errorf("read offsets of group %s: %w", group, err)
	}
	o := offsets{}
	for _, topic := range topics {
		for p, r := range fetched[topic] {
			o[place{topic, p}] = max(r.At, 0)
		}
	}
	return o, nil
}
