//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/cmd/rig"
)

// metric reads one family of a child's metrics, summed over its labels; 0 of a child that has none.
func (c *child) metric(ctx context.Context, family string) (sum float64, err error) {
	if c.address == "" {
		return 0, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+"/metrics", nil)
	if err != nil {
		return 0, fmt.Errorf("read metrics of %s: %w", c.Name, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("read metrics of %s: %w", c.Name, err)
	}
	defer resp.Body.Close()
	err = rig.Samples(resp.Body, func(name, _ string, value float64) {
		if name == family {
			sum += value
		}
	})
	return sum, err
}

// messageBytes is the mean size of the first messages of some topics, keys included, not compressed.
func (b *bench) messageBytes(ctx context.Context, topics []string) (float64, error) {
	const enough = 20_000
	c, err := kgo.NewClient(kgo.SeedBrokers(b.brokers...), kgo.ClientID("throughput-sizes"), kgo.ConsumeTopics(topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return 0, fmt.Errorf("start reader of %v: %w", topics, err)
	}
	defer c.Close()
	n, bytes := 0, 0
	for n < enough {
		fetches := c.PollRecords(ctx, enough)
		if err := fetches.Err0(); err != nil {
			return 0, fmt.Errorf("read %v: %w", topics, err)
		}
		for it := fetches.RecordIter(); !it.Done(); n++ {
			r := it.Next()
			bytes += len(r.Key) + len(r.Value)
		}
		if n > 0 && fetches.NumRecords() == 0 {
			break
		}
	}
	return float64(bytes) / float64(n), nil
}
