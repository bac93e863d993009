package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"labwatch/config"
)

// script plays the scenario and reports on it. When ctx ends it stops, which is no error.
func (d *demo) script(ctx context.Context, cfg *config.Config) (err error) {
	began := time.Now()
	start := began.Add(-time.Hour).Truncate(time.Second)
	scenario := together(originalScenario(start, d.seed, d.leaveOut...), liveFleet(start, d.seed, d.leaveOut...))
	d.report.Records = int64(len(scenario.History) + len(scenario.Live))
	d.report.Samples, d.report.Injections = scenario.Samples, scenario.Injections

	follow, unfollow := context.WithCancel(ctx)
	var followers sync.WaitGroup
	var followErrs [2]error
	followers.Go(func() { followErrs[0] = followTopic(follow, cfg.Kafka.Brokers, cfg.Kafka.Topics.Alerts, d.takeAlert) })
	followers.Go(func() { followErrs[1] = followTopic(follow, cfg.Kafka.Brokers, cfg.Kafka.Topics.Records, d.takeRecord) })
	defer func() {
		unfollow()
		followers.Wait()
		err = unlessStopped(ctx, errors.Join(append(followErrs[:], err)...))
	}()

	writer := newOutsideWriter(cfg.Kafka.Brokers)
	defer writer.Close()
	if err := writer.WaitTopics(ctx, defaultTopics().distinct()...); err != nil {
		return err
	}
	fmt.Fprintf(d.stdout, "learning from %d clean readings of %d devices ...\n", len(scenario.History), 2*facilities)
	if err := pacedSend(ctx, writer, defaultTopics(), scenario.History, 0, nil); err != nil {
		return err
	}
	if err := d.settled(ctx, int64(len(scenario.History))); err != nil || ctx.Err() != nil {
		return err
	}
	fmt.Fprintf(d.stdout, "learned. Now %d live readings, with these troubles in them: %s\n\n", len(scenario.Live), names(scenario.Injections))
	rate := int(float64(len(scenario.Live)) / demoPlay.Seconds())
	err = pacedSend(ctx, writer, defaultTopics(), scenario.Live, rate, func(sent []simMessage, at time.Time) {
		d.mu.Lock()
		defer d.mu.Unlock()
		markSent(d.report.Injections, sent, at)
	})
	if err != nil {
		return err
	}
	if err := d.settled(ctx, d.report.Records); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return nil // told to stop before there was anything to report
	}
	if err := d.writeReport(); err != nil {
		return err
	}
	if d.length == 0 {
		fmt.Fprintln(d.stdout, "\nserving /metrics until Ctrl-C")
		<-ctx.Done()
	} else if rest := d.length - time.Since(began); rest > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
	}
	return nil
}

func names(list []injection) string {
	var out []string
	for _, in := range list {
		out = append(out, in.Kind)
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

// settled waits until n judged records have come back, and then a moment for their alerts, which travel on another
// topic of the same transactions.
func (d *demo) settled(ctx context.Context, n int64) error {
	deadline := time.Now().Add(demoSettle)
	for {
		d.mu.Lock()
		seen := d.seen
		d.mu.Unlock()
		pause := 50 * time.Millisecond
		if seen >= n {
			pause = 500 * time.Millisecond
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		if seen >= n {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("demo: %d of %d records came back within %v", seen, n, demoSettle)
		}
	}
}

func (d *demo) writeReport() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.score()
	markAnomalous(d.report.Samples, d.report.Alerts)
	fmt.Fprintln(d.stdout)
	if err := printOutcomes(d.stdout, &d.report); err != nil { // before the files: a full disk must not cost it
		return err
	}
	files, err := writeReports(d.out, &d.report)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(d.stdout, "\nwritten: %s\n", strings.Join(files, ", "))
	return err
}
