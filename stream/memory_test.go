package stream

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"labwatch/record"
)

// campus writes a log of many devices that speak in an order of chance: analysers of two tests and sensors, drifts,
// error codes, repeats, calibrations, devices that fall silent, that are retired and come back, and ticks.
func campus(seed uint64, devices, messages int) []Message {
	rng := rand.New(rand.NewPCG(seed, 1))
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).UnixNano()
	nan, start := math.NaN(), at
	var log []Message
	offset := int64(0)
	add := func(r *record.Record) {
		r.Origin = record.Origin{Topic: "raw", Offset: offset}
		log = append(log, Message{Topic: "log", Offset: offset, Value: record.AppendBinary(nil, r), At: r.Arrived})
		offset += 1 + int64(rng.IntN(8)/7)
	}
	tests := []record.Test{{Local: "GLU", LOINC: "2345-7"}, {Local: "NA", LOINC: "2951-2"}}
	for i := range messages {
		at += int64(rng.IntN(400)) * int64(time.Millisecond)
		n := rng.IntN(devices)
		quiet := n%7 == 3 && i > messages/3 && i < messages*2/3 || n%11 == 5 && i > messages/2
		r := record.Record{Arrived: at, Time: at, ID: fmt.Sprint("r", i), Facility: fmt.Sprint("site ", n%3), Expected: nan, TargetSD: nan}
		switch {
		case quiet:
			continue
		case i >= messages*5/6 && i < messages*5/6+devices: // all analysers
			r.Kind, r.Device, r.EventType, r.Severity = record.Event, fmt.Sprint("analyser-", i%devices/2), record.CalibrationEvent, "info"
		case rng.IntN(200) == 0:
			r.Kind, r.Device, r.EventType, r.Severity = record.Event, fmt.Sprint("analyser-", n/2), record.CalibrationEvent, "info"
		case rng.IntN(300) == 0:
			r.Kind, r.Device, r.EventType, r.Severity = record.Event, fmt.Sprint("monitor-", n/2), record.RetiredEvent, "info"
			if rng.IntN(3) == 0 {
				r.Device = fmt.Sprint("analyser-", n/2)
			}
			add(&r)
		case n%2 == 0:
			r.Kind, r.Device, r.Patient = record.Result, fmt.Sprint("analyser-", n/2), fmt.Sprint("p", i)
			r.Test, r.Unit = tests[rng.IntN(2)], "mmol/L"
			r.Value = record.Value{Kind: record.Number, Number: math.Round(10*(95+3*rng.NormFloat64())) / 10}
			if n%3 == 0 && i > messages/2 {
				r.Value.Number += 30
			}
			if rng.IntN(50) == 0 {
				add(&r)
			}
		default:
			r.Kind, r.Device = record.Telemetry, fmt.Sprint("monitor-", n/2)
			r.Channels = []record.Channel{{Name: "ph_level", Value: 7.2 + .15*rng.NormFloat64()}, {Name: "storage_temp_c", Value: 4 + .3*rng.NormFloat64()}}
			if n%5 == 0 && i > messages/2 && i < messages*3/4 {
				r.Channels[1].Value += 20
			}
			if rng.IntN(60) == 0 {
				r.Channels[0] = record.Channel{Name: "ph_level", Value: -999, Flags: record.ErrorCode}
			}
		}
		add(&r)
		if i%25 == 0 {
			add(&record.Record{Kind: record.Tick, Arrived: at, Time: start, Expected: nan, TargetSD: nan})
		}
	}
	return log
}

// campusJudging is testJudging with ages that fit the two hours or so of a campus.
func campusJudging(t testing.TB) *Judging {
	j := testJudging(t)
	j.Alerts.Silent.After, j.Alerts.Silent.Policy.UpdateEvery = 2*time.Minute, 10*time.Minute
	j.ForgetAfter, j.Baseline.Size = 15*time.Minute, 60
	return j
}

// cluster is what Kafka and the local disk keep. The disk may lag behind.
type cluster struct {
	committed, redo int64
	topic           []Entry // every committed snapshot
	commits         []commitOf
	disk            map[string][]byte
	position        int // so much of the topic is on the disk
	said            []string
}

type commitOf struct {
	checkpoint int64
	end        int // of the topic
}

func (k *cluster) commit(w *Worker, now, next int64, budget Budget, said []string) {
	k.redo = w.Checkpoint(now, next, budget, func(key string, blob []byte) { k.topic = append(k.topic, Entry{key, bytes.Clone(blob)}) })
	k.committed = next
	k.commits = append(k.commits, commitOf{w.Checkpoints(), len(k.topic)})
	k.said = append(k.said, said...)
	w.Committed(now)
}

// write brings the disk up to all but the last lag commits, and tells the worker.
func (k *cluster) write(w *Worker, lag int) {
	for len(k.commits) > lag {
		k.copyTo(k.commits[0].end)
		w.Kept(k.commits[0].checkpoint)
		k.commits = k.commits[1:]
	}
}

