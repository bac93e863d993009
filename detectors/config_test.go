package detectors

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestPluginsRefuseNonsense(t *testing.T) {
	battery(t, func(t *testing.T, s *subject) {
		mistakes := 2
		_, err := Builtin()[s.name](func(c any) error {
			switch c := c.(type) {
			case *ZScoreConfig:
				c.ARL0, c.Warning, c.Critical = math.NaN(), 3, 2
			case *ZMeanConfig:
				c.ARL0, c.Window, c.Warning = 1, 5, -1
			case *EWMAConfig:
				c.ARL0, c.Warning = 1e9, -1
			case *CUSUMConfig:
				c.ARL0, c.Warning = 1e9, -1
			case *StuckConfig:
				c.ARL0, c.Critical = 1e9, math.Inf(1)
			case *KSConfig:
				c.Window, c.Warning = 10, 1.5
			case *PSIConfig:
				c.Window, c.Bins = 1000, 1
			case *IForestConfig:
				c.Trees, c.Alpha = 0, 1e-4
			default: // one that this test does not know: no number of its can be this
				mistakes = 1
				v := reflect.ValueOf(c).Elem()
				for i := range v.NumField() {
					switch f := v.Field(i); f.Kind() {
					case reflect.Float64:
						f.SetFloat(math.NaN())
					case reflect.Int:
						f.SetInt(-1)
					}
				}
			}
			return nil
		})
		if err == nil {
			t.Fatal("nonsense accepted")
		}
		if n := len(strings.Split(err.Error(), "\n")); n < mistakes {
			t.Fatalf("%d errors, want one for each mistake: %v", n, err)
		}
	})
}

// Levels fixed in the config are taken as they are; a critical level below the warning level is lifted to it.
func TestFixedLevels(t *testing.T) {
	for _, c := range []struct {
		name              string
		warning, critical float64
		want              func(derived Limits) Limits
	}{
		{"zscore", 2, 3, func(Limits) Limits { return Limits{2, 3} }},
		{"zscore", 2, 0, func(Limits) Limits { return Limits{2, 3} }},
		{"zmean", 0, 0.1, func(d Limits) Limits { return Limits{d.Warning, d.Warning} }},
		{"ewma", 3, 0, func(Limits) Limits { return Limits{3, 4.5} }},
		{"cusum", 5, 8, func(Limits) Limits { return Limits{5, 8} }},
		{"stuck", 10, 0, func(Limits) Limits { return Limits{10, 15} }},
		{"psi", 0.1, 0.2, func(Limits) Limits { return Limits{0.1, 0.2} }},
		{"ks", 0.6, 0, func(Limits) Limits { return Limits{0.6, 0.8} }},
		{"iforest", 0.6, 0.7, func(Limits) Limits { return Limits{0.6, 0.7} }},
	} {
		limitsWith := func(warning, critical float64) Limits {
			maker, err := Builtin()[c.name](func(into any) error {
				switch into := into.(type) {
				case *ZScoreConfig:
					into.Warning, into.Critical = warning, critical
				case *ZMeanConfig:
					into.Warning, into.Critical = warning, critical
				case *EWMAConfig:
					into.Warning, into.Critical = warning, critical
				case *CUSUMConfig:
					into.Warning, into.Critical = warning, critical
				case *StuckConfig:
					into.Warning, into.Critical = warning, critical
				case *KSConfig:
					into.Warning, into.Critical = warning, critical
				case *PSIConfig:
					into.Warning, into.Critical = warning, critical
				case *IForestConfig:
					into.Warning, into.Critical = warning, critical
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return limits(maker(Env{Baseline: NewBaseline(DefaultBaseline())}))
		}
		if got, want := limitsWith(c.warning, c.critical), c.want(limitsWith(0, 0)); got != want {
			t.Errorf("%s with %g, %g: %v, want %v", c.name, c.warning, c.critical, got, want)
		}
	}
}
