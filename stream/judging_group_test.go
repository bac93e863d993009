package stream

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"labwatch/alerts"
	"labwatch/record"
)

func sample(device string, at int64, channels ...record.Channel) record.Record {
	return record.Record{Kind: record.Telemetry, ID: fmt.Sprint(device, at), Device: device, Time: at, Channels: channels}
}

// TestGroupDoesNotLearnItsFault breaks both sensors of a group for good. No limit covers their channels, so only the
// forest knows, and it must not come to think of the fault as the normal state.
func TestGroupDoesNotLearnItsFault(t *testing.T) {
	j := testJudging(t)
	j.Alerts.Silent.Enabled = false
	b := newBedside(t, j)
	rng := rand.New(rand.NewPCG(4, 0))
	at := 0
	round := func(shift float64) {
		at++
		for _, device := range []string{"pump-1", "pump-2"} {
			b.hear(sample(device, seconds(at),
				record.Channel{Name: "flow", Value: 100 + 2*rng.NormFloat64() + shift},
				record.Channel{Name: "pressure", Value: 50 + rng.NormFloat64() - shift}))
		}
	}
	for range 800 { // the forest takes 256 vectors and its level 1,000 scores to be ready
		round(0)
	}
	b.of("iforest")
	for range 500 { // 1,000 readings of the group
		round(40)
	}
	said := b.of("iforest")
	open := map[string]bool{}
	for _, a := range said {
		if a.Change == alerts.Resolved {
			t.Fatalf("%s: the fault was learned away", a.Device)
		}
		open[a.Device] = true
	}
	if len(open) != 2 {
		t.Fatalf("alerts of %d devices are open, want 2", len(open))
	}
	for range 40 {
		round(0)
	}
	if got := changes(b.of("iforest")); got != " resolved resolved" {
		t.Errorf("after the repair it says%s, want that both are resolved", got)
	}
}

// TestChannelSetsAreBounded: a device that leaves out now this channel and now that would make a group of each set.
func TestChannelSetsAreBounded(t *testing.T) {
	j := testJudging(t)
	j.Alerts.Silent.Enabled = false
	b := newBedside(t, j)
	const sets = 3 * maxGroups
	for i := range sets {
		var channels []record.Channel
		for bit := range 8 {
			if (i+1)>>bit&1 == 1 {
				channels = append(channels, record.Channel{Name: fmt.Sprint("c", bit), Value: 1})
			}
		}
		b.hear(sample("loose contact", seconds(i), channels...))
	}
	if got := len(b.w.groups); got != maxGroups {
		t.Errorf("%d groups, want %d", got, maxGroups)
	}
	if got := b.w.tally.unscored; got != sets-maxGroups {
		t.Errorf("%d readings counted as unscored, want %d", got, sets-maxGroups)
	}
	// Those beyond are judged channel by channel, and those of a known set as before.
	last, known := b.records[sets-1], b.records[0]
	if len(last.Scores) == 0 || strings.Contains(fmt.Sprint(last.Scores), "iforest") {
		t.Errorf("the last has the scores %v", last.Scores)
	}
	if !strings.Contains(fmt.Sprint(known.Scores), "iforest") {
		t.Errorf("the first has the scores %v", known.Scores)
	}
	b.hear(sample("another", seconds(sets), record.Channel{Name: "c0", Value: 1}))
	if got := b.records[sets].Scores; !strings.Contains(fmt.Sprint(got), "iforest") {
		t.Errorf("a device of a known set has the scores %v", got)
	}
	if len(b.of(alerts.RuleSilent)) != 0 {
		t.Error("somebody is silent")
	}
}

// TestWideVectorsMakeNoGroup: a forest takes room for each channel in the window of its group, which is one snapshot, written
// whole whenever it is due. Those of very many are judged one by one.
func TestWideVectorsMakeNoGroup(t *testing.T) {
	j := testJudging(t)
	j.Alerts.Silent.Enabled = false
	b := newBedside(t, j)
	var channels []record.Channel
	for i := range maxGroupChannels + 1 {
		channels = append(channels, record.Channel{Name: fmt.Sprint("c", i), Value: 1})
	}
	b.hear(sample("wide", seconds(0), channels...))
	if len(b.w.groups) != 0 || b.w.tally.unscored != 1 || len(b.records[0].Scores) == 0 {
		t.Errorf("%d groups, %d counted, scores %v", len(b.w.groups), b.w.tally.unscored, b.records[0].Scores)
	}
	b.hear(sample("wide", seconds(1), channels[1:]...))
	if len(b.w.groups) != 1 || b.w.tally.unscored != 1 {
		t.Errorf("%d groups of %d channels, %d counted", len(b.w.groups), maxGroupChannels, b.w.tally.unscored)
	}
}
