package stream

import (
	"testing"
	"time"

	"labwatch/detectors"
	"labwatch/record"
)

// TestFlagsAndScoreAreShown: whoever is on call sees how many readings came late or early, how many numbers are
// learned, and the one score of a device with its direction.
func TestFlagsAndScoreAreShown(t *testing.T) {
	b := newBedside(t, onlyZScore(t, nil))
	at := 0
	for ; at < 40; at++ {
		b.hear(sample("bath", seconds(at), record.Channel{Name: "c", Value: 4 + .1*float64(at%5)}))
	}
	ahead := sample("bath", seconds(at)+int64(48*time.Hour), record.Channel{Name: "c", Value: 4})
	ahead.Arrived, ahead.Flags = seconds(at), record.Early
	b.hear(ahead)
	b.hear(sample("bath", seconds(at-1)-int64(48*time.Hour), record.Channel{Name: "c", Value: 4}))
	b.w.Committed(seconds(at))
	b.w.Show(seconds(at))
	m := b.w.j.Metrics
	for name, want := range map[string]uint64{"late": 1, "early": 1, "unmapped": 0} {
		if got := m.set.GetOrCreateCounter(`labwatch_flagged_total{flag="` + name + `"}`).Get(); got != want {
			t.Errorf("%d readings are %s, want %d", got, name, want)
		}
	}
	v := b.w.Fleet()[0]
	if v.Series != 1 || v.Learned != 1 || v.Standing != (detectors.Standing{}) {
		t.Errorf("a calm device is shown as %+v", v)
	}
	for ; at < 300; at++ {
		b.hear(sample("bath", seconds(at), record.Channel{Name: "c", Value: 4 + .1*float64(at%5)}))
	}
	b.w.Committed(seconds(at + 2))
	b.w.Show(seconds(at + 2))
	if v := b.w.Fleet()[0]; !v.Standing.Known || v.Standing.Score >= detectors.Rare || v.Standing.Direction != detectors.Undirected {
		t.Errorf("a calm device stands at %+v", v.Standing)
	}
	b.hear(sample("bath", seconds(at), record.Channel{Name: "c", Value: -40}))
	b.w.Committed(seconds(at + 4))
	b.w.Show(seconds(at + 4))
	if v := b.w.Fleet()[0]; v.Standing.Score < 0.9 || v.Standing.Direction != detectors.Low {
		t.Errorf("a device far below its mean stands at %+v", v.Standing)
	}
	for i := range int64(3) { // a leap in time is believed when others confirm it
		b.hear(sample("bath", seconds(at)+2*standingAge+i*1e9, record.Channel{Name: "other", Value: 1}))
	}
	b.w.Committed(seconds(at + 6))
	b.w.Show(seconds(at + 6))
	if v := b.w.Fleet()[0]; v.Standing.Known {
		t.Errorf("what was measured two days ago still stands: %+v", v.Standing)
	}
}
