package stream

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/formats"
	"labwatch/record"
)

// The benchmarks work what a hundred devices send, with labwatch's defaults: one operation is one message. They warm
// up until every baseline is anchored, so that nothing is measured that a running system has behind it. Profiles
// hold the warm-up too; leave it out with: go tool pprof -ignore benchWarmUp.

const (
	benchDevices = 100
	benchAnchor  = 520  // messages of each series before the clock starts: a baseline is anchored at 500
	benchBatch   = 4000 // messages between commits: 200 ms at 20,000 a second
)

// benchJudging is the default judging.
func benchJudging(b *testing.B) *Judging {
	b.Helper()
	var series, group []Named
	for _, name := range []string{"zscore", "zmean", "ks", "psi"} {
		series = append(series, Named{name, maker(b, name)})
	}
	group = append(group, Named{"iforest", maker(b, "iforest")})
	plan := Plan{Series: map[record.Kind][]Named{record.Result: series, record.Control: series, record.Telemetry: series}, Group: group}
	return NewJudging(DefaultConfig(), plan, detectors.DefaultBaseline(), alerts.Default(), time.UTC, NewMetrics())
}

func benchIntake(b *testing.B) *Intake {
	b.Helper()
	keys, err := record.ParseKeyring([]byte("kid bench\npatient " + strings.Repeat("0123456789abcdef", 4) +
		"\ntechnician " + strings.Repeat("fedcba9876543210", 4) + "\n"))
	if err != nil {
		b.Fatal(err)
	}
	mapping, err := record.NewMapping()
	if err != nil {
		b.Fatal(err)
	}
	std, err := record.NewStandardizer(record.Options{Config: record.DefaultConfig(), Keyring: keys, Mapping: mapping})
	if err != nil {
		b.Fatal(err)
	}
	format, err := formats.Builtin()["json"](formats.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return NewIntake([]Input{{Topic: "raw", Format: format}}, std)
}

// benchLab sends healthy results or telemetry, each device and test in turn.
type benchLab struct {
	rng    *rand.Rand
	offset int64
	at     time.Time
}

func newBenchLab() *benchLab {
	return &benchLab{rng: rand.New(rand.NewPCG(1, 2)), at: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
}

const benchTimeLayout = "2006-01-02T15:04:05.000Z07:00"

func (l *benchLab) message(value string) Message {
	m := Message{Topic: "raw", Offset: l.offset, Value: []byte(value), At: l.at.UnixNano()}
	l.offset++
	l.at = l.at.Add(200 * time.Microsecond)
	return m
}

func (l *benchLab) result() Message {
	tests := [...]struct {
		code, unit string
		mean, sd   float64
		decimals   int
	}{{"GLU", "mg/dL", 95, 10, 0}, {"CREAT", "mg/dL", 0.9, 0.2, 2}, {"BUN", "mg/dL", 14, 4, 0}, {"NA", "mmol/L", 140, 2.5, 0}, {"K", "mmol/L", 4.2, 0.35, 1}}
	n := int(l.offset)
	t := &tests[n/benchDevices%len(tests)]
	when := l.at.Format(benchTimeLayout)
	return l.message(fmt.Sprintf(`{"kind":"result","result_id":"R-1-%d","patient_id":"P%d","test_code":%q,"result_value":"%.*f","result_unit":%q,`+
		`"device_id":"analyser-%04d","facility_id":"FAC-A","collected_timestamp":%q,"resulted_timestamp":%q,"technician_id":"T%d","ingestion_timestamp":%q}`,
		n, 100000+n*7919%50000, t.code, t.decimals, t.mean+t.sd*l.rng.NormFloat64(), t.unit, n%benchDevices, when, when, 100+n*31%40, when))
}

func (l *benchLab) telemetry() Message {
	n := int(l.offset)
	return l.message(fmt.Sprintf(`{"kind":"telemetry","sample_id":"S-1-%d","device_id":"monitor-%04d","facility_id":"FAC-A","batch_id":"B20513",`+
		`"ph_level":%.3f,"storage_temp_c":%.2f,"dissolved_oxygen_ppm":%.2f,"turbidity_ntu":%.3f,"timestamp":%q}`, n, n%benchDevices,
		7.2+.15*l.rng.NormFloat64(), 4+.3*l.rng.NormFloat64(), 8.5+.5*l.rng.NormFloat64(), .5*(l.rng.ExpFloat64()+l.rng.ExpFloat64()),
		l.at.Format(benchTimeLayout)))
}

// mixed sends one telemetry message for every six results, as the simulated instruments do.
func (l *benchLab) mixed() Message {
	if l.offset%7 == 6 {
		return l.telemetry()
	}
	return l.result()
}

// bench is one benchmark: messages of next are made in batches while the clock stands.
type bench struct {
	next     func() Message
	work     func(Message, Emit)
	commit   func(last Message)
	prepared []Message
	outputs  int
	bytes    int // of keys and values that were emitted
}

func (s *bench) emit(o Output) {
	s.outputs++
	s.bytes += len(o.Key) + len(o.Value)
}

func (s *bench) prepare(n int) {
	s.prepared = s.prepared[:0]
	for range n {
		s.prepared = append(s.prepared, s.next())
	}
}

func (s *bench) batch() {
	emit := s.emit
	for _, m := range s.prepared {
		s.work(m, emit)
	}
	s.commit(s.prepared[len(s.prepared)-1])
}

// benchWarmUp is a function of its own for the sake of profiles.
func benchWarmUp(s *bench, messages int) {
	for done := 0; done < messages; done += benchBatch {
		s.prepare(benchBatch)
		s.batch()
	}
	s.outputs, s.bytes = 0, 0
}

func (s *bench) run(b *testing.B, warmUp int) {
	b.Helper()
	benchWarmUp(s, warmUp)
	b.ReportAllocs()
	b.ResetTimer()
	b.StopTimer()
	var cpu time.Duration
	for done := 0; done < b.N; done += benchBatch {
		s.prepare(min(benchBatch, b.N-done))
		before := benchCPU(b)
		b.StartTimer()
		s.batch()
		b.StopTimer()
		cpu += benchCPU(b) - before
	}
	b.ReportMetric(float64(cpu)/float64(b.N), "cpu-ns/op")
	if s.outputs < b.N {
		b.Fatalf("%d messages gave %d outputs", b.N, s.outputs)
	}
	b.ReportMetric(float64(s.bytes)/float64(b.N), "outB/op")
}

// benchCPU is the processor time of the process so far, collecting garbage included: on a shared machine it is worth
// more than wall time.
func benchCPU(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// benchWorker commits like the judge does, with the default redo budget. A message that is taken for a repeat emits
// nothing, which run notices.
func benchWorker(b *testing.B, w *Worker, warmUp int, next func() Message) {
	b.Helper()
	budget := Budget{Records: 200_000, Age: 30 * time.Second, Every: 200 * time.Millisecond}
	s := &bench{next: next,
		work: func(m Message, emit Emit) {
			if err := w.Process(m, emit); err != nil {
				b.Fatal(err)
			}
		},
		commit: func(last Message) {
			w.Checkpoint(last.At, last.Offset+1, budget, func(string, []byte) {})
			w.Committed(last.At)
			w.Reuse()
		}}
	s.run(b, warmUp)
}

// sequenced turns raw messages into entries of the log.
func sequenced(b *testing.B, next func() Message) func() Message {
	s := NewSequencer(benchIntake(b), testSeal, NewMetrics())
	return func() Message {
		raw, entry := next(), Message{}
		s.Process(raw, func(o Output) {
			entry = Message{Topic: "log", Offset: raw.Offset, Key: o.Key, Value: o.Value, At: raw.At}
		})
		if entry.Value == nil {
			b.Fatalf("%s was rejected", raw.Value)
		}
		return entry
	}
}

// BenchmarkSequencer is decode, standardize and encode for the log.
func BenchmarkSequencer(b *testing.B) {
	q := NewSequencer(benchIntake(b), testSeal, NewMetrics())
	s := &bench{next: newBenchLab().mixed, work: q.Process, commit: func(Message) { q.Committed(); q.Reuse() }}
	s.run(b, benchBatch)
}

// BenchmarkWorkerResult judges results out of the log.
func BenchmarkWorkerResult(b *testing.B) {
	benchWorker(b, NewWorker(benchJudging(b), nil, testSeal), benchAnchor*benchDevices*5, sequenced(b, newBenchLab().result))
}

// BenchmarkWorkerTelemetry judges telemetry of four channels out of the log, with the isolation forest.
func BenchmarkWorkerTelemetry(b *testing.B) {
	benchWorker(b, NewWorker(benchJudging(b), nil, testSeal), benchAnchor*benchDevices, sequenced(b, newBenchLab().telemetry))
}

// BenchmarkWorkerFused is everything in one step, from raw bytes to judged records.
func BenchmarkWorkerFused(b *testing.B) {
	benchWorker(b, NewWorker(benchJudging(b), benchIntake(b), testSeal), benchAnchor*benchDevices*5*7/6, newBenchLab().mixed)
}
