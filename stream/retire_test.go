package stream

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"labwatch/record"
)

func (b *bedside) tick(at int) {
	b.hear(record.Record{Kind: record.Tick, Arrived: seconds(at), Time: epoch()})
}

func (b *bedside) fleet() (names []string) {
	b.w.Show(b.w.shown + int64(time.Hour))
	for _, v := range b.w.Fleet() {
		names = append(names, v.Device)
	}
	return names
}

// silentBath is a device that has spoken a little and then was silent until its alert opened and was said again.
func silentBath(t *testing.T) *bedside {
	t.Helper()
	j := testJudging(t) // silent after 30 s
	j.ForgetAfter = 24 * time.Hour
	b := newBedside(t, j)
	for at := range 5 {
		r := sample("bath", seconds(at), record.Channel{Name: "storage_temp_c", Value: 4})
		r.ID = fmt.Sprint("r", at)
		b.hear(r)
	}
	for at := 5; at < 5*3600; at += 5 {
		b.tick(at)
	}
	if got := changes(b.of("silent")); got != " opened updated" {
		t.Fatalf("silence was %s", got)
	}
	return b
}

// TestRetiredDeviceIsSilent: an entry in its log ends the alerts of a device for good. It is no longer shown, and what
// it says later is learned anew; a repeat of the entry changes nothing.
func TestRetiredDeviceIsSilent(t *testing.T) {
	b := silentBath(t)
	retired := record.Record{Kind: record.Event, ID: "e1", Device: "bath", Time: seconds(5 * 3600), EventType: record.RetiredEvent, Severity: "info"}
	b.hear(retired)
	b.hear(retired)
	for at := 5 * 3600; at < 12*3600; at += 5 {
		b.tick(at)
	}
	if got := changes(b.of("silent")); got != " resolved" {
		t.Errorf("silence was %s", got)
	}
	if got := b.fleet(); len(got) != 0 {
		t.Errorf("%v are shown", got)
	}
	if n := len(b.records); n != 6 {
		t.Errorf("%d records were published, want 5 and the event, and not its repeat", n)
	}
	b.restart(b.j)
	b.hear(sample("bath", seconds(13*3600), record.Channel{Name: "storage_temp_c", Value: 4}))
	if got := b.fleet(); len(got) != 1 || b.w.devices["bath"].watched != 1 {
		t.Errorf("%v are shown, of which %d readings are watched", got, b.w.devices["bath"].watched)
	}
}

// TestForgottenByAge: a device that was not heard for very long is taken for retired by a tick, even when the alert of
// its silence is open, and nothing that it has learned is stored any more.
func TestForgottenByAge(t *testing.T) {
	b := silentBath(t)
	b.tick(24*3600 + 3)
	b.tick(24*3600 + 4)
	b.tick(48 * 3600)
	if got := changes(b.of("silent")); got != " updated resolved" {
		t.Errorf("silence was %s", got)
	}
	stored := map[string][]byte{}
	b.w.Checkpoint(1, b.offset, Budget{All: true}, func(key string, blob []byte) { stored[key] = blob })
	if learned, put := stored["d/bath"]; !put || learned != nil {
		t.Errorf("what it has learned is stored in %d bytes, or not deleted", len(learned))
	}
	if n := len(stored["c/bath"]); n == 0 || n > 60 {
		t.Errorf("its card has %d bytes", n)
	}
	if got := b.fleet(); len(got) != 0 {
		t.Errorf("%v are shown", got)
	}
}

// TestNobodyIsForgottenUnheard: after an outage of ours, or a leap of a clock, by a year, nobody is forgotten before there
// was a day to speak.
func TestNobodyIsForgottenUnheard(t *testing.T) {
	b := silentBath(t)
	tick := func(at int) {
		b.hear(record.Record{Kind: record.Tick, Arrived: seconds(at), Time: seconds(year)})
	}
	tick(year)
	tick(year + 24*hour - 1)
	if got := b.fleet(); len(got) != 1 {
		t.Errorf("%v are shown after a leap of a year, want the bath", got)
	}
	tick(year + 24*hour)
	if got := b.fleet(); len(got) != 0 {
		t.Errorf("%v are shown a day later", got)
	}
}

