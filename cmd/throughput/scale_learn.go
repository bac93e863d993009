//go:build linux

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// learn lets one device of each partition learn, stops labwatch, and takes the snapshots.
func (s *scale) learn(ctx context.Context) error {
	var names [partitions]string
	for i := 0; i < 1000; i++ {
		name := fmt.Sprint("teacher-", i)
		names[s.of(name)] = name
	}
	start := time.Now().Add(-learned * time.Minute)
	for n := range learned {
		var records []*kgo.Record
		for _, name := range names {
			for a := range s.analytes {
				records = append(records, s.reading(name, a, start.Add(time.Duration(n)*time.Minute)))
			}
		}
		if err := s.send(ctx, records); err != nil {
			return err
		}
	}
	c, err := s.start(s.job)
	if err != nil {
		return err
	}
	if err := s.caughtUp(ctx, c, 3*time.Minute); err != nil {
		return errors.Join(err, c.stop())
	}
	if err := c.stop(); err != nil {
		return err
	}
	return s.readSnapshots(ctx, func(r *kgo.Record) {
		switch {
		case strings.HasPrefix(string(r.Key), "c/"):
			s.card[r.Partition] = r.Value
		case strings.HasPrefix(string(r.Key), "d/"):
			s.state[r.Partition] = r.Value
		}
	})
}

func (s *scale) readSnapshots(ctx context.Context, each func(*kgo.Record)) error {
	topic := s.prefix + "snapshots"
	client, err := kgo.NewClient(kgo.SeedBrokers(s.brokers...), kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		poll, cancel := context.WithTimeout(ctx, 3*time.Second) // a quiet topic
		fetches := client.PollFetches(poll)
		cancel()
		if fetches.NumRecords() == 0 {
			return ctx.Err()
		}
		fetches.EachRecord(each)
	}
}

// clone writes the snapshots of the fleet.
func (s *scale) clone(ctx context.Context) error {
	began, bytes := time.Now(), 0
	for i := 0; i < s.scale; {
		var records []*kgo.Record
		for size := 0; i < s.scale && size < 8<<20; i++ {
			name := device(i)
			p := s.of(name)
			for _, r := range []*kgo.Record{{Key: []byte("d/" + name), Value: s.state[p]}, {Key: []byte("c/" + name), Value: s.card[p]}} {
				if len(r.Value) == 0 {
					return fmt.Errorf("partition %d has no snapshot to clone", p)
				}
				r.Topic, r.Partition = s.prefix+"snapshots", p
				records = append(records, r)
				size += len(r.Value)
				bytes += len(r.Value)
			}
		}
		client, err := kgo.NewClient(kgo.SeedBrokers(s.brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		if err != nil {
			return err
		}
		err = client.ProduceSync(ctx, records...).FirstErr()
		client.Close()
		if err != nil {
			return fmt.Errorf("write snapshots: %w", err)
		}
	}
	covers, _ := binary.Uvarint(s.state[0][1:])
	fmt.Printf("cloned snapshots=%d bytes_a_device=%d bytes=%d covers=%d seconds=%.1f\n", 2*s.scale, bytes/s.scale, bytes, covers, time.Since(began).Seconds())
	return nil
}
