package state

import "github.com/VictoriaMetrics/metrics"

type instruments struct {
	set          *metrics.Set
	writes       *metrics.Counter
	bytes        *metrics.Counter
	writeSeconds *metrics.PrometheusHistogram
	loaded       *metrics.Counter
	gets         *metrics.Counter
	collected    *metrics.Counter
	gotBytes     *metrics.Counter
	dropped      *metrics.Counter
}

func newInstruments(s *Store) *instruments {
	set := metrics.NewSet()
	set.NewGauge("labwatch_state_disk_bytes", func() float64 { return float64(s.Sizes().DiskBytes) })
	set.NewGauge("labwatch_state_disk_free_bytes", func() float64 {
		free, _ := s.free(s.dir)
		return float64(free)
	})
	set.NewGauge("labwatch_state_disk_reserve_bytes", func() float64 { return float64(s.reserve) })
	set.NewGauge("labwatch_state_entries", func() float64 { return float64(s.entries.Load()) })
	return &instruments{
		set:    set,
		writes: set.NewCounter("labwatch_state_writes_total"),
		bytes:  set.NewCounter("labwatch_state_written_bytes_total"),
		writeSeconds: set.NewPrometheusHistogramExt("labwatch_state_write_seconds",
			[]float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5}),
		loaded:    set.NewCounter("labwatch_state_entries_loaded_total"),
		collected: set.NewCounter("labwatch_state_collected_files_total"),
		gets:      set.NewCounter("labwatch_state_reads_total"),
		gotBytes:  set.NewCounter("labwatch_state_read_bytes_total"),
		dropped:   set.NewCounter("labwatch_state_partitions_dropped_total"),
	}
}

// Metrics is the set that holds what the store counts. Whoever shows it takes it away when the store closes.
func (s *Store) Metrics() *metrics.Set { return s.metrics.set }

// Help maps each metric family of Metrics to its one line of help.
func (s *Store) Help() map[string]string {
	return map[string]string{
		"labwatch_state_disk_bytes":               "Space that the state folder takes on disk.",
		"labwatch_state_disk_free_bytes":          "Space that the file system of the state folder has left for labwatch.",
		"labwatch_state_disk_reserve_bytes":       "Space that must be left there: with less, the state is not written (state.memory_mb).",
		"labwatch_state_entries":                  "Entries that the positions of all partitions cover.",
		"labwatch_state_writes_total":             "Writes of a partition, each with its position.",
		"labwatch_state_written_bytes_total":      "Bytes of keys and blobs handed to the store.",
		"labwatch_state_write_seconds":            "Time of one write of a partition.",
		"labwatch_state_entries_loaded_total":     "Entries handed out when partitions were loaded.",
		"labwatch_state_collected_files_total":    "Files of the value log whose garbage was given back.",
		"labwatch_state_reads_total":              "Entries read one by one, when somebody asked for what was not in memory.",
		"labwatch_state_read_bytes_total":         "Bytes of those entries.",
		"labwatch_state_partitions_dropped_total": "Partitions that were found damaged or incomplete, and dropped.",
	}
}