// TestLongSilenceIsStoredOnce: while a silence goes on, ticks with nothing to say change nothing, so a device that is
// off is neither stored again nor brought into memory.
func TestLongSilenceIsStoredOnce(t *testing.T) {
	b := silentBath(t)
	drain := func() (keys []string) {
		b.w.Checkpoint(1, b.offset, Budget{All: true}, func(key string, _ []byte) {
			if key != listensKey { // of the partition, every ten minutes
				keys = append(keys, key)
			}
		})
		return keys
	}
	drain()
	for at := 6 * 3600; at < 8*3600; at += 5 {
		b.tick(at)
	}
	if keys := drain(); len(keys) != 0 {
		t.Errorf("%v were stored", keys)
	}
	b.w.LoadFrom(func(string) ([]byte, error) { t.Error("was loaded"); return nil, nil })
	b.w.Kept(b.w.Checkpoints())
	b.w.Checkpoint(2, b.offset, Budget{Memory: 1}, nil)
	if b.w.memory.used.Len() != 0 {
		t.Fatal("was not evicted")
	}
	b.tick(9 * 3600) // it is said again
	if keys := drain(); len(keys) != 1 || keys[0] != "c/bath" {
		t.Errorf("%v were stored, want the card", keys)
	}
}

// TestGroupIsBounded: of very many members those that were not heard for longest are forgotten, whatever the order in
// which they came.
func TestGroupIsBounded(t *testing.T) {
	j := testJudging(t)
	g := newGroup(j, "g", []string{"a"})
	for i := range maxMembers + 1 {
		n := i * 7919 % 10_007 // a prime: each number once
		g.member(fmt.Sprint("device-", n)).newest = int64(n + 1)
	}
	if n := len(g.members); n > maxMembers || n < maxMembers/2 {
		t.Errorf("%d members", n)
	}
	if g.members["device-0"] != nil || g.members["device-10006"] == nil {
		t.Error("others than the oldest were forgotten")
	}
	if b := encodeSnapshot(math.MaxInt64, groupState{g, j}); len(b) > 1<<20 {
		t.Errorf("the snapshot has %d bytes", len(b))
	}
}

// TestRetiredLeavesItsGroup: whoever retires a device writes the entry by a clock of his own, so its time may lie before the
// newest vector. Device and group take it alike: no alert of a device that is not shown any more stays open.
func TestRetiredLeavesItsGroup(t *testing.T) {
	for name, before := range map[string]time.Duration{
		"stamped later": -time.Minute, "5 s before the newest vector": 5 * time.Second, "3 days before it": 72 * time.Hour,
	} {
		for _, restarts := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", restarted ", restarts), func(t *testing.T) {
				p := newPumps(t)
				p.rounds(10, 40)
				if got := changes(p.of("iforest")); got != " opened" {
					t.Fatalf("the fault said%s", got)
				}
				if restarts {
					p.restart(p.j)
				}
				p.hear(record.Record{Kind: record.Event, ID: "e1", Device: "pump-1", EventType: record.RetiredEvent, Severity: "info",
					Time: seconds(p.at) - int64(before), Arrived: seconds(p.at)})
				if got := changes(p.of("iforest")); got != " resolved" {
					t.Errorf("retired it says%s, want resolved", got)
				}
				if got := fmt.Sprint(p.fleet()); got != "[pump-2]" {
					t.Errorf("%s are shown", got)
				}
				for _, g := range p.w.groups {
					if g.members["pump-1"] != nil || g.members["pump-2"] == nil {
						t.Error("not the retired one has left the group")
					}
				}
			})
		}
	}
}

// TestLateRetiredIsTaken: who retires a device may stamp the entry with a date long before its newest event. It is published as
// late, and ends the device all the same; a repeat of it does not end the one that came back.
func TestLateRetiredIsTaken(t *testing.T) {
	for _, restarts := range []bool{false, true} {
		b := newBedside(t, onlyZScore(t, nil))
		hear := func(r record.Record) {
			b.hear(r)
			if restarts {
				b.restart(b.j)
			}
		}
		hear(sample("bath", seconds(0), record.Channel{Name: "storage_temp_c", Value: 40}))
		hear(record.Record{Kind: record.Event, ID: "e0", Device: "bath", Time: seconds(0), EventType: record.MaintenanceEvent, Severity: "info"})
		retired := record.Record{Kind: record.Event, ID: "e1", Device: "bath", Time: seconds(-25 * 3600), Arrived: seconds(60),
			EventType: record.RetiredEvent, Severity: "info"}
		hear(retired)
		if got := changes(b.of("limit")); got != " opened resolved" || len(b.fleet()) != 0 {
			t.Errorf("restarted %t: said%s, and shown are %v", restarts, got, b.fleet())
		}
		if got := b.records[len(b.records)-1].Flags; !slices.Contains(got, "late") {
			t.Errorf("restarted %t: published with the flags %v, want late", restarts, got)
		}
		hear(sample("bath", seconds(120), record.Channel{Name: "storage_temp_c", Value: 40}))
		hear(retired)
		if got := changes(b.of("limit")); got != " opened" || len(b.fleet()) != 1 {
			t.Errorf("restarted %t: after a repeat said%s, and shown are %v", restarts, got, b.fleet())
		}
	}
}
