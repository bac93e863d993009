package alerts

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// see makes the observation that a letter stands for, with levels 1 and 2: c critical, w warning, ~ between the
// level and 0.8 of it, . clear, - not ready, n not a number.
func see(letter rune, at int64) Observation {
	o := Observation{At: at, Ready: letter != '-', Warning: 1, Critical: 2, Value: math.NaN()}
	switch letter {
	case 'c':
		o.Score = 2
	case 'w':
		o.Score = 1
	case '~':
		o.Score = 0.8
	case '-':
		o.Score = 5
	case 'n':
		o.Score = math.NaN()
	}
	return o
}

// say is the letter of a change: o opened, u updated, r resolved, a blank for nothing.
func say(c Change) byte { return " our"[c] }

func TestStep(t *testing.T) {
	quick := Policy{OpenAfter: 1, ResolveAfter: 1, ResolveRatio: 0.8, UpdateEvery: time.Hour}
	rows := Policy{OpenAfter: 3, ResolveAfter: 2, ResolveRatio: 0.8, UpdateEvery: time.Hour}
	often := Policy{OpenAfter: 1, ResolveAfter: 1, ResolveRatio: 1, UpdateEvery: 3 * time.Minute}
	meek := Policy{OpenAfter: 1, ResolveAfter: 1, ResolveRatio: 0.8, UpdateEvery: time.Hour, Severity: Warning}
	// One observation a minute.
	for name, c := range map[string]struct {
		policy    Policy
		see, want string
	}{
		"opens at the first, resolves at the first clear": {quick, "..w.", "  or"},
		"opens after three in a row":                      {rows, "ww.ww~www", "        o"},
		"a row of any severity":                           {rows, "wcw", "  o"},
		"resolves after two in a row":                     {rows, "www.w..", "  o   r"},
		"between ratio and level does not resolve":        {quick, "w~~~.", "o   r"},
		"between ratio and level breaks the clear row":    {rows, "www.~..", "  o   r"},
		"not ready neither opens nor counts":              {rows, "w---w-w", "      o"},
		"not ready neither resolves nor breaks":           {rows, "www.--.", "  o   r"},
		"not a number is nothing":                         {quick, "nnwnn.", "  o  r"},
		"not a number does not break a row":               {rows, "wnwnw.n.", "    o  r"},
		"escalation does not wait":                        {quick, "wwcw", "o u "},
		"severity does not fall":                          {quick, "cwc", "o  "},
		"a cap takes the escalation away":                 {meek, "wc", "o "},
		"repeats every three minutes":                     {often, "wwwwwww.", "o  u  ur"},
		"an escalation puts the repeat off":               {often, "wwcwww", "o u  u"},
		"no repeat while it clears":                       {rows, "www.w.w.w..", "  o       r"},
		"opens anew after the end":                        {quick, "w.w.", "oror"},
	} {
		t.Run(name, func(t *testing.T) {
			var s State
			var got strings.Builder
			for i, letter := range c.see {
				var change Change
				s, change = c.policy.Step(s, see(letter, int64(i)*int64(time.Minute)))
				got.WriteByte(say(change))
			}
			if got.String() != c.want {
				t.Errorf("see %q\nsay %q\nwant %q", c.see, got.String(), c.want)
			}
		})
	}
}

