package stream

import (
	"math"
	"strings"
	"testing"

	"labwatch/alerts"
	"labwatch/record"
)

// withVerdicts puts verdicts of every kind into a log: some entries after an alert has opened, somebody confirms it, or
// rejects it and, again later, rolls that back. Which alerts open is found out by a worker that judges the log as it
// grows.
func withVerdicts(t *testing.T, j *Judging, log []Message) []Message {
	t.Helper()
	scout := NewWorker(j, nil, testSeal)
	type due struct {
		at     int // entry
		said   record.EventType
		device string
		alert  string
	}
	var (
		out     []Message
		pending []due
		opened  = map[bool]int{} // by whether it is a forest's
	)
	add := func(m Message) {
		m.Offset = int64(len(out))
		out = append(out, m)
		err := scout.Process(m, func(o Output) {
			if o.To != Alerts {
				return
			}
			a, err := alerts.ParseJSON(o.Value)
			if err != nil {
				t.Fatal(err)
			}
			if a.Change != alerts.Opened || a.Rule == alerts.RuleCriticalValue {
				return
			}
			forest := a.Rule == "iforest"
			opened[forest]++
			after := len(out) + 10 + opened[forest]%7
			switch opened[forest] % 4 {
			case 0:
				pending = append(pending, due{after, record.AcknowledgeEvent, a.Device, a.ID})
			case 1:
				pending = append(pending, due{after, record.AcceptEvent, a.Device, a.ID}, due{after + 150, record.RollBackEvent, a.Device, a.ID})
			case 2:
				pending = append(pending, due{after, record.AcceptEvent, a.Device, a.ID})
			case 3: // of what was learned anew before it opened
				pending = append(pending, due{after, record.RollBackEvent, a.Device, a.ID})
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range log {
		add(m)
		var later []due
		now := pending
		pending = nil
		for _, v := range now {
			if v.at > len(out) {
				later = append(later, v)
				continue
			}
			r := record.Record{Kind: record.Event, ID: v.said.String() + ":" + v.alert, Device: v.device, EventType: v.said, Severity: "info",
				Technician: "t1.k1.somebody", Time: scout.devices[v.device].newest, Arrived: scout.devices[v.device].newest,
				Origin: record.Origin{Topic: "verdicts", Offset: int64(len(out))}, Expected: math.NaN(), TargetSD: math.NaN()}
			add(Message{Topic: m.Topic, Value: record.AppendBinary(nil, &r), At: m.At})
		}
		pending = append(later, pending...)
	}
	if scout.tally.rollbacks < 5 || scout.tally.resets < 10 {
		t.Fatalf("only %d roll backs and %d resets", scout.tally.rollbacks, scout.tally.resets)
	}
	return out
}

// TestRestartEqualsNoRestartWithVerdicts: with verdicts of each kind among the entries, in memory and on disk.
func TestRestartEqualsNoRestartWithVerdicts(t *testing.T) {
	j := campusJudging(t)
	j.FalseAlarms = 1000 // so that enough alerts open
	log := withVerdicts(t, j, campus(6, 40, 6000))
	said := map[record.EventType]int{}
	for _, m := range log {
		var r record.Record
		if err := r.UnmarshalBinary(m.Value); err != nil {
			t.Fatal(err)
		}
		said[r.EventType]++
	}
	t.Logf("%d verdicts to confirm, %d to reject, %d to roll back", said[record.AcknowledgeEvent], said[record.AcceptEvent], said[record.RollBackEvent])
	restartOften(t, log, func() *Worker { return NewWorker(j, nil, testSeal) }, func(t *testing.T, k *kafkaFake, w, _ *Worker) {
		for _, word := range []string{alerts.StatAccepted, alerts.StatAcknowledged} {
			if n := countSaid(k.said, word); n == 0 {
				t.Errorf("nobody was told of %q", word)
			}
		}
	})
}

func countSaid(said []string, statistic string) (n int) {
	for _, s := range said {
		if strings.Contains(s, `"statistic":"`+statistic+`"`) {
			n++
		}
	}
	return n
}
