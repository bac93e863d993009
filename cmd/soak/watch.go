//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"labwatch/cmd/rig"
)

// sample is one look.
type sample struct {
	at         time.Duration
	rss        float64 // bytes
	goroutines float64
	files      float64
	state      float64 // bytes of the state folder
	lag        float64 // records
	records    float64 // judged since the start
	near       float64 // times that a partition saved all its state because input was about to go
}

// watch looks until the time is over.
func (l *lab) watch(ctx context.Context, s settings) ([]sample, error) {
	began := time.Now()
	var samples []sample
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return samples, fmt.Errorf("watch: %w", ctx.Err())
		case <-tick.C:
		}
		one, err := l.look(ctx)
		if err != nil {
			return samples, err
		}
		one.at = time.Since(began)
		samples = append(samples, one)
		if one.at >= s.duration {
			return samples, nil
		}
	}
}

func (l *lab) look(ctx context.Context) (s sample, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.http+"/metrics", nil)
	if err != nil {
		return s, err
	}
	client := http.Client{Timeout: 20 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		return s, fmt.Errorf("ask for metrics: %w", err)
	}
	defer res.Body.Close()
	err = rig.Samples(res.Body, func(family, _ string, v float64) {
		switch family {
		case "process_resident_memory_bytes":
			s.rss = v
		case "go_goroutines":
			s.goroutines = v
		case "labwatch_consumer_lag_records":
			s.lag += v
		case "labwatch_records_total":
			s.records += v
		case "labwatch_retention_near_total":
			s.near += v
		}
	})
	if err != nil {
		return s, err
	}
	if open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", l.watched)); err == nil {
		s.files = float64(len(open))
	}
	_ = filepath.Walk(filepath.Join(l.dir, "state"), func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			s.state += float64(info.Size())
		}
		return nil // files come and go
	})
	return s, nil
}
