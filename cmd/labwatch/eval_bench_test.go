package main

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"labwatch/config"
	"labwatch/detectors"
)

// One operation is one record of one device with some channels: score, decide, learn, for every channel and for the
// vector of all, as eval and the daemon do it, from its 100,000th on. All detectors together, then each one alone.

const benchYoung = 100_000

func BenchmarkJudge(b *testing.B) {
	builtin := slices.Sorted(maps.Keys(detectors.Builtin()))
	for _, channels := range []int{1, 6, 20} {
		b.Run(fmt.Sprintf("all/channels=%d/record=1e5", channels), func(b *testing.B) {
			benchJudge(b, "", channels)
		})
		for _, name := range builtin {
			b.Run(fmt.Sprintf("%s/channels=%d/record=1e5", name, channels), func(b *testing.B) {
				benchJudge(b, name, channels)
			})
		}
	}
}

func benchJudge(b *testing.B, only string, channels int) {
	j, rows, verdicts := benchPanels(b, only, channels)
	benchFeed(j, rows, verdicts, 0, benchYoung)
	b.ReportAllocs()
	i, before := benchYoung, benchCPU(b)
	for b.Loop() {
		j.judge(benchTime(i), rows[i%len(rows)], verdicts)
		i++
	}
	b.ReportMetric(float64(benchCPU(b)-before)/float64(i-benchYoung), "cpu-ns/op")
	b.ReportMetric(float64(i-benchYoung)/b.Elapsed().Seconds(), "records/s")
	if last := verdicts[len(verdicts)-1]; last.score != last.score {
		b.Fatal("not ready after its warm-up")
	}
}

func benchFeed(j *evalJudge, rows [][]float64, verdicts []evalVerdict, from, to int) {
	for i := from; i < to; i++ {
		j.judge(benchTime(i), rows[i%len(rows)], verdicts)
	}
}

// benchCPU is the processor time of the process so far, collecting garbage included: the clock also tells what else the
// machine did.
func benchCPU(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func benchTime(i int) int64 { return int64(i) * int64(time.Second) }

// benchPanels is a device with only one detector, or all of the default config, and normal readings of two decimals.
func benchPanels(b *testing.B, only string, channels int) (*evalJudge, [][]float64, []evalVerdict) {
	b.Helper()
	cfg, err := config.Load("")
	if err != nil {
		b.Fatal(err)
	}
	if only != "" {
		group := slices.Contains(cfg.Detectors.Groups, only)
		cfg.Detectors.Telemetry, cfg.Detectors.Groups = []string{only}, nil
		if group {
			cfg.Detectors.Telemetry, cfg.Detectors.Groups = nil, []string{only}
		}
		if err := errors.Join(cfg.Validate()...); err != nil {
			b.Fatal(err)
		}
	}
	set := &evalSet{name: "bench"}
	r := rand.New(rand.NewPCG(1, uint64(channels)))
	for c := range channels {
		set.channels = append(set.channels, fmt.Sprint(c))
	}
	// A prime number of rows, so that what happens every so many records does not meet the same ones.
	rows := make([][]float64, 99_991)
	for i := range rows {
		rows[i] = make([]float64, channels)
		for c := range rows[i] {
			rows[i][c] = float64(int(700+10*r.NormFloat64())) / 100
		}
	}
	bench := evalBench{seed: 1, cfg: cfg}
	j := bench.judge(set)
	return j, rows, make([]evalVerdict, len(j.names()))
}