func TestStepRemembers(t *testing.T) {
	p := Policy{OpenAfter: 2, ResolveAfter: 1, ResolveRatio: 1, UpdateEvery: time.Hour}
	var s State
	for i := range 13 {
		o := Observation{At: int64(100 + i), Ready: true, Score: float64(1 + i%7), Warning: 1, Critical: 5,
			Value: float64(10 * i), Direction: 1}
		s, _ = p.Step(s, o)
	}
	var a Alert
	a.Evidence = NewEvidence("z")
	s.Fill(&a)
	want := []float64{30, 40, 50, 60, 70, 80, 90, 100, 110, 120} // the last ten of 0, 10, ... 120
	for i, v := range want {
		if len(a.Evidence.Values) != len(want) || a.Evidence.Values[i] != v {
			t.Fatalf("values %v, want %v", a.Evidence.Values, want)
		}
	}
	if e := a.Evidence; e.Peak != 7 || e.Count != 13 || e.FirstSeen != 100 || e.Direction != 1 || a.Opened != 101 ||
		a.Severity != Critical || a.Sequence != 1 {
		t.Errorf("%+v", a)
	}
	if s.PeakValue != 60 { // score 7, the highest, came with it
		t.Errorf("peak value %v", s.PeakValue)
	}
	s, _ = p.Step(s, Observation{At: 199, Ready: true, Score: 7, Warning: 1, Critical: 5, Value: -1, Direction: 1})
	if s.PeakValue != 60 {
		t.Errorf("peak value %v is not the first of equals", s.PeakValue)
	}
	s, _ = p.Step(s, Observation{At: 200, Ready: true, Score: 1, Warning: 1, Critical: 5, Direction: -1})
	if s.Direction != 0 {
		t.Errorf("breaches on both sides have direction %d", s.Direction)
	}
}

func TestStepTimeDoesNotGoBack(t *testing.T) {
	p := Policy{OpenAfter: 2, ResolveAfter: 1, ResolveRatio: 1, UpdateEvery: 10}
	s, _ := p.Step(State{}, see('w', 100))
	s, c := p.Step(s, see('w', 50))
	if c != Opened || s.FirstSeen != 100 || s.Opened != 100 {
		t.Errorf("%v: first seen %d, opened %d", c, s.FirstSeen, s.Opened)
	}
	if s, c = p.Step(s, see('w', 20)); c != Quiet {
		t.Errorf("a late breach said %v", c)
	}
	if _, c = p.Step(s, see('w', 110)); c != Updated {
		t.Errorf("10 ns later: %v", c)
	}
}

func TestStepLevels(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	p := Policy{OpenAfter: 1, ResolveAfter: 1, ResolveRatio: 0.5}
	open, _ := p.Step(State{}, see('w', 0))
	for name, c := range map[string]struct {
		score, warning, critical float64
		fresh, opened            Change
	}{
		"only critical":          {2, nan, 2, Opened, Updated},
		"only critical, under":   {0.9, nan, 2, Quiet, Resolved},
		"only critical, between": {1, nan, 2, Quiet, Quiet},
		"no level ends an alert": {9, nan, nan, Quiet, Resolved},
		"infinite level":         {9, nan, inf, Quiet, Resolved},
		"negative level":         {-3, -2, nan, Quiet, Resolved},
		"negative level broken":  {-2, -2, nan, Opened, Updated},
		"levels the wrong way":   {1, 4, 2, Quiet, Quiet},
	} {
		o := Observation{Ready: true, Score: c.score, Warning: c.warning, Critical: c.critical}
		if _, got := p.Step(State{}, o); got != c.fresh {
			t.Errorf("%s: from idle %v, want %v", name, got, c.fresh)
		}
		if _, got := p.Step(open, o); got != c.opened {
			t.Errorf("%s: from open %v, want %v", name, got, c.opened)
		}
	}
}

func drawPolicy(t *rapid.T) Policy {
	return Policy{
		OpenAfter:    rapid.IntRange(0, 4).Draw(t, "open after"),
		ResolveAfter: rapid.IntRange(0, 4).Draw(t, "resolve after"),
		ResolveRatio: rapid.Float64Range(0, 1).Draw(t, "ratio"),
		UpdateEvery:  time.Duration(rapid.Int64Range(0, 20).Draw(t, "update every")),
		Severity:     Severity(rapid.IntRange(0, 3).Draw(t, "severity")),
	}
}

