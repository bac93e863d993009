package detectors

import (
	"encoding"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// small makes warm-up short enough to test across; everything else stays at the defaults.
func small(c any) error {
	switch c := c.(type) {
	case *IForestConfig:
		c.Trees, c.Sample, c.Window, c.MinN = 20, 32, 128, 64
		c.Calibration, c.Alpha, c.Every = 100, 0.01, 3
	case *KSConfig:
		c.Window = 50
	case *PSIConfig:
		c.Window = 50
	}
	return nil
}

// A subject is a detector with the baseline that it stands on.
type subject struct {
	name     string
	maker    Maker
	config   BaselineConfig
	detector Detector
	baseline *Baseline
}

func newSubject(t testing.TB, name string) *subject {
	t.Helper()
	maker, err := Builtin()[name](small)
	if err != nil {
		t.Fatal(err)
	}
	s := &subject{name: name, maker: maker, config: BaselineConfig{Size: 100, MinN: 20, Mode: Rolling}}
	s.fresh()
	return s
}

func (s *subject) group() bool { return s.name == "iforest" }

func (s *subject) fresh() {
	env := Env{Rand: rand.NewPCG(1, 2)}
	if !s.group() {
		s.baseline = NewBaseline(s.config)
		env.Baseline = s.baseline
	}
	s.detector = s.maker(env)
}

func (s *subject) learn(x Sample) {
	if s.baseline != nil {
		s.baseline.Learn(x)
	}
	s.detector.Learn(x)
}

// restart drops everything and restores it from bytes, the generator seeded otherwise.
func (s *subject) restart(t *testing.T) {
	t.Helper()
	state, base := s.state(t)
	env := Env{Rand: rand.NewPCG(98, 99)}
	if !s.group() {
		s.baseline = NewBaseline(s.config)
		if err := s.baseline.UnmarshalBinary(base); err != nil {
			t.Fatal(err)
		}
		env.Baseline = s.baseline
	}
	s.detector = s.maker(env)
	if err := s.detector.UnmarshalBinary(state); err != nil {
		t.Fatal(err)
	}
}

func (s *subject) state(t *testing.T) (detector, baseline []byte) {
	t.Helper()
	detector = marshal(t, s.detector)
	if s.baseline != nil {
		baseline = marshal(t, s.baseline)
	}
	return detector, baseline
}

func marshal(t *testing.T, m encoding.BinaryMarshaler) []byte {
	t.Helper()
	b, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// feed draws n samples: tied and untied stretches, some suspect, times that step back now and then.
func (s *subject) feed(seed uint64, n int) []Sample {
	r := rand.New(rand.NewPCG(seed, 7))
	out := make([]Sample, n)
	for i := range out {
		width := 1
		if s.group() {
			width = 3
		}
		v := make([]float64, width)
		for j := range v {
			v[j] = 7 + float64(j) + 0.1*r.NormFloat64()
			if i/50%2 == 1 {
				v[j] = math.Round(v[j]*50) / 50
			}
		}
		out[i] = Sample{At: 1_700_000_000e9 + int64(i)*60e9 - int64(r.IntN(2))*90e9, Values: v, Suspect: r.IntN(25) == 0}
	}
	return out
}

func battery(t *testing.T, test func(t *testing.T, s *subject)) {
	for _, name := range slices.Sorted(maps.Keys(Builtin())) {
		t.Run(name, func(t *testing.T) { test(t, newSubject(t, name)) })
	}
}
