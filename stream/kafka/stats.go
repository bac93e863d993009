package kafka

import (
	"sync/atomic"

	"github.com/VictoriaMetrics/metrics"

	"labwatch/stream"
)

// sessionStats count what a session of either stage does.
type sessionStats struct {
	joined        *atomic.Bool // the group has given this instance its partitions, and they are recovered
	set           *metrics.Set
	commits       *metrics.Counter
	aborts        *metrics.Counter
	restarts      *metrics.Counter
	again         *metrics.Counter
	commitSeconds *metrics.PrometheusHistogram
	lastCommit    *metrics.Gauge
}

func newSessionStats(stage string) sessionStats {
	set := metrics.NewSet()
	name := func(family string) string { return family + `{stage="` + stage + `"}` }
	return sessionStats{
		joined:     new(atomic.Bool),
		set:        set,
		commits:    set.NewCounter(name("labwatch_commits_total")),
		aborts:     set.NewCounter(name("labwatch_commit_aborts_total")),
		restarts:   set.NewCounter(name("labwatch_session_restarts_total")),
		again:      set.NewCounter(name("labwatch_worked_again_total")),
		lastCommit: set.NewGauge(name("labwatch_last_commit_timestamp_seconds"), nil),
		commitSeconds: set.NewPrometheusHistogramExt(name("labwatch_commit_duration_seconds"),
			[]float64{.005, .01, .025, .05, .1, .2, .5, 1, 5}),
	}
}

// Ready says whether the stage works, for /readyz.
func (s *sessionStats) Ready() (ok bool, reason string) {
	if s.joined.Load() {
		return true, ""
	}
	return false, "waiting for the consumer group, or recovering"
}

// Set is what an exposition registers.
func (s *sessionStats) Set() *metrics.Set { return s.set }

// JudgeStats are the counters of the judge's Kafka side.
type JudgeStats struct {
	sessionStats
	snapshots       *metrics.Counter
	snapshotBytes   *metrics.Counter
	recoverySeconds *metrics.PrometheusHistogram
	storeFailed     *metrics.Gauge
	rulesChanged    *metrics.Counter
	retentionNear   *metrics.Counter
}

func newJudgeStats() *JudgeStats {
	s := &JudgeStats{sessionStats: newSessionStats("judge")}
	s.snapshots = s.set.NewCounter("labwatch_snapshots_total")
	s.snapshotBytes = s.set.NewCounter("labwatch_snapshot_bytes_total")
	s.recoverySeconds = s.set.NewPrometheusHistogramExt("labwatch_recovery_duration_seconds",
		[]float64{.01, .05, .1, .5, 1, 5, 15, 60})
	s.rulesChanged = s.set.NewCounter("labwatch_recovery_rules_changed_total")
	s.retentionNear = s.set.NewCounter("labwatch_retention_near_total")
	s.storeFailed = s.set.NewGauge("labwatch_state_write_failed", nil)
	return s
}

// showMemory adds gauges of what the workers hold.
func (s *JudgeStats) showMemory(j *Judge) {
	sum := func(of func(stream.MemoryUse) int64) func() float64 {
		return func() float64 {
			n := int64(0)
			j.Workers(func(w *stream.Worker) { n += of(w.Use()) })
			return float64(n)
		}
	}
	s.set.NewGauge("labwatch_devices_known", sum(func(u stream.MemoryUse) int64 { return int64(u.Devices) }))
	s.set.NewGauge("labwatch_devices_in_memory", sum(func(u stream.MemoryUse) int64 { return int64(u.Held) }))
	s.set.NewGauge("labwatch_device_memory_bytes", sum(func(u stream.MemoryUse) int64 { return u.Bytes }))
}

// Help is one line for each family of this room.
func Help() map[string]string {
	return map[string]string{
		"labwatch_commits_total":                    "Transactions committed, by stage.",
		"labwatch_commit_aborts_total":              "Transactions that were not committed and were worked again, by stage.",
		"labwatch_session_restarts_total":           "Kafka sessions started anew after an error, by stage.",
		"labwatch_kept_before_redo_records":         "Input still kept before the point from which a recovery would work again, by topic and partition.",
		"labwatch_retention_near_total":             "Times that a partition saved all its state because the input's retention came near what a recovery would need.",
		"labwatch_worked_again_total":               "Messages worked a second time, after an abort or in a recovery, by stage.",
		"labwatch_commit_duration_seconds":          "Time from sealing a transaction to its commit, by stage.",
		"labwatch_last_commit_timestamp_seconds":    "When a transaction was committed last, by stage, seconds since 1970 UTC; 0 before the first.",
		"labwatch_devices_known":                    "Devices that are known, retired ones too.",
		"labwatch_devices_in_memory":                "Devices whose baselines are in memory; the others' are on disk.",
		"labwatch_device_memory_bytes":              "Memory that these take, estimated.",
		"labwatch_snapshots_total":                  "Snapshots of devices and groups written in transactions.",
		"labwatch_snapshot_bytes_total":             "Bytes of those snapshots.",
		"labwatch_recovery_duration_seconds":        "Time to recover one partition.",
		"labwatch_recovery_rules_changed_total":     "Partitions recovered with input that was published under another config.",
		"labwatch_state_write_failed":               "1 while the local state is not written: a write failed, or the disk had no room.",
		"labwatch_consumer_lag_records":             "Records between the committed offset and the end, by stage, topic and partition.",
		"labwatch_consumer_lag_seconds":             "Time since which a record has waited to be committed, by stage, topic and partition; 0 when nothing waits. Looked at every 5 s.",
		"labwatch_kafka_answered_timestamp_seconds": "When Kafka answered last when it was asked for the lag, by stage, seconds since 1970 UTC.",
		"labwatch_ticks_total":                      "Ticks written into the log.",
	}
}