func drawObservation(t *rapid.T) Observation {
	number := rapid.OneOf(rapid.Float64Range(-1, 3), rapid.SampledFrom([]float64{0, 1, 2, math.NaN(), math.Inf(1), math.Inf(-1)}))
	o := Observation{
		At:        rapid.OneOf(rapid.Int64Range(0, 100), rapid.Int64()).Draw(t, "at"),
		Ready:     rapid.IntRange(0, 9).Draw(t, "ready") > 0,
		Score:     number.Draw(t, "score"),
		Warning:   1,
		Critical:  2,
		Value:     rapid.OneOf(rapid.Float64(), rapid.Just(math.NaN())).Draw(t, "value"),
		Direction: rapid.IntRange(-1, 1).Draw(t, "direction"),
		Again:     rapid.IntRange(0, 3).Draw(t, "again") == 0,
	}
	if rapid.IntRange(0, 9).Draw(t, "odd levels") == 0 {
		o.Warning, o.Critical = number.Draw(t, "warning"), number.Draw(t, "critical")
	}
	return o
}

// same compares states by their bits, so that NaN equals itself.
func same(a, b State) bool {
	x, _ := a.AppendBinary(nil)
	y, _ := b.AppendBinary(nil)
	return string(x) == string(y)
}

func TestStepProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t)
		var s State
		open, clears := false, 0
		sequence := 0
		for _, o := range rapid.SliceOfN(rapid.Custom(drawObservation), 1, 60).Draw(t, "observations") {
			old := s
			var c Change
			s, c = p.Step(s, o)
			if again, d := p.Step(old, o); d != c || !same(again, s) {
				t.Fatalf("the same step gave another result: %v %+v, then %v %+v", c, s, d, again)
			}
			judged := o.Ready && !math.IsNaN(o.Score)
			breach := judged && (o.Score >= o.Warning || o.Score >= o.Critical)
			if !judged || breach {
				if breach {
					clears = 0
				}
			} else {
				clears++
			}
			switch c {
			case Opened:
				if open || !breach || s.Sequence != 0 || int(s.Count) < p.OpenAfter {
					t.Fatalf("opened while open %t, breach %t: %+v", open, breach, s)
				}
				open, sequence = true, 0
			case Updated, Resolved:
				sequence++
				if !open || int(s.Sequence) != sequence {
					t.Fatalf("%v while open %t, sequence %d, want %d", c, open, s.Sequence, sequence)
				}
				if c == Updated && !breach || c == Resolved && clears < max(1, p.ResolveAfter) {
					t.Fatalf("%v with breach %t after %d clear", c, breach, clears)
				}
				open = c == Updated
			}
			if open != (s.Phase == Open) {
				t.Fatalf("open %t, phase %d", open, s.Phase)
			}
			if open && old.Phase == Open && (s.Count < old.Count || s.Severity < old.Severity || s.Newest < old.Newest ||
				s.Peak < old.Peak || s.FirstSeen != old.FirstSeen && (!o.Again || s.FirstSeen > old.FirstSeen) || s.Opened != old.Opened) {
				t.Fatalf("went back from %+v to %+v", old, s)
			}
			if o.Again && (old.Phase == Open || old.Phase == Pending) && old.FirstSeen <= o.At && o.At <= old.Newest && (s.Count > old.Count || c == Opened) {
				t.Fatalf("a correction counted: %v from %+v to %+v", c, old, s)
			}
			if n := len(s.AppendValues(nil)); n > MaxValues || n > int(s.Count) {
				t.Fatalf("%d values of %d", n, s.Count)
			}
			if p.Severity != 0 && s.Severity > p.Severity {
				t.Fatalf("severity %v over %v", s.Severity, p.Severity)
			}
		}
	})
}

func BenchmarkStep(b *testing.B) {
	p := DefaultPolicy()
	b.Run("healthy", func(b *testing.B) {
		b.ReportAllocs()
		var s State
		for i := range b.N {
			s, _ = p.Step(s, Observation{At: int64(i), Ready: true, Score: 0.3, Warning: 1, Critical: 2})
		}
	})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		var s State
		for i := range b.N {
			s, _ = p.Step(s, Observation{At: int64(i), Ready: true, Score: 1.5, Warning: 1, Critical: 2, Value: 7, Direction: 1})
		}
	})
}
