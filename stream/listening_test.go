package stream

import (
	"fmt"
	"math"
	"testing"
	"time"

	"labwatch/record"
)

// thirtyDays is those of one partition, in which forget_after is two. "gone" speaks at the beginning only, "often" every five
// minutes, and "seldom" three times late in the day, which is what makes a group believe a leap.
type thirtyDays struct {
	fused bool
	quiet time.Duration // at the beginning of each day: nobody speaks, and no sequencer ticks
	moved bool          // the ticks pass to another sequencer every day
	leap  time.Duration // on the 11th day a clock is set, or we were not there
}

const monthStep = 5 * time.Minute

func (m thirtyDays) judging(t *testing.T) *Judging {
	j := testJudging(t)
	j.Plan.Series = nil // the forest alone: it has members
	j.Alerts.Silent.After, j.ForgetAfter = 10*time.Minute, 48*time.Hour
	return j
}

func (m thirtyDays) worker(t *testing.T, j *Judging) *Worker {
	if m.fused {
		return NewWorker(j, testIntake(t), testSeal)
	}
	return NewWorker(j, nil, testSeal)
}

func (m thirtyDays) messages() (all []Message) {
	nan := math.NaN()
	add := func(topic string, at int64, text []byte) {
		all = append(all, Message{Topic: topic, Offset: int64(len(all)), Value: text, At: at})
	}
	say := func(device string, at int64) {
		id, ph := fmt.Sprint("S", len(all)), 7.2+.01*float64(len(all)%7)
		if m.fused {
			add("raw", at, fmt.Appendf(nil, `{"kind":"telemetry","sample_id":%q,"device_id":%q,"facility_id":"B","ph_level":%.2f,"storage_temp_c":4,"timestamp":%q}`,
				id, device, ph, time.Unix(0, at).UTC().Format(time.RFC3339)))
			return
		}
		add("log", at, record.AppendBinary(nil, &record.Record{Kind: record.Telemetry, ID: id, Device: device, Time: at, Arrived: at, Expected: nan, TargetSD: nan,
			Channels: []record.Channel{{Name: "ph_level", Value: ph}, {Name: "storage_temp_c", Value: 4}}}))
	}
	began := epoch()
	since := began
	for passed := time.Duration(0); passed < 30*24*time.Hour; passed += monthStep {
		at, day := began+int64(passed), passed%(24*time.Hour)
		if passed >= 10*24*time.Hour {
			at += int64(m.leap)
		}
		if m.moved && day == 0 {
			since = at
		}
		if passed == 0 {
			say("gone", at)
		}
		if day < m.quiet {
			continue
		}
		if !m.fused {
			add("log", at, record.AppendBinary(nil, &record.Record{Kind: record.Tick, Arrived: at, Time: since, Expected: nan, TargetSD: nan}))
		}
		say("often", at)
		if day == 16*time.Hour || day == 19*time.Hour || day == 22*time.Hour {
			say("seldom", at)
		}
	}
	return all
}

func everyThirtyDays() map[string]thirtyDays {
	return map[string]thirtyDays{
		"log":                         {},
		"log, ticks move daily":       {moved: true},
		"log, down 15 minutes a day":  {moved: true, quiet: 15 * time.Minute},
		"log, a leap":                 {leap: 365 * 24 * time.Hour},
		"log, a leap back":            {leap: -365 * 24 * time.Hour},
		"fused":                       {fused: true},
		"fused, 15 quiet minutes":     {fused: true, quiet: 15 * time.Minute},
		"fused, 14 quiet hours a day": {fused: true, quiet: 14 * time.Hour},
		"fused, a leap":               {fused: true, leap: 365 * 24 * time.Hour},
	}
}

// TestGoneIsForgotten: a device that does not speak any more is forgotten when it is time, by device and group, however
// short the pauses are that come every day. Who speaks within a day of a leap is not.
func TestGoneIsForgotten(t *testing.T) {
	for name, m := range everyThirtyDays() {
		t.Run(name, func(t *testing.T) {
			j := m.judging(t)
			w := m.worker(t, j)
			retired := map[string]time.Duration{}
			for _, message := range m.messages() {
				if err := w.Process(message, func(Output) {}); err != nil {
					t.Fatal(err)
				}
				for name, d := range w.devices {
					member := false
					for _, g := range w.groups {
						member = member || g.members[name] != nil
					}
					if d.retired && retired[name] == 0 {
						retired[name] = time.Duration(message.At - epoch())
					}
					if member == d.retired && message.Offset > 0 {
						t.Fatalf("%s is retired: %t, and of a group: %t", name, d.retired, member)
					}
				}
			}
			if at := retired["gone"]; len(retired) != 1 || at < j.ForgetAfter || at > j.ForgetAfter+m.quiet+monthStep {
				t.Errorf("forgotten are %v, want the one that is gone, after %v", retired, j.ForgetAfter)
			}
		})
	}
}

// TestListeningAfterRestarts: a worker that is killed again and again forgets when one that is not does.
func TestListeningAfterRestarts(t *testing.T) {
	for name, m := range everyThirtyDays() {
		if m.leap <= 0 && m.quiet < time.Hour {
			continue
		}
		t.Run(name, func(t *testing.T) {
			j := m.judging(t)
			restartOften(t, m.messages(), func() *Worker { return m.worker(t, j) }, func(t *testing.T, k *kafkaFake, w, undisturbed *Worker) {
				if len(k.snapshots[listensKey]) == 0 || w.listening.now != undisturbed.listening.now {
					t.Errorf("the clock is %+v, undisturbed %+v, stored in %d bytes", w.listening.now, undisturbed.listening.now, len(k.snapshots[listensKey]))
				}
			})
		})
	}
}
