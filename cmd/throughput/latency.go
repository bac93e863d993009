//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

const (
	// lagWindow is the length of the pieces in which lag is told.
	lagWindow = 10 * time.Second
	// lagLook is how often lag is looked at: it swings by a commit interval's worth of input.
	lagLook = 500 * time.Millisecond
	// warmUp is sent at the same rate before anything counts: joining the group, first growth of memory.
	warmUp = 10 * time.Second
)

// latency is how long records and alerts took from Kafka's timestamp of the raw message, which the instrument's
// client sets when it sends, until a reader of committed data had them. Timestamps have whole milliseconds, cut off,
// so that up to 1 ms is ours. The clock is that of one machine.
type latency struct {
	Way       string    `json:"way"`
	Rate      int       `json:"rate"` // records a second that were asked for
	Records   quantiles `json:"records"`
	Alerts    quantiles `json:"alerts"`
	Lag       []float64 `json:"lag"`        // raw records not yet judged: medians of each 10 s
	LagGrowth float64   `json:"lag_growth"` // from the first of them to the last
	CPUShare  float64   `json:"cpu_share"`  // of one processor
	PeakMB    float64   `json:"rss_mb"`

	SnapshotShare float64 `json:"snapshot_bytes_of_input"` // both not compressed
}

// quantiles are in milliseconds.
type quantiles struct {
	N    int     `json:"n"`
	P50  float64 `json:"p50_ms"`
	P99  float64 `json:"p99_ms"`
	P999 float64 `json:"p999_ms"`
	Max  float64 `json:"max_ms"`
}

func measureLatencies(ctx context.Context, b *bench, ways []way, report *report) error {
	for _, w := range ways {
		if !w.plain {
			continue
		}
		prefix := fmt.Sprintf("%s-%s-paced-", b.run, w.name)
		l, err := b.measureLatency(ctx, job{way: w, input: prefix + "in", prefix: prefix})
		if err != nil {
			return err
		}
		report.Latencies = append(report.Latencies, l)
		l.print(os.Stdout)
	}
	return nil
}

func (b *bench) measureLatency(ctx context.Context, j job) (l latency, err error) {
	ctx, cancel := context.WithTimeout(ctx, warmUp+b.paced+3*time.Minute)
	defer cancel()
	if err := b.createTopics(ctx, j.inputs()); err != nil {
		return l, err
	}
	defer b.removeTopics(j.inputs())
	defer b.clear(j)
	watch, err := b.start(j)
	if err != nil {
		return l, err
	}
	defer func() { err = errors.Join(err, watch.stop()) }()
	if err := b.waitTopics(ctx, j.outputs()); err != nil {
		return l, errors.Join(err, watch.ended())
	}
	reader, err := startReaders(ctx, b, j)
	if err != nil {
		return l, err
	}
	defer reader.close()
	sim, err := b.simulate(j, "--for", (warmUp + b.paced).String())
	if err != nil {
		return l, err
	}
	defer sim.Kill()
	if err := pause(ctx, warmUp); err != nil {
		return l, err
	}
	before, err := b.look(ctx, watch, 0)
	if err != nil {
		return l, err
	}
	lag, err := b.watchLag(ctx, j, watch)
	if err != nil {
		return l, err
	}
	after, err := b.look(ctx, watch, 0)
	if err != nil {
		return l, err
	}
	if err := sim.wait(ctx, 30*time.Second); err != nil {
		return l, err
	}
	if err := b.waitJudged(ctx, j, watch); err != nil {
		return l, err
	}
	l = latency{Way: j.name, Rate: b.rate, Lag: lag, LagGrowth: lag[len(lag)-1] - lag[0]}
	l.CPUShare = (after.cpu - before.cpu).Seconds() / after.at.Sub(before.at).Seconds()
	if l.PeakMB, err = watch.peakMB(); err != nil {
		return l, err
	}
	size, err := b.messageBytes(ctx, j.inputs())
	if err != nil {
		return l, err
	}
	l.SnapshotShare = (after.snapshots - before.snapshots) / (size * float64(b.rate) * after.at.Sub(before.at).Seconds())
	l.Records, l.Alerts, err = reader.result(before.at, after.at)
	return l, err
}

// watchLag tells how far the judge is behind the instruments, as the median of each window.
func (b *bench) watchLag(ctx context.Context, j job, watch *child) (medians []float64, err error) {
	for range int(b.paced / lagWindow) {
		var seen []float64
		for until := time.Now().Add(lagWindow); time.Now().Before(until); {
			n, err := b.lag(ctx, j)
			if err == nil {
				err = watch.ended()
			}
			if err != nil {
				return nil, err
			}
			seen = append(seen, float64(n))
			if err := pause(ctx, lagLook); err != nil {
				return nil, err
			}
		}
		medians = append(medians, median(seen))
	}
	return medians, nil
}

// waitJudged waits until everything that was sent is judged, and a little more for it to be read.
func (b *bench) waitJudged(ctx context.Context, j job, watch *child) error {
	for {
		n, err := b.lag(ctx, j)
		if err == nil {
			err = watch.ended()
		}
		if err == nil {
			err = pause(ctx, time.Second)
		}
		if err != nil || n <= partitions { // the markers of the last transaction
			return err
		}
	}
}

// lag counts what is between the ends of the inputs and what was judged. In the log markers of transactions count
// too: four for each commit.
func (b *bench) lag(ctx context.Context, j job) (int64, error) {
	group, lag := j.prefix+"group-judge", int64(0)
	if !j.fused {
		group = j.prefix + "group-sequence"
		judged, err := b.committed(ctx, j.prefix+"group-judge", j.prefix+"log")
		if err != nil {
			return 0, err
		}
		end, err := b.ends(ctx, j.prefix+"log")
		if err != nil {
			return 0, err
		}
		lag = end.sum() - judged.sum()
	}
	done, err := b.committed(ctx, group, j.inputs()...)
	if err != nil {
		return 0, err
	}
	end, err := b.ends(ctx, j.inputs()...)
	return lag + end.sum() - done.sum(), err
}

// waitTopics waits until topics can be seen: those of labwatch, when it has made them, and our own, which a real
// Kafka shows a moment after it has made them.
func (b *bench) waitTopics(ctx context.Context, topics []string) error {
	for range 100 {
		m, err := b.admin.Metadata(ctx)
		if err != nil {
			return fmt.Errorf("wait for topics: %w", err)
		}
		missing := slices.DeleteFunc(slices.Clone(topics), m.Topics.Has)
		if len(missing) == 0 {
			return nil
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("wait for topics %v: they have not appeared", topics)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait: %w", context.Cause(ctx))
	case <-time.After(d):
		return nil
	}
}
