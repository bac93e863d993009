package stream

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// TestTickSaysNoStanding: what a tick ends is published in the same bytes whether the device is in memory or on disk.
func TestTickSaysNoStanding(t *testing.T) {
	var said [2][]byte
	for i, evicted := range []bool{false, true} {
		j := testJudging(t)
		j.Alerts.Silent.Enabled, j.ForgetAfter = false, 24*time.Hour
		b := newBedside(t, j)
		rng := rand.New(rand.NewPCG(6, 0))
		const readings = 2000
		for at := range readings {
			b.hear(sample("pump", seconds(at), record.Channel{Name: "flow", Value: 100 + rng.NormFloat64()}, record.Channel{Name: "pressure", Value: 50 + rng.NormFloat64()}))
		}
		d := b.w.devices["pump"]
		for _, g := range b.w.groups {
			g.members["pump"].states = []alerts.State{{Phase: alerts.Open, Severity: 1}}
		}
		if worst, _ := d.held.stand(); !worst.Known {
			t.Fatal("the device has no standing yet")
		}
		if evicted {
			b.w.release(d)
		}
		b.w.leaveAtTick(b.offset, record.Origin{Topic: "raw"}, seconds(readings+25*3600), func(o Output) { said[i] = append(said[i], o.Value...) })
	}
	if len(said[0]) == 0 || !bytes.Equal(said[0], said[1]) {
		t.Errorf("from memory\n%s\nfrom disk\n%s", said[0], said[1])
	}
}
