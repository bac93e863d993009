package stream

import (
	"testing"
	"time"

	"labwatch/record"
)

// TestFlagsAndStrainAreShown: whoever is on call sees how many readings came late or early, how many numbers are
// learned, and how near to its limit a device is.
func TestFlagsAndStrainAreShown(t *testing.T) {
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
	m := b.w.j.Metrics
	for name, want := range map[string]uint64{"late": 1, "early": 1, "unmapped": 0} {
		if got := m.set.GetOrCreateCounter(`labwatch_flagged_total{flag="` + name + `"}`).Get(); got != want {
			t.Errorf("%d readings are %s, want %d", got, name, want)
		}
	}
	v := b.w.Fleet()[0]
	if v.Series != 1 || v.Learned != 1 || v.Strain > 1 {
		t.Errorf("a calm device is shown as %+v", v)
	}
	b.hear(sample("bath", seconds(at), record.Channel{Name: "c", Value: 40}))
	b.w.Committed(seconds(at + 2))
	if v := b.w.Fleet()[0]; v.Strain < 2 {
		t.Errorf("a device far beyond its limit has a strain of %v", v.Strain)
	}
}
