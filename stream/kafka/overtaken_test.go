package kafka

import (
	"testing"

	"labwatch/stream"
)

// TestOvertaken recovers a partition that another instance took over while we were stalled: it commits between the
// moments at which we read the offset and the snapshots, so these are ahead of that. It is no mistake of the site's, and
// must not end the daemon.
func TestOvertaken(t *testing.T) {
	b := newBench(t)
	if _, err := b.prepare(); err != nil {
		t.Fatal(err)
	}
	work := func() {
		b.write("dev-1", 5)
		b.judged(nil)
	}
	work()
	j := NewJudge(b.env, b.env.Topics.Log, b.plain, nil, func(int32) *stream.Worker {
		work() // the worker is made between the two reads
		return stream.NewWorker(b.judging, nil, nil)
	})
	_, err := j.recover(t.Context(), place{b.env.Topics.Log, 0})
	if err == nil || isFatal(err) {
		t.Errorf("error %v, fatal %v; one that a new session mends was expected", err, isFatal(err))
	}
}
