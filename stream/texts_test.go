package stream

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// TestNothingKeepsTheRoomOfMessages: what a worker remembers of new devices takes as much memory when each of them comes
// in room of its own, 32 KB that it shares with others' messages, as when all come one behind another. Each text that was
// kept as it came, not cloned, would keep such a room: 16 MB for all devices, and 2 MB for all groups, of which there are
// at most 64.
func TestNothingKeepsTheRoomOfMessages(t *testing.T) {
	const devices = 500
	var behind, between []*record.Record
	for i := range devices {
		behind = append(behind, newcomer(i)...)
		between = append(append(between, newcomer(i)...), talk(i)...)
	}
	for i := range devices {
		behind = append(behind, talk(i)...)
	}
	apart, together := workedHeap(t, between, devices), workedHeap(t, behind, devices)
	t.Logf("%d kB apart, %d kB together", apart>>10, together>>10)
	if apart-together > 1<<20 {
		t.Errorf("%d kB more are alive when other messages came between", (apart-together)>>10)
	}
}

var newcomersCame = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).UnixNano()

// newcomer is the first readings of a device, in which every name is new: a critical result, a control that failed, and
// telemetry in the group of all and in one of its own.
func newcomer(i int) []*record.Record {
	name := func(what string) string { return fmt.Sprint(what, " ", i) }
	of := func(r record.Record) *record.Record {
		r.Device, r.Facility, r.Arrived, r.Time, r.Expected, r.TargetSD = name("device"), name("site"), newcomersCame, newcomersCame, math.NaN(), math.NaN()
		r.Patient, r.Technician = name("patient"), name("technician")
		return &r
	}
	test := record.Test{Local: name("local"), LOINC: name("loinc"), Name: name("test")}
	value := record.Value{Kind: record.Number, Number: 480}
	all := []*record.Record{
		of(record.Record{Kind: record.Result, Test: test, Unit: name("unit"), Value: value, Flags: record.CriticalHigh}),
		of(record.Record{Kind: record.Control, Test: test, Unit: name("unit"), Value: value, Level: name("level"), Lot: name("lot"), Passed: record.No}),
		of(record.Record{Kind: record.Telemetry, Channels: []record.Channel{{Name: "ph_level", Value: 7}, {Name: "flow", Value: 1}}}),
		of(record.Record{Kind: record.Telemetry, Channels: []record.Channel{{Name: name("ph"), Value: 7}, {Name: name("flow"), Value: 1}}}),
	}
	for n, r := range all {
		r.ID = name(fmt.Sprint("reading ", n, " of"))
	}
	return all
}

// talk is entries of a known device that need more than 32 KB, none of them a text that is long enough to lie alone.
func talk(i int) (entries []*record.Record) {
	for n := range 5 {
		entries = append(entries, &record.Record{Kind: record.Event, Device: "known", Arrived: newcomersCame, Time: newcomersCame,
			ID: fmt.Sprint(i, " ", n, strings.Repeat(".", 7000)), Expected: math.NaN(), TargetSD: math.NaN()})
	}
	return entries
}

// workedHeap is the memory in bytes that a worker takes when it has worked these entries, committed and shown.
func workedHeap(t *testing.T, entries []*record.Record, devices int) int64 {
	var log []Message
	for i, r := range entries {
		r.Origin = record.Origin{Topic: "raw", Offset: int64(i)}
		log = append(log, Message{Topic: "log", Offset: int64(i), Value: record.AppendBinary(nil, r)})
	}
	j := testJudging(t)
	before := liveHeap()
	w := NewWorker(j, nil, testSeal)
	for _, m := range log {
		if err := w.Process(m, func(Output) {}); err != nil {
			t.Fatal(err)
		}
		w.Reuse()
	}
	now := newcomersCame + int64(time.Minute)
	w.Checkpoint(now, int64(len(log)), Budget{All: true}, func(string, []byte) {})
	w.Committed(now)
	live := liveHeap() - before
	if d := w.devices["device 7"]; len(w.devices) != devices+1 || len(w.groups) != maxGroups || d.held.series.len() != 6 || len(d.held.rules) < 2 || len(d.held.channels) != 2 {
		t.Fatalf("%d devices, %d groups; of one device %d series, %d rules and %d channels",
			len(w.devices), len(w.groups), d.held.series.len(), len(d.held.rules), len(d.held.channels))
	}
	if open := openRules(w); open < devices {
		t.Fatalf("%d rules are open", open)
	}
	runtime.KeepAlive(log)
	runtime.KeepAlive(w)
	return live
}

func openRules(w *Worker) (n int) {
	for _, d := range w.devices {
		for _, s := range d.held.rules {
			if s.Phase == alerts.Open {
				n++
			}
		}
	}
	return n
}

func liveHeap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
