package detectors

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// One operation is what a record costs: Score, the baseline's Learn, Limits, the detector's Learn, in steady
// state, re-anchoring and tree rebuilds included.

func BenchmarkRecord(b *testing.B) {
	for _, name := range []string{"zscore", "zmean", "ewma", "cusum", "ks", "psi", "stuck"} {
		for _, tied := range []bool{false, true} {
			kind := "untied"
			if tied {
				kind = "tied"
			}
			b.Run(name+"/"+kind, func(b *testing.B) { benchSeries(b, name, tied) })
		}
	}
	for _, channels := range []int{1, 6, 20} {
		b.Run(fmt.Sprintf("iforest/%d", channels), func(b *testing.B) { benchForest(b, channels) })
	}
}

func benchSeries(b *testing.B, name string, tied bool) {
	maker, err := Builtin()[name](func(any) error { return nil })
	if err != nil {
		b.Fatal(err)
	}
	base := NewBaseline(DefaultBaseline())
	d := maker(Env{Baseline: base})
	r := rand.New(rand.NewPCG(1, 1))
	feed := make([]Sample, 4096)
	for i := range feed {
		v := 95 + 5*r.NormFloat64()
		if tied {
			v = math.Round(v*10) / 10
		}
		feed[i] = Sample{At: int64(i), Values: []float64{v}}
	}
	for _, s := range feed {
		base.Learn(s)
		d.Learn(s)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		s := feed[i%len(feed)]
		score, ready := d.Score(s)
		if !ready || score > 1e6 || d.(Limited).Limits().Warning == 0 {
			b.Fatal("not ready")
		}
		base.Learn(s)
		d.Learn(s)
		i++
	}
}

func benchForest(b *testing.B, channels int) {
	d := forestWith(b, nil)
	r := rand.New(rand.NewPCG(1, 1))
	feed := make([]Sample, 4096)
	for i := range feed {
		feed[i] = normalVector(r, channels)
		d.Learn(feed[i])
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		s := feed[i%len(feed)]
		if _, ready := d.Score(s); !ready || d.Limits().Warning == 0 {
			b.Fatal("not ready")
		}
		d.Learn(s)
		i++
	}
}

func BenchmarkMarshal(b *testing.B) {
	base := NewBaseline(DefaultBaseline())
	r := rand.New(rand.NewPCG(1, 1))
	for range 900 {
		base.Learn(Sample{Values: []float64{math.Round(950+50*r.NormFloat64()) / 10}})
	}
	b.Run("baseline", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := base.MarshalBinary(); err != nil {
				b.Fatal(err)
			}
		}
	})
	d := forestWith(b, nil)
	for range 3000 {
		d.Learn(normalVector(r, 4))
	}
	b.Run("iforest", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := d.MarshalBinary(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
