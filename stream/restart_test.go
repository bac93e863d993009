package stream

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"
)

// kafkaFake is what a transaction keeps: the committed offset, the redo point, the newest snapshot of each key, and what
// was said.
type kafkaFake struct {
	committed, redo int64
	snapshots       map[string][]byte
	said            []string
}

// commit ends a transaction of w, as the judge does.
func (k *kafkaFake) commit(w *Worker, now, next int64, budget Budget, said []string) {
	redo := w.Checkpoint(now, next, budget, func(key string, blob []byte) { k.snapshots[key] = blob })
	k.committed, k.redo = next, redo
	k.said = append(k.said, said...)
	w.Committed(now)
}

// recover brings a new worker to what was committed.
func (k *kafkaFake) recover(t *testing.T, w *Worker, log []Message) *Worker {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(k.snapshots)) {
		if _, err := w.Restore(key, k.snapshots[key], k.committed); err != nil {
			t.Fatalf("restore: %v", err)
		}
	}
	for _, m := range log {
		if m.Offset >= k.redo && m.Offset < k.committed {
			if err := w.Process(m, nil); err != nil {
				t.Fatalf("replay: %v", err)
			}
		}
	}
	return w
}

// state is everything that a worker would store.
func state(w *Worker) map[string][]byte {
	all := map[string][]byte{}
	_ = w.Snapshots(func(key string, blob []byte) { all[key] = blob })
	return all
}

// restartOften works log with a worker that is killed after every few commits and, each time, somewhere inside a
// transaction that is never committed. What it says and what it knows at the end must be what an undisturbed worker says
// and knows, byte for byte. After looks further, and may be nil.
func restartOften(t *testing.T, log []Message, newWorker func() *Worker, after func(t *testing.T, k *kafkaFake, w, undisturbed *Worker)) {
	for _, budget := range []Budget{
		{Records: 50, Age: time.Hour},
		{Records: 1000, Age: time.Hour},
		{Records: 1 << 40, Age: 10 * time.Second, Every: time.Second},
		{All: true},
	} {
		t.Run(fmt.Sprintf("%+v", budget), func(t *testing.T) {
			undisturbed := newWorker()
			want, known := straight(t, undisturbed, log)
			k := &kafkaFake{snapshots: map[string][]byte{}}
			w := newWorker()
			var open []string
			restarts, killed := 0, map[int]bool{}
			for i := 0; i < len(log); i++ {
				if err := w.Process(log[i], func(o Output) { open = append(open, said(o)) }); err != nil {
					t.Fatal(err)
				}
				if i%37 == 36 || i == len(log)-1 {
					k.commit(w, int64(i)*int64(time.Second), log[i].Offset+1, budget, open)
					open = nil
				}
				if i%211 == 210 && !killed[i] { // in the middle of a transaction
					open, killed[i] = nil, true
					restarts++
					w = k.recover(t, newWorker(), log)
					for i >= 0 && log[i].Offset >= k.committed {
						i--
					}
				}
			}
			if restarts < 15 {
				t.Fatalf("only %d restarts", restarts)
			}
			if !slices.Equal(k.said, want) {
				t.Errorf("said %d messages, undisturbed %d; first difference: %s", len(k.said), len(want), firstDifference(k.said, want))
			}
			differ(t, state(w), known)
			if after != nil {
				after(t, k, w, undisturbed)
			}
		})
	}
}

func TestRestartEqualsNoRestart(t *testing.T) {
	j := testJudging(t)
	restartOften(t, laboratory(7, 900), func() *Worker { return NewWorker(j, nil, testSeal) }, nil)
}

func firstDifference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "\n got  " + a[i] + "\n want " + b[i]
		}
	}
	return "one is longer"
}

// TestLaboratoryMakesEverythingHappen guards the test above: a log in which nothing happens would prove nothing.
func TestLaboratoryMakesEverythingHappen(t *testing.T) {
	j := testJudging(t)
	w := NewWorker(j, nil, testSeal)
	var all bytes.Buffer
	for _, m := range laboratory(7, 900) {
		if err := w.Process(m, func(o Output) { all.WriteString(said(o)) }); err != nil {
			t.Fatal(err)
		}
	}
	for _, word := range []string{
		`"rule":"zmean"`, `"rule":"error_code"`, `"rule":"limit"`, `"rule":"critical_value"`, `"rule":"silent"`, `"rule":"qc_failed"`,
		`"opened"`, `"updated"`, `"resolved"`, `"correction"`, `"late"`, `"censored"`, `"detector":"iforest"`,
		`"score":0.`, `,"device_score":0.`, `"device_direction":"high"`, `"valid":true,"score":0,`,
	} {
		if !bytes.Contains(all.Bytes(), []byte(word)) {
			t.Errorf("nothing says %s", word)
		}
	}
	if w.tally.duplicates == 0 {
		t.Error("nothing was a repeat")
	}
	if w.tally.resets == 0 {
		t.Error("nothing was calibrated")
	}
}
