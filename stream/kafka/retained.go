package kafka

import (
	"fmt"
	"time"
)

// retained watches that the input which a recovery would work again is still there. Every fetch tells where the topic
// begins, so it costs nothing. The state itself is in memory as long as the partition is owned: when the topic's retention
// comes near the redo point, saving everything moves the redo point out of its way.
type retained struct {
	first  int64 // oldest offset of the input that still exists
	redo   int64 // as it was last committed
	warned time.Time
}

// near says whether deletion has come so close that the redo span might not be there the next time: less is kept before
// the redo point than twice what is behind it. A topic of which nothing was ever deleted begins at 0 and is never near.
func (r *retained) near(next int64) bool {
	return r.first > 0 && r.redo-r.first < 2*(next-r.redo)
}

// warnEvery keeps a retention that is too short for good from filling the log.
const warnEvery = 10 * time.Minute

// shortRetention tells the site, now and then.
func (j *Judge) shortRetention(at place, r *retained, next int64, now time.Time) {
	j.stats.retentionNear.Inc()
	if now.Sub(r.warned) < warnEvery {
		return
	}
	r.warned = now
	j.env.Log.Warn().Str("topic", at.topic).Int32("partition", at.partition).Int64("oldest", r.first).Int64("redo", r.redo).
		Int64("next", next).Msg("the topic's retention comes near the input that a recovery would need; all state is saved now, " +
		"which costs more the busier the topic is: raise its retention")
}

// keptGauge is the metric of a partition that is owned.
func keptGauge(at place) string {
	return fmt.Sprintf(`labwatch_kept_before_redo_records{topic=%q,partition="%d"}`, at.topic, at.partition)
}
