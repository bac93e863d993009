package stream

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"labwatch/alerts"
	"labwatch/detectors"
)

// version1 writes what a worker knows as labwatch did before a device had a card, and a series had a pace.
func version1(w *Worker) map[string][]byte {
	all := map[string][]byte{}
	for _, d := range w.devices {
		b := binary.AppendUvarint([]byte{1}, uint64(d.covers))
		b = appendString(b, d.facility)
		for _, v := range [...]int64{d.records, d.watched, d.lastSeen, d.newest} {
			b = binary.AppendVarint(b, v)
		}
		rules := maps.Clone(d.held.rules)
		if d.silent != nil {
			rules[ruleKey{rule: alerts.RuleSilent}] = d.silent
		}
		all["d/"+d.name] = appendLearned(b, w.j, d.held.device, rules, seriesLayout{})
	}
	for _, g := range w.groups {
		all["g/"+g.name] = appendOldGroup(binary.AppendUvarint([]byte{1}, uint64(g.covers)), w.j, g.group)
	}
	return all
}

// appendLearned writes what a device has learned in one of the layouts of its series.
func appendLearned(b []byte, j *Judging, d *device, rules map[ruleKey]*alerts.State, layout seriesLayout) []byte {
	for i := range d.gates {
		b = appendWideGate(b, &d.gates[i])
	}
	b = binary.AppendUvarint(b, uint64(len(rules)))
	for _, key := range slices.SortedFunc(maps.Keys(rules), compareKeys) {
		b = appendString(appendString(appendString(b, key.rule), key.series), key.subject)
		b = appendBytes(b, appendAlert(nil, rules[key]))
	}
	b = binary.AppendUvarint(b, uint64(d.series.len()))
	for _, s := range d.series.all {
		b = append(appendString(b, s.name), byte(s.kind))
		for _, text := range [...]string{s.unit, s.test.Local, s.test.LOINC, s.test.Name} {
			b = appendString(b, text)
		}
		b = appendWideVotes(binary.AppendVarint(b, s.seen), &s.votes)
		if layout.pace {
			b = appendWidePace(b, &s.pace)
		}
		if layout.waiting {
			b = s.waiting.append(b)
		}
		b = appendOldPanel(appendBytes(b, mustMarshal(s.baseline)), &s.panel, j.Plan.Series[s.kind])
	}
	return b
}

// appendOldPanel writes no usual scores, as all versions up to 3 did.
func appendOldPanel(b []byte, p *panel, named []Named) []byte {
	b = binary.AppendUvarint(b, uint64(len(p.dets)))
	for i, d := range p.dets {
		b = appendBytes(appendBytes(appendString(b, named[i].Name), mustMarshal(d)), appendAlert(nil, p.state(i)))
	}
	return b
}

func appendOldGroup(b []byte, j *Judging, g *group) []byte {
	b = binary.AppendUvarint(b, uint64(len(g.channels)))
	for _, c := range g.channels {
		b = appendString(b, c)
	}
	b = appendOldPanel(b, &g.panel, j.Plan.Group)
	b = binary.AppendUvarint(b, uint64(len(g.members)))
	for _, device := range slices.Sorted(maps.Keys(g.members)) {
		m := g.members[device]
		b = binary.AppendUvarint(binary.AppendVarint(appendString(b, device), m.newest), uint64(m.leaps))
		b = binary.AppendUvarint(b, uint64(len(m.states)))
		for i := range m.states {
			b = appendBytes(appendString(b, j.Plan.Group[i].Name), appendAlert(nil, &m.states[i]))
		}
	}
	return b
}

// forgetNew takes away what no version up to 3 had.
func (s *series) forgetNew() {
	s.former, s.standing = nil, detectors.Standing{}
	s.panel.forgetNew()
}

func (p *panel) forgetNew() {
	for i := range p.usual {
		p.usual[i] = detectors.NewRarity()
	}
}

// appendWideGate writes hashes of 64 bits, as all versions up to 3 did.
func appendWideGate(b []byte, g *gate) []byte {
	b = g.appendHead(b)
	for i, id := range g.ids {
		b = binary.LittleEndian.AppendUint64(b, id)
		b = binary.LittleEndian.AppendUint64(b, uint64(g.contents[i]))
	}
	return b
}

func appendWideVotes(b []byte, v *votes) []byte {
	b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(v.at)), uint64(len(v.patients)))
	for i, p := range v.patients {
		b = binary.AppendVarint(binary.LittleEndian.AppendUint64(b, uint64(p)), v.times[i])
	}
	return b
}

func appendWidePace(b []byte, p *Pace) []byte {
	b = binary.AppendVarint(binary.AppendVarint(b, p.from), p.to)
	b = append(binary.AppendUvarint(b, uint64(p.count)), p.since)
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(p.asked))
}

