package stream

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"labwatch/formats"
	"labwatch/record"
)

func testIntake(t *testing.T) *Intake {
	t.Helper()
	return testIntakeOf(t, record.DefaultConfig())
}

func testIntakeOf(t *testing.T, c record.Config) *Intake {
	t.Helper()
	keys, err := record.ParseKeyring([]byte("kid test\npatient " + strings.Repeat("0123456789abcdef", 4) +
		"\ntechnician " + strings.Repeat("fedcba9876543210", 4) + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	mapping, err := record.NewMapping()
	if err != nil {
		t.Fatal(err)
	}
	std, err := record.NewStandardizer(record.Options{Config: c, Keyring: keys, Mapping: mapping})
	if err != nil {
		t.Fatal(err)
	}
	format, err := formats.Builtin()["json"](formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return NewIntake([]Input{{Topic: "raw", Format: format}}, std)
}

// rawLaboratory writes raw messages as a gateway does: two analysers and two sensors, of which one is silent for a
// while and an analyser drifts, repeated messages, some that nobody can read, and a pause of everything.
func rawLaboratory(seed uint64, rounds int) []Message {
	rng := rand.New(rand.NewPCG(seed, 0))
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var all []Message
	offset := int64(100) // older ones are deleted
	add := func(text string) {
		all = append(all, Message{Topic: "raw", Offset: offset, Value: []byte(text), At: at.UnixNano()})
		offset += 1 + int64(rng.IntN(8)/7) // a transaction's end marker takes an offset now and then
		at = at.Add(time.Duration(rng.IntN(200)) * time.Millisecond)
	}
	for i := range rounds {
		when := at.Format("2006-01-02T15:04:05.000Z07:00")
		for d := range 2 {
			value := 95 + 3*rng.NormFloat64()
			if d == 1 && i > rounds*2/3 {
				value += 9
			}
			text := fmt.Sprintf(`{"kind":"result","result_id":"R%d-%d","patient_id":"P%d","test_code":"GLU","result_value":"%.1f","result_unit":"mg/dL",`+
				`"device_id":"analyser-%d","facility_id":"A","collected_timestamp":%q,"resulted_timestamp":%q}`, d, i, i, value, d, when, when)
			add(text)
			if rng.IntN(30) == 0 {
				add(text)
			}
		}
		for d := range 2 {
			if d == 1 && i > rounds/2 && i < rounds/2+90 {
				continue // silent
			}
			text := fmt.Sprintf(`{"kind":"telemetry","sample_id":"S%d-%d","device_id":"monitor-%d","facility_id":"B",`+
				`"ph_level":%.2f,"storage_temp_c":%.2f,"timestamp":%q}`, d, i, d, 7.2+.15*rng.NormFloat64(), 4+.3*rng.NormFloat64(), when)
			switch rng.IntN(60) {
			case 0:
				text = text[:len(text)/2]
			case 1:
				text = strings.Replace(text, `"ph_level":7`, `"ph_level":-999,"was":7`, 1)
			case 2:
				add(text)
			}
			add(text)
		}
		at = at.Add(700 * time.Millisecond)
		if i == rounds/3 {
			at = at.Add(10 * time.Minute)
		}
	}
	return all
}

// TestFusedRestartEqualsNoRestart is TestRestartEqualsNoRestart of the fused way, in which the worker makes its ticks
// by itself and must know what time it was wherever its redo begins.
func TestFusedRestartEqualsNoRestart(t *testing.T) {
	j, all := testJudging(t), rawLaboratory(7, 900)
	fused := func() *Worker { return NewWorker(j, testIntake(t), testSeal) }
	restartOften(t, all, fused, func(t *testing.T, k *kafkaFake, w, undisturbed *Worker) {
		last := k.recover(t, fused(), all) // what is stored at the end is the state at the end
		differ(t, state(last), state(undisturbed))
		for name, w := range map[string]*Worker{"at the end": w, "after another start": last} {
			if w.clock.now != undisturbed.clock.now {
				t.Errorf("the clock %s is %+v, undisturbed %+v", name, w.clock.now, undisturbed.clock.now)
			}
		}
		if len(k.snapshots["clock/"]) == 0 {
			t.Error("the clock was never stored")
		}
	})
}

// TestRawLaboratoryMakesEverythingHappen guards the test above.
func TestRawLaboratoryMakesEverythingHappen(t *testing.T) {
	w := NewWorker(testJudging(t), testIntake(t), testSeal)
	var all bytes.Buffer
	rejects := 0
	for _, m := range rawLaboratory(7, 900) {
		if err := w.Process(m, func(o Output) {
			all.WriteString(said(o))
			if o.To == Rejects {
				rejects++
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, word := range []string{
		`"rule":"zmean"`, `"rule":"silent"`, `"rule":"error_code"`, `"opened"`, `"resolved"`, `"detector":"iforest"`,
	} {
		if !strings.Contains(all.String(), word) {
			t.Errorf("nothing says %s", word)
		}
	}
	if w.tally.duplicates == 0 || rejects == 0 {
		t.Errorf("%d repeats and %d rejects", w.tally.duplicates, rejects)
	}
	if n := strings.Count(all.String(), `"device":"monitor-0"`); n == 0 || strings.Contains(silences(all.String()), "monitor-0") {
		t.Error("monitor-0 was only quiet in the pause of everything, of which nothing is known")
	}
}

// silences is the devices of the alerts of silence.
func silences(all string) (devices string) {
	for _, part := range strings.Split(all, `"rule":"silent"`)[1:] {
		_, rest, _ := strings.Cut(part, `"device":"`)
		name, _, _ := strings.Cut(rest, `"`)
		devices += " " + name
	}
	return devices
}

// TestCriticalBoundIsTold: a value beyond what an instrument can measure is the most critical of all. ">500" of glucose
// is beyond 300 mg/dL for sure, ">200" may be or not. (The limits are those of the original.)
func TestCriticalBoundIsTold(t *testing.T) {
	c := record.DefaultConfig()
	c.Critical = "original"
	w := NewWorker(testJudging(t), testIntakeOf(t, c), testSeal)
	for i, step := range []struct{ test, value, unit, want string }{
		{"GLU", ">500", "mg/dL", `"direction":"high"`},
		{"GLU", ">200", "mg/dL", ""},
		{"K", "<=2.0", "mmol/L", `"direction":"low"`},
		{"GLU", "300", "mg/dL", ""},
		{"GLU", "3000", "mg/dL", `"direction":"high"`}, // hardly plausible, and told
	} {
		text := fmt.Sprintf(`{"kind":"result","result_id":"R%d","patient_id":"P%d","test_code":%q,"result_value":%q,"result_unit":%q,`+
			`"device_id":"analyser","facility_id":"A","collected_timestamp":"2026-03-01T08:00:%02dZ"}`, i, i, step.test, step.value, step.unit, i)
		alert := ""
		if err := w.Process(Message{Topic: "raw", Offset: int64(i), Value: []byte(text), At: seconds(i)}, func(o Output) {
			if o.To == Alerts {
				alert = string(o.Value)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if step.want == "" && alert != "" || !strings.Contains(alert, step.want) || alert != "" && !strings.Contains(alert, `"rule":"critical_value"`) {
			t.Errorf("%s of %s says %q", step.value, step.test, alert)
		}
	}
}

// TestSparseTopicHearsSilence: where only a few sensors speak, each every 20 s, no reading comes for more than three
// ticks, and still nobody may fall silent unheard: what counts as a gap of which nothing is known is longer than the
// silence that is told (30 s here).
func TestSparseTopicHearsSilence(t *testing.T) {
	w := NewWorker(testJudging(t), testIntake(t), testSeal)
	var told string
	for i := range 40 {
		device := i % 2
		if device == 1 && i > 20 {
			continue
		}
		at := time.Unix(0, seconds(20*(i/2))).UTC()
		text := fmt.Sprintf(`{"kind":"telemetry","sample_id":"S%d","device_id":"monitor-%d","ph_level":7.2,"timestamp":%q}`, i, device, at.Format(time.RFC3339))
		if err := w.Process(Message{Topic: "raw", Offset: int64(i), Value: []byte(text), At: at.UnixNano()}, func(o Output) { told += said(o) }); err != nil {
			t.Fatal(err)
		}
	}
	if got := silences(told); got != " monitor-1" {
		t.Errorf("silence was told of%s, want monitor-1 once", got)
	}
}
