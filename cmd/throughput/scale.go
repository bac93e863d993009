//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/cmd/rig"
)

// scale is how labwatch does with more devices than fit its memory: how long it takes to be ready, with its state on
// disk and without, how much memory it takes, and how often a reading finds its device in memory.
//
// A fleet that has learned for weeks cannot be made in minutes. So one device of each partition learns as a real one
// does, and its committed snapshots are written again under the names of all others: what is read, stored, loaded and
// judged is what it would be.
type scale struct {
	*bench
	job
	rng    *rand.Rand
	card   [partitions][]byte // snapshots of the device that has learned
	state  [partitions][]byte
	serial int
}

// learned is how many readings of each analyte fill the baseline and every window.
const learned = 1200

// analyte is a test that the devices run. Values come in the unit in which labwatch publishes them, rounded as analysers
// round, which is what most devices of real sites do: such values are stored in two bytes each. A value that labwatch
// must convert is a long fraction, in eight.
type analyte struct {
	code, unit string
	mean, sd   float64 // of patients, as those of labwatch simulate
	decimals   int
}

func analyteOf(i int) analyte {
	all := [...]analyte{
		{"GLU", "mg/dL", 95, 10, 0}, {"NA", "mmol/L", 140, 2.5, 0}, {"K", "mmol/L", 4.2, 0.35, 1}, {"CHOL", "mg/dL", 185, 35, 0},
		{"HGB", "g/dL", 14.2, 1.3, 1}, {"PLT", "10*3/uL", 250, 55, 0}, {"HBA1C", "%", 5.4, 0.4, 1}, {"RBC", "10*6/uL", 4.7, 0.45, 2},
	}
	return all[i%len(all)]
}