func (k *cluster) copyTo(end int) {
	for ; k.position < end; k.position++ {
		e := k.topic[k.position]
		if e.Blob == nil {
			delete(k.disk, e.Key)
		} else {
			k.disk[e.Key] = e.Blob
		}
	}
}

func (k *cluster) load(key string) ([]byte, error) { return k.disk[key], nil }

// recover is what kafka.Judge does: cards from the disk, then what the topic has beyond it goes to the disk, then a redo.
func (k *cluster) recover(t *testing.T, w *Worker, log []Message) *Worker {
	t.Helper()
	w.LoadFrom(k.load)
	k.commits = nil
	restore := func(key string, blob []byte) {
		if _, err := w.Restore(key, blob, k.committed); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(k.disk)) {
		if !strings.HasPrefix(key, deviceKind) {
			restore(key, k.disk[key])
		}
	}
	for _, e := range k.topic[k.position:] {
		restore(e.Key, e.Blob)
	}
	k.copyTo(len(k.topic))
	for _, m := range log {
		if m.Offset >= k.redo && m.Offset < k.committed {
			if err := w.Process(m, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	return w
}

// straight is what one worker with all the memory in the world says and knows.
func straight(t *testing.T, w *Worker, log []Message) (messages []string, known map[string][]byte) {
	t.Helper()
	for _, m := range log {
		if err := w.Process(m, func(o Output) { messages = append(messages, said(o)) }); err != nil {
			t.Fatal(err)
		}
	}
	return messages, state(w)
}

// TestEvictionChangesNothing: with memory for a tenth of the devices the same is said and known, byte for byte, as with
// memory for all: whatever the order of devices, with a disk that lags behind commits, and with crashes inside
// transactions and between a commit and the disk.
func TestEvictionChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		seed   uint64
		budget Budget
		fused  bool
	}{
		{"a tenth fits", 1, Budget{Records: 400, Age: time.Hour, Memory: 150 << 10}, false},
		{"nothing fits", 2, Budget{Records: 1 << 40, Age: time.Hour, Every: time.Second, Memory: 1}, false},
		{"all snapshots at once", 3, Budget{All: true, Memory: 64 << 10}, false},
		{"old snapshots", 4, Budget{Records: 3000, Age: 10 * time.Minute, Every: time.Second, Memory: 250 << 10}, false},
		{"fused", 5, Budget{Records: 1000, Age: 10 * time.Second, Every: time.Second, Memory: 1}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := campusJudging(t)
			log := campus(c.seed, 60, 12_000)
			var intake *Intake
			if c.fused {
				log, intake = rawLaboratory(c.seed, 2000), testIntake(t)
			}
			want, known := straight(t, NewWorker(j, intake, testSeal), log)
			rng := rand.New(rand.NewPCG(c.seed, 2))
			k := &cluster{disk: map[string][]byte{}}
			fresh := func() *Worker { return k.recover(t, NewWorker(j, intake, testSeal), log) }
			w := fresh()
			var open []string
			restarts := 0
			killed := map[int]bool{}
			for i := 0; i < len(log); i++ {
				if err := w.Process(log[i], func(o Output) { open = append(open, said(o)) }); err != nil {
					t.Fatal(err)
				}
				if i%40 == 39 || i == len(log)-1 {
					k.commit(w, int64(i)*int64(time.Second), log[i].Offset+1, c.budget, open)
					open = nil
					lag := rng.IntN(4)
					k.write(w, lag)
					w.Fit()
					if lag == 0 && w.Over(c.budget.Memory+w.queue.bytes()) {
						t.Fatalf("%d bytes are held, of which %d are dirty", w.memory.bytes, w.queue.bytes())
					}
				}
				if i%577 == 576 && !killed[i] {
					killed[i], open = true, nil
					restarts++
					w = fresh()
					for i >= 0 && log[i].Offset >= k.committed {
						i--
					}
				}
			}
			hits, misses, evictions := j.Metrics.hits.Get(), j.Metrics.misses.Get(), j.Metrics.evictions.Get()
			t.Logf("%d restarts, %d hits, %d misses, %d evictions", restarts, hits, misses, evictions)
			if restarts < 12 || evictions < 200 || misses < 200 {
				t.Error("too little happened")
			}
			if !slices.Equal(k.said, want) {
				t.Errorf("said %d messages, with all memory %d; first difference: %s", len(k.said), len(want), firstDifference(k.said, want))
			}
			differ(t, state(w), known)
		})
	}
}

func differ(t *testing.T, got, want map[string][]byte) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if !bytes.Equal(got[key], want[key]) {
			t.Errorf("state of %s differs", key)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d entities, want %d", len(got), len(want))
	}
}

