//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// bareCommand as first argument makes this program the bare loop.
const bareCommand = "bare"

// commitInterval is labwatch's default.
const commitInterval = 200 * time.Millisecond

// bareMain consumes a topic and produces every record unchanged to another one, in transactions that hold the
// offsets, until it is told to stop.
func bareMain(ctx context.Context, args []string) error {
	f := flag.NewFlagSet(bareCommand, flag.ContinueOnError)
	brokers := f.String("brokers", "", "host:port,...")
	group := f.String("group", "", "consumer group")
	in := f.String("in", "", "topic to read")
	out := f.String("out", "", "topic to write")
	if err := f.Parse(args); err != nil {
		return fmt.Errorf("read flags: %w", err)
	}
	s, err := kgo.NewGroupTransactSession(bareOptions(strings.Split(*brokers, ","), *group, *in)...)
	if err != nil {
		return fmt.Errorf("start Kafka session: %w", err)
	}
	defer s.CloseAllowingRebalance()
	for ctx.Err() == nil {
		if err := bareTransaction(ctx, s, *out); err != nil {
			return err
		}
	}
	return nil
}

// bareOptions are those of labwatch's sessions (stream/kafka), but for what concerns its state.
func bareOptions(brokers []string, group, topic string) []kgo.Opt {
	return []kgo.Opt{
		kgo.SeedBrokers(brokers...),
		kgo.ClientID("throughput-bare"),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMaxWait(100 * time.Millisecond),
		kgo.FetchMaxPartitionBytes(1 << 20),
		kgo.FetchMaxBytes(64 << 20),
		kgo.MaxDecompressBatchBytes(64 << 20),
		kgo.ProducerBatchCompression(kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.NoCompression()),
		kgo.MetadataMinAge(250 * time.Millisecond),
		kgo.AlwaysRetryEOF(),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(topic),
		kgo.TransactionalID(group),
		kgo.InstanceID(group),
		kgo.SessionTimeout(10 * time.Second),
		kgo.HeartbeatInterval(time.Second),
		kgo.TransactionTimeout(10 * time.Second),
		kgo.BlockRebalanceOnPoll(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
		kgo.ProducerLinger(5 * time.Millisecond),
		kgo.MaxBufferedRecords(200_000),
	}
}

// bareTransaction passes on what arrives within one commit interval. With no input there is no transaction.
func bareTransaction(ctx context.Context, s *kgo.GroupTransactSession, out string) error {
	var failed atomic.Bool
	promise := func(_ *kgo.Record, err error) {
		if err != nil {
			failed.Store(true)
		}
	}
	defer s.AllowRebalance()
	begun, ends := false, time.Time{}
	for ctx.Err() == nil && (!begun || time.Now().Before(ends)) {
		wait := 500 * time.Millisecond
		if begun {
			wait = time.Until(ends)
		}
		poll, cancel := context.WithTimeout(ctx, wait)
		fetches := s.PollRecords(poll, 10_000)
		cancel()
		for _, e := range fetches.Errors() {
			if !errors.Is(e.Err, context.DeadlineExceeded) && !errors.Is(e.Err, context.Canceled) {
				return fmt.Errorf("read %s/%d: %w", e.Topic, e.Partition, e.Err)
			}
		}
		if fetches.NumRecords() == 0 {
			if !begun {
				return nil
			}
			continue
		}
		if !begun {
			if err := s.Begin(); err != nil {
				return fmt.Errorf("begin transaction: %w", err)
			}
			begun, ends = true, time.Now().Add(commitInterval)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			s.Produce(context.WithoutCancel(ctx), &kgo.Record{Topic: out, Key: r.Key, Value: r.Value}, promise)
		})
	}
	if !begun {
		return nil
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := s.Client().Flush(end); err != nil {
		return fmt.Errorf("flush outputs: %w", err)
	}
	committed, err := s.End(end, kgo.TransactionEndTry(!failed.Load()))
	if err != nil {
		return fmt.Errorf("end transaction: %w", err)
	}
	if !committed {
		return errors.New("a transaction was not committed; the measurement is worth nothing")
	}
	return nil
}
