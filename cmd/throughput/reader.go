//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// readers note when raw messages were sent and when what came of them could be read. Both are only joined at the
// end, so that it does not matter which is seen first.
type readers struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	failed  error
	sent    map[string][][]int64 // Kafka's timestamp in ms, by raw topic, partition and offset
	records []arrival
	alerts  []arrival
}

// origin names a raw message.
type origin struct {
	topic     string
	partition int
	offset    int64
}

// arrival is when a message that came of a raw one was read.
type arrival struct {
	origin
	at int64 // ns since 1970
}

func startReaders(ctx context.Context, b *bench, j job) (*readers, error) {
	ctx, cancel := context.WithCancel(ctx)
	r := &readers{cancel: cancel, sent: map[string][][]int64{}}
	topics := map[string]string{} // one string for each name, not one for each record
	for _, t := range j.inputs() {
		topics[t] = t
		r.sent[t] = make([][]int64, partitions)
	}
	err := r.read(ctx, b, j.inputs(), kgo.ReadUncommitted(), func(_ time.Time, rec *kgo.Record) error {
		p := r.sent[rec.Topic][rec.Partition]
		if rec.Offset != int64(len(p)) {
			return fmt.Errorf("offset %d of %s/%d follows %d", rec.Offset, rec.Topic, rec.Partition, len(p)-1)
		}
		r.sent[rec.Topic][rec.Partition] = append(p, rec.Timestamp.UnixMilli())
		return nil
	})
	collect := func(topic string, to *[]arrival) error {
		return r.read(ctx, b, []string{topic}, kgo.ReadCommitted(), func(at time.Time, rec *kgo.Record) error {
			o, err := parseOrigin(rec.Value, topics)
			if err == nil && o.topic != "" {
				*to = append(*to, arrival{o, at.UnixNano()})
			}
			return err
		})
	}
	err = errors.Join(err, collect(j.prefix+"records", &r.records), collect(j.prefix+"alerts", &r.alerts))
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// read hands every record of topics to each, under the lock, until ctx ends.
func (r *readers) read(ctx context.Context, b *bench, topics []string, level kgo.IsolationLevel, each func(time.Time, *kgo.Record) error) error {
	c, err := kgo.NewClient(kgo.SeedBrokers(b.brokers...), kgo.ClientID("throughput-reader"), kgo.ConsumeTopics(topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(level), kgo.FetchMaxWait(100*time.Millisecond),
		kgo.FetchMaxBytes(64<<20))
	if err != nil {
		return fmt.Errorf("start reader of %v: %w", topics, err)
	}
	r.wg.Go(func() {
		defer c.Close()
		for {
			fetches := c.PollFetches(ctx)
			if ctx.Err() != nil {
				return
			}
			at := time.Now()
			r.mu.Lock()
			err := fetches.Err()
			for it := fetches.RecordIter(); err == nil && !it.Done(); {
				err = each(at, it.Next())
			}
			if err != nil {
				r.failed = errors.Join(r.failed, fmt.Errorf("read %v: %w", topics, err))
			}
			r.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	return nil
}

func (r *readers) close() {
	r.cancel()
	r.wg.Wait()
}

// result is of what was sent from begin on and before end.
func (r *readers) result(begin, end time.Time) (records, alerts quantiles, err error) {
	r.close()
	if r.failed != nil {
		return records, alerts, r.failed
	}
	of := func(arrivals []arrival) (quantiles, error) {
		var ms []float64
		for _, a := range arrivals {
			sent := r.sent[a.topic][a.partition]
			if a.offset >= int64(len(sent)) {
				return quantiles{}, fmt.Errorf("a message came of offset %d of %s/%d, which was not read", a.offset, a.topic, a.partition)
			}
			if t := sent[a.offset]; t >= begin.UnixMilli() && t < end.UnixMilli() {
				ms = append(ms, float64(a.at)/1e6-float64(t))
			}
		}
		return quantilesOf(ms), nil
	}
	records, err1 := of(r.records)
	alerts, err2 := of(r.alerts)
	return records, alerts, errors.Join(err1, err2)
}

func quantilesOf(ms []float64) quantiles {
	if len(ms) == 0 {
		return quantiles{}
	}
	slices.Sort(ms)
	at := func(q float64) float64 { return ms[min(int(q*float64(len(ms))), len(ms)-1)] }
	return quantiles{N: len(ms), P50: at(.5), P99: at(.99), P999: at(.999), Max: ms[len(ms)-1]}
}

// parseOrigin takes the origin out of a published record or alert, whose members have a fixed order. An origin in none
// of topics, such as a tick of the log, is the zero origin.
func parseOrigin(value []byte, topics map[string]string) (o origin, err error) {
	_, rest, ok := bytes.Cut(value, []byte(`"origin":{"topic":"`))
	name, rest, ok2 := bytes.Cut(rest, []byte(`","partition":`))
	partition, rest, ok3 := bytes.Cut(rest, []byte(`,"offset":`))
	if !ok || !ok2 || !ok3 {
		return o, fmt.Errorf("no origin in %.200q", value)
	}
	topic, ok := topics[string(name)]
	if !ok {
		return origin{}, nil
	}
	if i := bytes.IndexAny(rest, ",}"); i >= 0 {
		rest = rest[:i]
	}
	o.topic = topic
	o.partition, err = strconv.Atoi(string(partition))
	if err == nil {
		o.offset, err = strconv.ParseInt(string(rest), 10, 64)
	}
	if err != nil || o.partition < 0 || o.partition >= partitions || o.offset < 0 {
		return o, fmt.Errorf("no origin in %.200q", value)
	}
	return o, nil
}

func join(brokers []string) string { return strings.Join(brokers, ",") }
