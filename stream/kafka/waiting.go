package kafka

import (
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// waiting measures how much of one partition waits to be committed, and since when. Nothing is read for that: the end
// of the partition as it was at each look says when a record was there already.
type waiting struct {
	records, seconds *metrics.Gauge
	ends             []endSeen     // that were not committed yet, oldest first
	apart            time.Duration // two of them are, at least
}

type endSeen struct {
	offset int64
	at     time.Time
}

// endsKept bounds the looks that are remembered: an hour of them. When more wait, every second one gives way, and from then
// on every second one is noted. What is shown while that is caught up with is too little by the time between two of them at
// most: 5 s, after more than an hour 10 s, after a day 160 s.
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
	if n := len(w.ends); n == 0 {
		w.apart = 0
	} else if n == endsKept {
		w.thin()
	}
	if n := len(w.ends); end > committed+1 && (n == 0 || now.Sub(w.ends[n-1].at) >= w.apart) {
		w.ends = append(w.ends, endSeen{end, now})
	}
	w.records.Set(float64(end - committed))
	if len(w.ends) == 0 {
		w.seconds.Set(0)
		return
	}
	w.seconds.Set(now.Sub(w.ends[0].at).Seconds())
}

// thin drops every second look. The oldest stays.
func (w *waiting) thin() {
	kept := w.ends[:0]
	for i := 0; i < len(w.ends); i += 2 {
		kept = append(kept, w.ends[i])
	}
	w.ends = kept
	w.apart = kept[len(kept)-1].at.Sub(kept[0].at) / time.Duration(len(kept))
}
