package detectors

import (
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
)

// One operation is what a reading of a young series costs, from its first to its 80th or 500th, and for comparison
// what one of an old series costs: Score, Limits, the baseline's Learn, the detectors' Learn. Series are played one after the other, or in turns, as those of a fleet are.
func BenchmarkYoungSeries(b *testing.B) {
	for _, together := range []int{1, 2000} {
		for _, readings := range []int{80, 500, 20_000} {
			b.Run(fmt.Sprintf("together=%d/readings=%d/untied", together, readings), func(b *testing.B) { benchYoung(b, together, readings, false) })
			b.Run(fmt.Sprintf("together=%d/readings=%d/tied", together, readings), func(b *testing.B) { benchYoung(b, together, readings, true) })
		}
	}
}

func benchYoung(b *testing.B, together, readings int, tied bool) {
	var makers []Maker
	for _, name := range []string{"zscore", "zmean", "ks", "psi"} { // those of results
		maker, err := Builtin()[name](func(any) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		makers = append(makers, maker)
	}
	type series struct {
		base *Baseline
		dets []Detector
	}
	fleet := make([]series, together)
	r := rand.New(rand.NewPCG(1, 1))
	feed := make([]float64, 99_991)
	for i := range feed {
		if feed[i] = 95 + 5*r.NormFloat64(); tied {
			feed[i] = math.Round(feed[i]*10) / 10
		}
	}
	b.ReportAllocs()
	at, turn, next := 0, 0, 0
	before := userTime(b)
	for b.Loop() {
		s := &fleet[turn]
		if at == 0 {
			*s = series{base: NewBaseline(DefaultBaseline())}
			s.base.Stagger(uint64(turn) * 0x9E3779B97F4A7C15)
			for _, m := range makers {
				s.dets = append(s.dets, m(Env{Baseline: s.base}))
			}
		}
		sample := Sample{At: int64(at), Values: feed[next : next+1]}
		for _, d := range s.dets {
			if at == 50 {
				d.(Promised).Ask(1<<16, 1)
			}
			d.Score(sample)
			d.(Limited).Limits()
		}
		s.base.Learn(sample)
		for _, d := range s.dets {
			d.Learn(sample)
		}
		if next++; next == len(feed) {
			next = 0
		}
		if turn++; turn == together {
			turn = 0
			if at++; at == readings {
				at = 0
			}
		}
	}
	b.ReportMetric((userTime(b)-before)/float64(b.N), "cpu-ns/op")
}

// userTime is the processor time of this process so far, in nanoseconds: the clock tells what else the machine did.
func userTime(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}
