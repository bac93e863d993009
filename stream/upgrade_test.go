package stream

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"testing"

	"labwatch/alerts"
)

// version1 writes what a worker knows as labwatch did before a device had a card.
func version1(w *Worker) map[string][]byte {
	all := map[string][]byte{}
	for _, d := range w.devices {
		b := binary.AppendUvarint([]byte{1}, uint64(d.covers))
		b = appendString(b, d.facility)
		for _, v := range [...]int64{d.records, d.watched, d.lastSeen, d.newest} {
			b = binary.AppendVarint(b, v)
		}
		for i := range d.held.gates {
			b = d.held.gates[i].append(b)
		}
		rules := maps.Clone(d.held.rules)
		if d.silent != nil {
			rules[ruleKey{rule: alerts.RuleSilent}] = d.silent
		}
		b = binary.AppendUvarint(b, uint64(len(rules)))
		for _, key := range slices.SortedFunc(maps.Keys(rules), compareKeys) {
			b = appendString(appendString(appendString(b, key.rule), key.series), key.subject)
			b = appendBytes(b, appendAlert(nil, rules[key]))
		}
		b = binary.AppendUvarint(b, uint64(len(d.held.series)))
		for _, name := range slices.Sorted(maps.Keys(d.held.series)) {
			s := d.held.series[name]
			b = s.append(appendString(b, name), w.j.Plan.Series[s.kind])
		}
		all["d/"+d.name] = b
	}
	for _, g := range w.groups {
		b := snapshot(g.covers, groupState{g.group, w.j})
		b[0] = 1
		all["g/"+g.name] = b
	}
	return all
}

// TestUpgradeGoesOn: a worker that begins with snapshots of version 1 goes on as if it had never been stopped: with its
// snapshots in memory, and with them on a disk from which it loads. The silences that are open at the cut end as one.
func TestUpgradeGoesOn(t *testing.T) {
	j := campusJudging(t)
	j.ForgetAfter = 0
	log := campus(6, 40, 6000)
	for _, cut := range []int{len(log) / 2, len(log) * 2 / 3} {
		before := NewWorker(j, nil, testSeal)
		straight(t, before, log[:cut])
		old := version1(before)
		silent := 0
		for _, d := range before.devices {
			if d.silent != nil {
				silent++
			}
		}
		if silent == 0 {
			t.Error("nobody is silent at the cut")
		}
		want, known := straight(t, before, log[cut:])
		for _, onDisk := range []bool{false, true} {
			w := NewWorker(j, nil, testSeal)
			disk := map[string][]byte{}
			if onDisk {
				w.LoadFrom(func(key string) ([]byte, error) { return disk[key], nil })
			}
			for _, key := range slices.Sorted(maps.Keys(old)) {
				entries, err := Upgrade(key, old[key])
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range entries {
					disk[e.Key] = e.Blob
					again, err := Upgrade(e.Key, e.Blob)
					if err != nil || len(again) != 1 || again[0].Key != e.Key {
						t.Errorf("an upgraded %s is upgraded to %d entries, %v", e.Key, len(again), err)
					}
					if _, err := w.Restore(e.Key, e.Blob, 1<<40); err != nil {
						t.Fatal(err)
					}
				}
			}
			got, knows := straight(t, w, log[cut:])
			if !slices.Equal(got, want) {
				t.Errorf("cut at %d, on disk %v: first difference: %s", cut, onDisk, firstDifference(got, want))
			}
			if onDisk && w.memory.used.Len() == 0 {
				t.Error("nothing was loaded")
			}
			for _, all := range []map[string][]byte{knows, known} { // when a device was heard was not kept then
				maps.DeleteFunc(all, func(key string, _ []byte) bool { return strings.HasPrefix(key, cardKind) })
			}
			differ(t, knows, known)
		}
	}
}

// TestUpgradedAlertsAreShown: what the fleet is shown of a device is made anew, also while it says nothing.
func TestUpgradedAlertsAreShown(t *testing.T) {
	j := campusJudging(t)
	before := NewWorker(j, nil, testSeal)
	straight(t, before, campus(6, 40, 6000))
	before.Show(1 << 60)
	old, disk := version1(before), map[string][]byte{}
	w := NewWorker(j, nil, testSeal)
	w.LoadFrom(func(key string) ([]byte, error) { return disk[key], nil })
	for key, blob := range old {
		entries, err := Upgrade(key, blob)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			disk[e.Key] = e.Blob
			if _, err := w.Restore(e.Key, e.Blob, 1<<40); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.restored(); err != nil {
		t.Fatal(err)
	}
	open := func(w *Worker) (n int) {
		for _, d := range w.devices {
			n += len(openOf(&d.card, nil))
		}
		return n
	}
	if got, want := open(w), open(before); got != want || want == 0 {
		t.Errorf("%d open alerts are shown, want %d", got, want)
	}
	if w.memory.used.Len() != 0 {
		t.Errorf("%d devices stay in memory", w.memory.used.Len())
	}
}

// TestUpgradeRefuses what it cannot know.
func TestUpgradeRefuses(t *testing.T) {
	for name, blob := range map[string][]byte{"version 0": {0, 1}, "cut short": {1, 7, 1}} {
		if entries, err := Upgrade("d/a", blob); err == nil {
			t.Errorf("%s: gives %d entries", name, len(entries))
		}
	}
	if _, err := NewWorker(testJudging(t), nil, testSeal).Restore("d/a", []byte{snapshotVersion + 1, 7}, 9); err == nil {
		t.Error("a newer version is taken")
	}
}