// restoreFormer makes a worker of the snapshots in testdata that a build of that state version wrote.
func restoreFormer(t *testing.T, j *Judging, version byte) *Worker {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("testdata/version%d.json", version))
	if err != nil {
		t.Fatal(err)
	}
	var old map[string][]byte
	if err := json.Unmarshal(raw, &old); err != nil {
		t.Fatal(err)
	}
	w := NewWorker(j, nil, testSeal)
	for _, key := range slices.Sorted(maps.Keys(old)) {
		if old[key][0] != version {
			t.Fatalf("%s is of version %d", key, old[key][0])
		}
		if _, err := w.Restore(key, old[key], 1<<40); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.restored(); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestUpgradeReadsFirstBuild: testdata/version1.json is what the first build (571e054) wrote for laboratory(7, 900), and of
// its group for laboratory(7, 100): every series comes back with as many readings as it printed then.
func TestUpgradeReadsFirstBuild(t *testing.T) {
	j := testJudging(t)
	w := restoreFormer(t, j, 1)
	got := map[string]int{}
	for _, d := range w.devices {
		for _, s := range d.held.series.all {
			got[d.name+" "+s.name] = s.baseline.N()
		}
	}
	want := map[string]int{"analyser-0 2345-7": 500, "analyser-0 qc/2345-7/L1": 45, "analyser-1 2345-7": 135,
		"monitor-0 storage_temp_c": 500, "monitor-0 ph_level": 500, "monitor-1 ph_level": 500, "monitor-1 storage_temp_c": 500}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(w.groups) != 1 || j.Metrics.detectorRestarts.Get() != 0 {
		t.Errorf("%d groups, %d detectors began anew", len(w.groups), j.Metrics.detectorRestarts.Get())
	}
	straight(t, w, laboratory(8, 50))
}

// TestUpgradeTellsLayoutsApart: whichever parts a series was written with, those come back and the others are new ones.
func TestUpgradeTellsLayoutsApart(t *testing.T) {
	j := campusJudging(t)
	w := NewWorker(j, nil, testSeal)
	straight(t, w, campus(6, 40, 3000))
	waited := 0
	for i, d := range w.byName() {
		layout := seriesLayouts[i%len(seriesLayouts)]
		for _, s := range d.held.series.all {
			s.waiting = Waiting{readings: uint32(1 + i), since: d.newest}
			waited++
		}
		version := byte(2)
		if layout.waiting {
			version = byte(2 + i%2) // 3 is like the newest of 2
		}
		old := appendLearned(binary.AppendUvarint([]byte{version}, uint64(d.covers)), j, d.held.device, d.held.rules, layout)
		entries, err := Upgrade("d/"+d.name, old)
		if err != nil || len(entries) != 1 {
			t.Fatalf("%d entries, %v", len(entries), err)
		}
		for _, s := range d.held.series.all {
			if !layout.pace {
				s.pace = Pace{}
			}
			if !layout.waiting {
				s.waiting = Waiting{}
			}
			s.forgetNew()
		}
		if want := encodeSnapshot(d.covers, deviceState{d.held.device, j}); !bytes.Equal(entries[0].Blob, want) {
			t.Errorf("%s with %+v: %d bytes, want %d others", d.name, layout, len(entries[0].Blob), len(want))
		}
	}
	if waited == 0 {
		t.Error("there are no series")
	}
}

// TestOlderSnapshotIsLoaded: a local folder keeps what the build before wrote.
func TestOlderSnapshotIsLoaded(t *testing.T) {
	j := campusJudging(t)
	before := NewWorker(j, nil, testSeal)
	straight(t, before, campus(6, 40, 3000))
	disk := map[string][]byte{}
	w := NewWorker(j, nil, testSeal)
	w.LoadFrom(func(key string) ([]byte, error) { return disk[key], nil })
	for _, d := range before.byName() {
		d.learned = d.covers
		disk["d/"+d.name] = appendLearned(binary.AppendUvarint([]byte{2}, uint64(d.covers)), j, d.held.device, d.held.rules, seriesLayout{pace: true})
		if _, err := w.Restore("c/"+d.name, append([]byte{2}, encodeSnapshot(d.covers, &d.card)[1:]...), 1<<40); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range w.byName() {
		if _, err := w.hold(d); err != nil {
			t.Error(err)
		}
	}
}

// TestUpgradeGoesOn: a worker that begins with snapshots of version 1 goes on as if it had never been stopped: with its
// snapshots in memory, and with them on a disk from which it loads. The silences that are open at the cut end as one.
func TestUpgradeGoesOn(t *testing.T) {
	j := campusJudging(t)
	j.ForgetAfter, j.FalseAlarms = 0, 0 // version 1 had no budget
	log := campus(6, 40, 6000)
	for _, cut := range []int{len(log) / 2, len(log) * 2 / 3} {
		before := NewWorker(j, nil, testSeal)
		straight(t, before, log[:cut])
		for _, d := range before.devices {
			for _, s := range d.held.series.all {
				s.pace, s.waiting = Pace{}, Waiting{} // which version 1 has not
				s.forgetNew()
			}
		}
		for _, g := range before.groups {
			g.panel.forgetNew()
			clear(g.recurrences)
			for _, m := range g.members {
				m.standing, m.high = detectors.Standing{}, 0
			}
		}
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
	for name, blob := range map[string][]byte{"version 0": {0, 1}, "cut short": {1, 7, 1},
		"no layout": append([]byte{2, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "\x01\x01a\x01...."...)} {
		if entries, err := Upgrade("d/a", blob); err == nil {
			t.Errorf("%s: gives %d entries", name, len(entries))
		}
	}
	if _, err := NewWorker(testJudging(t), nil, testSeal).Restore("d/a", []byte{snapshotVersion + 1, 7}, 9); err == nil {
		t.Error("a newer version is taken")
	}
}