// TestCampusMakesEverythingHappen guards the test above.
func TestCampusMakesEverythingHappen(t *testing.T) {
	said, known := straight(t, NewWorker(campusJudging(t), nil, testSeal), campus(1, 60, 12_000))
	all := strings.Join(said, "\n")
	for _, word := range []string{`"rule":"zmean"`, `"rule":"error_code"`, `"rule":"limit"`, `"rule":"silent"`,
		`"updated"`, `"detector":"iforest"`, `"statistic":"retired"`, `"statistic":"reset"`} {
		if !strings.Contains(all, word) {
			t.Errorf("nothing says %s", word)
		}
	}
	retired := 0
	for key, blob := range known {
		if strings.HasPrefix(key, cardKind) {
			_, r, _ := openSnapshot(key, blob, math.MaxInt64)
			if retired += int(r.b[0]); r.b[0] != 0 && known[deviceKind+key[2:]] == nil {
				retired += 1000
			}
		}
	}
	if retired < 1001 {
		t.Errorf("nobody was retired, or nobody by age: %d", retired)
	}
}

// TestUnreadableStateStops: a device that cannot be read ends the worker; it must not begin anew in silence.
func TestUnreadableStateStops(t *testing.T) {
	j := campusJudging(t)
	log := campus(5, 10, 400)
	for name, load := range map[string]Load{
		"gone":    func(string) ([]byte, error) { return nil, nil },
		"failing": func(string) ([]byte, error) { return nil, errors.New("disk") },
		"of another time": func(key string) ([]byte, error) {
			return encodeSnapshot(3, deviceState{newDevice(&card{}), j}), nil
		},
		"cut short": func(key string) ([]byte, error) { return []byte{snapshotVersion, 3}, nil },
	} {
		w := NewWorker(j, nil, testSeal)
		w.LoadFrom(load)
		var err error
		for i, m := range log {
			if err = w.Process(m, func(Output) {}); err != nil {
				break
			}
			w.Checkpoint(int64(i+1), m.Offset+1, Budget{All: true, Memory: 1}, func(string, []byte) {})
			w.Committed(int64(i + 1))
			w.Kept(w.Checkpoints())
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if !errors.Is(err, ErrStored) {
			t.Errorf("%s: %v", name, err)
		} else if w.tally.standardized > 1 {
			t.Errorf("%s: said something after it", name)
		}
	}
}

// TestCardWithoutItsLearnedPart: where no disk has it either, whoever asks for it is told, before the first reading too.
func TestCardWithoutItsLearnedPart(t *testing.T) {
	j := campusJudging(t)
	before := NewWorker(j, nil, testSeal)
	straight(t, before, campus(5, 4, 200))
	w := NewWorker(j, nil, testSeal)
	for key, blob := range state(before) {
		if strings.HasPrefix(key, cardKind) {
			if _, err := w.Restore(key, blob, 1<<40); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Snapshots(func(string, []byte) {}); !errors.Is(err, ErrStored) {
		t.Errorf("its snapshots: %v", err)
	}
}

// TestRefreshTellsWhatItCannotRead: a snapshot that the disk does not give back is an error, and the others are put.
func TestRefreshTellsWhatItCannotRead(t *testing.T) {
	j := campusJudging(t)
	before := NewWorker(j, nil, testSeal)
	straight(t, before, campus(6, 40, 3000))
	disk := map[string][]byte{}
	before.Checkpoint(1, 1<<30, Budget{All: true}, func(key string, blob []byte) { disk[key] = blob })
	w := NewWorker(j, nil, testSeal)
	w.LoadFrom(func(key string) ([]byte, error) { return disk[key], nil })
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(disk)) {
		if _, err := w.Restore(key, disk[key], 1<<40); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(key, deviceKind) && disk[key] != nil {
			keys = append(keys, key)
		}
	}
	refresh := func() (put []string, err error) {
		err = w.Refresh(keys, func(key string, _ []byte) { put = append(put, key) })
		return put, err
	}
	if put, err := refresh(); err != nil || !slices.Equal(put, keys) {
		t.Fatalf("put %d of %d, %v", len(put), len(keys), err)
	}
	delete(disk, keys[1])
	if put, err := refresh(); !errors.Is(err, ErrStored) || len(put) != len(keys)-1 {
		t.Errorf("put %d of %d, %v", len(put), len(keys), err)
	}
}

// TestTheLongestUnusedLeavesFirst: of three devices that were all used in turn, the one whose last reading lies the most
// checkpoints back.
func TestTheLongestUnusedLeavesFirst(t *testing.T) {
	b := newBedside(t, testJudging(t))
	k := cluster{disk: map[string][]byte{}}
	b.w.LoadFrom(k.load)
	all := []string{"a", "b", "c"}
	for i, device := range []string{"a", "b", "c", "a", "c", "b"} {
		for second := range 30 {
			b.hear(sample(device, seconds(30*i+second), record.Channel{Name: "ph", Value: 7 + .01*float64(second%5)}))
		}
		k.commit(b.w, int64(i+1), b.offset, Budget{All: true}, nil)
		k.write(b.w, 0)
	}
	one := b.w.devices["a"].held.size
	for _, want := range []string{"a", "c", "b"} {
		k.commit(b.w, 9, b.offset, Budget{All: true, Memory: b.w.memory.bytes - one/2}, nil)
		all = slices.DeleteFunc(all, func(name string) bool { return name == want })
		for name, d := range b.w.devices {
			if held := d.held != nil; held != slices.Contains(all, name) {
				t.Fatalf("when %s should have left, %s in memory: %v", want, name, held)
			}
		}
	}
}
