package kafka

import (
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// waiting measures how much of one partition waits to be committed, and since when. Nothing is read for that: the end
// of the partition as it was at each look says when a record was there already.
type waiting struct {
	records, seconds *metrics.Gauge
	ends             []endSeen // that were not committed yet, oldest first
}

type endSeen struct {
	offset int64
	at     time.Time
}

// endsKept bounds the looks that are remembered: an hour of them. When more wait, the newest give way, so that the
// oldest, which is what is shown, stays.
const endsKept = 720

func newWaiting(set *metrics.Set, labels string) *waiting {
	return &waiting{
		records: set.NewGauge("labwatch_consumer_lag_records"+labels, nil),
		seconds: set.NewGauge("labwatch_consumer_lag_seconds"+labels, nil),
	}
}

// look notes a committed offset and the partition's end. An end marker of a transaction counts as a record and is
// never committed, so one record behind is nothing behind.
func (w *waiting) look(now time.Time, committed, end int64) {
	for len(w.ends) > 0 && w.ends[0].offset <= committed+1 {
		w.ends = w.ends[1:]
	}
	if end > committed+1 {
		if len(w.ends) == endsKept {
			w.ends = w.ends[:endsKept-1]
		}
		w.ends = append(w.ends, endSeen{end, now})
	}
	w.records.Set(float64(end - committed))
	if len(w.ends) == 0 {
		w.seconds.Set(0)
		return
	}
	w.seconds.Set(now.Sub(w.ends[0].at).Seconds())
}