func measureScale(ctx context.Context, b *bench) error {
	w := way{name: "scale", fused: true, settings: fmt.Sprintf("judge: {memory_mb: %d}\n", b.memory)}
	s := &scale{bench: b, job: job{way: w, input: b.run + "-in", prefix: b.run + "-scale-"}, rng: rand.New(rand.NewPCG(1, 1))}
	if err := s.createTopics(ctx, s.inputs()); err != nil {
		return err
	}
	fmt.Printf("scale devices=%d analytes=%d memory_mb=%d\n", b.scale, b.analytes, b.memory)
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"learn", s.learn},
		{"clone", s.clone},
		{"state deleted", func(ctx context.Context) error { return s.recover(ctx, "state deleted", true, false) }},
		{"state on disk", func(ctx context.Context) error { return s.recover(ctx, "state on disk", false, false) }},
		{"work", func(ctx context.Context) error { return s.recover(ctx, "state on disk, then readings", false, true) }},
		{"killed", func(ctx context.Context) error { return s.recover(ctx, "killed while it read", false, false) }},
	}
	for _, step := range steps {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// of is the partition of a device, as any client places it by its key.
func (s *scale) of(device string) int32 {
	p := kgo.StickyKeyPartitioner(nil).ForTopic(s.input)
	return int32(p.Partition(&kgo.Record{Key: []byte(device)}, partitions))
}

func (s *scale) reading(device string, i int, at time.Time) *kgo.Record {
	s.serial++
	when, a := at.UTC().Format(time.RFC3339Nano), analyteOf(i)
	return &kgo.Record{Topic: s.input, Key: []byte(device), Partition: s.of(device), Value: fmt.Appendf(nil,
		`{"kind":"result","result_id":"R%d","patient_id":"P%d","test_code":%q,"result_value":"%.*f","result_unit":%q,`+
			`"device_id":%q,"collected_timestamp":%q,"resulted_timestamp":%q}`,
		s.serial, s.serial, a.code, a.decimals, a.mean+a.sd*s.rng.NormFloat64(), a.unit, device, when, when)}
}

func (s *scale) send(ctx context.Context, records []*kgo.Record) error {
	if err := s.client.ProduceSync(ctx, records...).FirstErr(); err != nil {
		return fmt.Errorf("send readings: %w", err)
	}
	return nil
}

func device(i int) string { return fmt.Sprintf("analyser-%06d", i) }

// recover starts labwatch and tells how long it took until it was ready. With work, readings of devices drawn at
// random follow, and it is killed under them.
func (s *scale) recover(ctx context.Context, name string, deleted, work bool) error {
	if deleted {
		if err := os.RemoveAll(s.path(s.prefix + "state")); err != nil {
			return err
		}
	}
	began := time.Now()
	c, err := s.start(s.job)
	if err != nil {
		return err
	}
	if err := s.caughtUp(ctx, c, 10*time.Minute); err != nil {
		return errors.Join(err, c.stop())
	}
	took := time.Since(began)
	fmt.Printf("recovery of=%q ready_seconds=%.2f %s\n", name, took.Seconds(), s.memoryOf(c))
	if !work {
		return c.stop()
	}
	cpu, _ := c.cpu()
	began = time.Now()
	for sent := 0; time.Since(began) < s.paced; {
		at := time.Now()
		var records []*kgo.Record
		for range s.rate / 10 {
			records = append(records, s.reading(device(s.rng.IntN(s.scale)), s.rng.IntN(s.analytes), at))
		}
		if err := s.send(ctx, records); err != nil {
			return errors.Join(err, c.stop())
		}
		if sent++; sent%50 == 0 {
			fmt.Printf("working seconds=%.0f %s\n", time.Since(began).Seconds(), s.memoryOf(c))
		}
		time.Sleep(time.Until(at.Add(100 * time.Millisecond)))
	}
	used, _ := c.cpu()
	fmt.Printf("worked records=%d cpu_seconds=%.1f %s\n", s.serial-partitions*learned*s.analytes, (used - cpu).Seconds(), s.memoryOf(c))
	c.Kill()
	return nil
}

// caughtUp waits until labwatch is ready and has judged all there is.
func (s *scale) caughtUp(ctx context.Context, c *child, patience time.Duration) error {
	for began := time.Now(); time.Since(began) < patience; {
		if err := errors.Join(ctx.Err(), c.ended()); err != nil {
			return err
		}
		if answer, err := http.Get("http://" + c.address + "/readyz"); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				if lag, err := s.lag(ctx, s.job); err == nil && lag == 0 {
					return nil
				}
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("labwatch was not ready after %v; it said: %s", patience, c.said())
}

// memoryOf reads the kernel's figures and labwatch's own.
func (s *scale) memoryOf(c *child) string {
	var b strings.Builder
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Cmd.Process.Pid))
	for _, field := range []struct{ key, name string }{{"VmRSS:", "rss_mb"}, {"RssAnon:", "anonymous_mb"}, {"RssFile:", "files_mb"}, {"VmHWM:", "peak_mb"}} {
		for line := range strings.Lines(string(status)) {
			if rest, ok := strings.CutPrefix(line, field.key); ok {
				kb, _ := strconv.Atoi(strings.Fields(rest)[0])
				fmt.Fprintf(&b, "%s=%d ", field.name, kb/1024)
			}
		}
	}
	families := []struct{ key, name string }{{"labwatch_devices_known", "devices"}, {"labwatch_devices_in_memory", "in_memory"},
		{"labwatch_device_memory_bytes", "device_bytes"}, {"labwatch_device_memory_hits_total", "hits"},
		{"labwatch_device_memory_misses_total", "misses"}, {"labwatch_device_memory_evictions_total", "evictions"},
		{"labwatch_state_disk_bytes", "disk_bytes"}}
	sums := map[string]float64{} // of one scrape: each takes memory of its own, which is not to be measured
	if answer, err := http.Get("http://" + c.address + "/metrics"); err == nil {
		_ = rig.Samples(answer.Body, func(name, _ string, value float64) { sums[name] += value })
		_ = answer.Body.Close()
	}
	for _, field := range families {
		fmt.Fprintf(&b, "%s=%.0f ", field.name, sums[field.key]) // zero before there is one
	}
	return b.String()
}
