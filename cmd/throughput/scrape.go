//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// freeAddress is one on which a child can serve its metrics. Somebody else may take it first; then the child says so.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// metric reads one family of a child's metrics, summed over its labels; 0 of a child that has none.
func (c *child) metric(ctx context.Context, family string) (sum float64, err error) {
	if c.address == "" {
		return 0, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+"/metrics", nil)
	if err != nil {
		return 0, fmt.Errorf("read metrics of %s: %w", c.name, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("read metrics of %s: %w", c.name, err)
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		v, ok := parseMetric(lines.Text(), family)
		if ok {
			sum += v
		}
	}
	return sum, nil
}

// parseMetric takes the value out of a line of the exposition if it is one of the family.
func parseMetric(line, family string) (float64, bool) {
	rest, ok := strings.CutPrefix(line, family)
	if !ok || rest == "" || rest[0] != ' ' && rest[0] != '{' {
		return 0, false
	}
	v, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64)
	return v, err == nil
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
