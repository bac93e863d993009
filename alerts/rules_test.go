package alerts

import (
	"math"
	"strings"
	"testing"
	"time"

	"labwatch/record"
)

// run steps a policy through observations and returns the letters of what was said.
func run(p Policy, os ...Observation) string {
	var s State
	var said strings.Builder
	for _, o := range os {
		var c Change
		s, c = p.Step(s, o)
		said.WriteByte(say(c))
	}
	return said.String()
}

func TestErrorCode(t *testing.T) {
	r := DefaultErrorCode()
	bad := r.Observe(0, -999, record.ErrorCode)
	gone := r.Observe(0, math.NaN(), record.ErrorCode)
	good := r.Observe(0, 7.2, record.Implausible)
	none := r.Observe(0, math.NaN(), record.Unusable)
	if got, want := run(r.Policy, good, bad, good, good, none, bad, good, good, none, good, gone), " o       ro"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	if s, _ := r.Policy.Step(State{}, bad); s.Severity != Warning || s.AppendValues(nil)[0] != -999 {
		t.Errorf("%+v", s)
	}
}

func TestLimit(t *testing.T) {
	table := Limits{Profile: ProfileOriginal}.Table()
	for _, c := range []struct {
		channel   string
		value     float64
		severity  Severity
		direction int
		score     float64
	}{
		{"storage_temp_c", 2, 0, 0, -1},
		{"storage_temp_c", 8, 0, 0, -1},
		{"storage_temp_c", 8.5, Warning, 1, 0.5},
		{"storage_temp_c", 14, Warning, 1, 6}, // the original's |t-4| > 10 is strict
		{"storage_temp_c", 14.5, Critical, 1, 6.5},
		{"storage_temp_c", 85, Critical, 1, 77},
		{"storage_temp_c", 1, Warning, -1, 1},
		{"storage_temp_c", -6, Warning, -1, 8},
		{"storage_temp_c", -6.5, Critical, -1, 8.5},
		{"dissolved_oxygen_ppm", 7, 0, 0, -1},
		{"dissolved_oxygen_ppm", -3, Warning, -1, 10},
		{"turbidity_ntu", 15, Warning, 1, 10},
		{"ph_level", 8.2, 0, 0, -1},
		{"ph_level", 8.45, Critical, 1, 0.25},
		{"ph_level", 6, Critical, -1, 0.2},
	} {
		l := table[c.channel]
		o := l.Observe(1, c.value, "")
		if got := DefaultLimits().Policy.severity(o); got != c.severity || o.Direction != c.direction ||
			math.Abs(o.Score-c.score) > 1e-12 || !o.Ready {
			t.Errorf("%s %v: severity %v, %+v", c.channel, c.value, got, o)
		}
	}
}

func TestLimitRow(t *testing.T) {
	l := Limits{Profile: ProfileOriginal}.Table()["storage_temp_c"]
	see := func(v float64) Observation { return l.Observe(0, v, "") }
	nan := math.NaN()
	got := run(DefaultLimits().Policy, see(4), see(9), see(82.5), see(8.5), see(5), see(nan), see(8), see(8.1), see(5), see(5), see(2))
	if want := " ou       r"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	var s State
	for _, v := range []float64{9, -20, 15} { // 22 below the lower limit is farther than 7 above the upper one
		s, _ = DefaultLimits().Policy.Step(s, see(v))
	}
	a := Alert{Evidence: l.Explain(15)}
	s.Fill(&a)
	if a.Evidence.Peak != -20 || a.Evidence.Threshold != 14 || a.Evidence.Low != 2 || a.Evidence.High != 8 {
		t.Errorf("%+v", a.Evidence)
	}
	ph := Limits{Profile: ProfileOriginal}.Table()["ph_level"]
	if e := ph.Explain(9); e.Low != 6.2 || e.High != 8.2 || e.Threshold != 8.2 {
		t.Errorf("%+v", e)
	}
}

func TestLimitUnit(t *testing.T) {
	high := 300.0
	l := Limit{High: &high, Unit: "mg/dL"}
	if !l.Observe(0, 400, "mg/dL").Ready || !l.Observe(0, 400, "").Ready {
		t.Error("the limit's own unit, or none, must be judged")
	}
	if l.Observe(0, 400, "mmol/L").Ready {
		t.Error("another unit must not be judged")
	}
}

// What a laboratory's limits are there for comes as a bound, or flagged as implausible.
func TestLimitOfExtremes(t *testing.T) {
	at := func(v float64) *float64 { return &v }
	l := Limit{Low: at(40), High: at(200), CriticalLow: at(20), CriticalHigh: at(400), Unit: "mg/dL"}
	number := func(x float64) record.Value { return record.Value{Kind: record.Number, Number: x} }
	bound := func(comparator string, x float64) record.Value {
		return record.Value{Kind: record.Bound, Comparator: comparator, Number: x}
	}
	for name, c := range map[string]struct {
		v     record.Value
		flags record.Flag
		want  string // c critical, w warning, i inside, - not ready
	}{
		"inside": {number(90), 0, "i"}, "outside": {number(300), 0, "w"},
		"implausible": {number(5000), record.Implausible, "c"}, "implausible and low": {number(-5), record.Implausible, "c"},
		"implausible, yet inside": {number(90), record.Implausible, "-"},
		"error code":              {number(-999), record.ErrorCode, "-"}, "withdrawn": {number(5000), record.Withdrawn, "-"},
		"unknown unit": {number(5000), record.UnitUnknown, "-"}, "no unit": {number(5000), record.UnitMissing, "-"},
		"infinite":  {number(math.Inf(1)), record.Implausible, "-"},
		"above all": {bound(">", 600), record.Censored, "c"}, "above the critical limit itself": {bound(">", 400), record.Censored, "c"},
		"at or above it": {bound(">=", 400), record.Censored, "w"}, "above high": {bound(">", 200), record.Censored, "w"},
		"at or above high": {bound(">=", 200), record.Censored, "-"}, "above something inside": {bound(">", 150), record.Censored, "-"},
		"above something low": {bound(">", 10), record.Censored, "-"},
		"below all":           {bound("<", 10), record.Censored, "c"}, "below the critical limit itself": {bound("<", 20), record.Censored, "c"},
		"at or below it": {bound("<=", 20), record.Censored, "w"}, "below something inside": {bound("<", 50), record.Censored, "-"},
		"below something high": {bound("<", 500), record.Censored, "-"},
		"bound of no unit":     {bound(">", 600), record.Censored | record.UnitMissing, "-"},
		"text":                 {record.Value{Kind: record.Text, Text: "HOLD"}, record.NotNumeric, "-"},
		"range":                {record.Value{Kind: record.Range, Number: 500, High: 600}, record.NotNumeric, "-"},
	} {
		o := l.ObserveValue(1, c.v, c.flags, "mg/dL")
		got := "i"
		switch {
		case !o.Ready:
			got = "-"
		case DefaultLimits().Policy.severity(o) != 0:
			got = DefaultLimits().Policy.severity(o).String()[:1]
		}
		if got != c.want || o.Ready && o.Value != c.v.Number {
			t.Errorf("%s: %q, want %q: %+v", name, got, c.want, o)
		}
	}
	if e := l.ExplainValue(bound(">", 200)); e.Value != 200 || e.Comparator != ">" || e.Threshold != 200 || e.Direction != 1 || e.Low != 40 {
		t.Errorf("%+v", e)
	}
	if e := l.ExplainValue(number(5000)); e.Value != 5000 || e.Comparator != "" || e.Threshold != 400 {
		t.Errorf("%+v", e)
	}
}

func TestLimitsTable(t *testing.T) {
	if n := len(DefaultLimits().Table()); n != 0 {
		t.Errorf("the default table has %d entries", n)
	}
	high := 6.0
	own := Limits{Profile: ProfileOriginal, Channels: map[string]Limit{"storage_temp_c": {High: &high}}}.Table()
	if l := own["storage_temp_c"]; l.Low != nil || *l.High != 6 || len(own) != 4 {
		t.Errorf("the site's own limit does not replace the profile's: %+v", own)
	}
}

func TestCriticalValue(t *testing.T) {
	var c CriticalValue
	value := func(v float64, f record.Flag) Observation {
		r := record.Record{Kind: record.Result, Flags: f, Value: record.Value{Kind: record.Number, Number: v}}
		return c.Observe(&r)
	}
	high, fine := value(7.1, record.CriticalHigh), value(4.1, record.Correction)
	for name, f := range map[string]struct {
		see  []Observation
		want string
	}{
		"opens at once":           {[]Observation{high}, "o"},
		"corrected to good":       {[]Observation{high, fine}, "or"},
		"corrected, still so":     {[]Observation{high, value(6.9, record.CriticalHigh|record.Correction)}, "ou"},
		"withdrawn":               {[]Observation{high, value(7.1, record.CriticalHigh|record.Withdrawn)}, "or"},
		"not critical":            {[]Observation{fine}, " "},
		"an error code is no one": {[]Observation{value(-999, record.CriticalLow|record.ErrorCode)}, " "},
	} {
		if got := run(c.Policy(), f.see...); got != f.want {
			t.Errorf("%s: said %q, want %q", name, got, f.want)
		}
	}
	if s, _ := c.Policy().Step(State{}, high); s.Severity != Critical || s.Direction != 1 {
		t.Errorf("%+v", s)
	}
	control := record.Record{Kind: record.Control, Flags: record.CriticalHigh}
	if c.Observe(&control).Ready {
		t.Error("a control is no patient")
	}
	bound := record.Record{Kind: record.Result, Flags: record.CriticalHigh | record.Censored, Value: record.Value{Kind: record.Bound, Comparator: ">", Number: 500}}
	if e := c.Explain(&bound); e.Comparator != ">" || e.Value != 500 || e.Direction != 1 {
		t.Errorf("%+v", e)
	}
	text := record.Record{Kind: record.Result, Flags: record.CriticalHigh, Value: record.Value{Kind: record.Text}}
	if o := c.Observe(&text); run(c.Policy(), o) != "o" || !math.IsNaN(o.Value) {
		t.Errorf("text became a number: %+v", o)
	}
}

func TestSilent(t *testing.T) {
	s := DefaultSilent()
	at := func(d time.Duration) int64 { return 1_700_000_000_000_000_000 + int64(d) }
	tick := func(d time.Duration) Observation { return s.Observe(at(0), at(d), 3) }
	back := s.Observe(at(9*time.Hour), at(9*time.Hour), 4)
	got := run(s.Policy, tick(0), tick(10*time.Minute-1), tick(10*time.Minute), tick(time.Hour), tick(5*time.Hour), tick(6*time.Hour), back)
	if want := "  o u r"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	if o := s.Observe(at(0), at(time.Hour), 2); o.Ready {
		t.Error("two records do not make a device")
	}
	if o := s.Observe(at(time.Hour), at(0), 3); run(s.Policy, o) != " " {
		t.Error("a tick that lags is no silence")
	}
	if e := s.Explain(at(0), at(12*time.Minute)); e.Score != 720 || e.Threshold != 600 || e.Since != at(0) {
		t.Errorf("%+v", e)
	}
	if !s.Watches(record.Telemetry) || s.Watches(record.Result) || s.Watches(record.Tick) {
		t.Error("only telemetry is watched by default")
	}
}

func TestQCFailed(t *testing.T) {
	q := DefaultQCFailed()
	nan := math.NaN()
	control := func(value, expected, sd float64, passed record.Verdict) *record.Record {
		return &record.Record{Kind: record.Control, Value: record.Value{Kind: record.Number, Number: value},
			Expected: expected, TargetSD: sd, Passed: passed}
	}
	withdrawn := control(200, 100, 3, record.No)
	withdrawn.Flags = record.Withdrawn
	text := control(0, 100, 3, record.NotSaid)
	text.Value.Kind = record.Text
	bound := func(comparator string, value float64, passed record.Verdict) *record.Record {
		r := control(value, 100, 2, passed)
		r.Flags, r.Value.Kind, r.Value.Comparator = record.Censored, record.Bound, comparator
		return r
	}
	for name, c := range map[string]struct {
		r    *record.Record
		want string // f failed, p passed, - not ready
	}{
		"inside":                   {control(108, 100, 3, record.NotSaid), "p"},
		"on 3 SD":                  {control(109, 100, 3, record.NotSaid), "p"},
		"beyond":                   {control(109.1, 100, 3, record.NotSaid), "f"},
		"beyond below":             {control(90.9, 100, 3, record.NotSaid), "f"},
		"on 3 SD, in decimals":     {control(3.1, 1, 0.7, record.NotSaid), "p"}, // as binary fractions 2.1 > 2.0999999999999996
		"on 3 SD below":            {control(1, 3.1, 0.7, record.NotSaid), "p"},
		"on 3 SD after conversion": {control(3.1*18.0156, 1*18.0156, 0.7*18.0156, record.NotSaid), "p"},
		"beyond by the last digit": {control(3.10001, 1, 0.7, record.NotSaid), "f"},
		"the instrument says no":   {control(100, 100, 3, record.No), "f"},
		"only the instrument":      {control(100, nan, nan, record.No), "f"},
		"the instrument says yes":  {control(100, nan, nan, record.Yes), "p"},
		"1-3s outranks a yes":      {control(120, 100, 3, record.Yes), "f"},
		"nothing to go by":         {control(100, 100, nan, record.NotSaid), "-"},
		"no SD":                    {control(120, 100, 0, record.NotSaid), "-"},
		"no number":                {text, "-"},
		"withdrawn":                {withdrawn, "-"},
		"a result":                 {&record.Record{Kind: record.Result, Passed: record.No}, "-"},
		"above the range":          {bound(">", 500, record.NotSaid), "f"},
		"below the range":          {bound("<", 5, record.NotSaid), "f"},
		"above 3 SD itself":        {bound(">", 106, record.NotSaid), "f"},
		"at or above 3 SD":         {bound(">=", 106, record.NotSaid), "-"},
		"above something good":     {bound(">", 101, record.NotSaid), "-"},
		"above something low":      {bound(">", 5, record.NotSaid), "-"},
		"a bound that passes":      {bound(">", 101, record.Yes), "p"},
		"a bound that fails":       {bound(">", 101, record.No), "f"},
		"1-3s outranks a yes here": {bound(">", 500, record.Yes), "f"},
	} {
		o := q.Observe(c.r)
		got := "p"
		switch {
		case !o.Ready:
			got = "-"
		case q.Policy.severity(o) == Warning:
			got = "f"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q: %+v", name, got, c.want, o)
		}
	}
	fail, pass := q.Observe(control(120, 100, 3, record.NotSaid)), q.Observe(control(100, 100, 3, record.NotSaid))
	if got, want := run(q.Policy, fail, fail, pass, pass, fail), "our o"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	if e := q.Explain(bound(">", 500, record.NotSaid)); e.Comparator != ">" || e.Value != 500 || !(e.Score > 199.9) || e.Direction != 1 {
		t.Errorf("%+v", e)
	}
	if e := q.Explain(control(91, 100, 3, record.No)); e.Score != 3 || e.Direction != -1 || e.BaselineMean != 100 || e.Value != 91 {
		t.Errorf("%+v", e)
	}
}

func TestDetectorKinds(t *testing.T) {
	c := Default()
	for name, want := range map[string]string{"zscore": "qc telemetry", "zmean": "result qc telemetry",
		"ks": "result qc telemetry", "psi": "result qc telemetry", "iforest": "telemetry", "toy": "result qc telemetry"} {
		d := c.Detector(name)
		var got []string
		for _, k := range append(kinds(), record.Tick) {
			if d.Alerts(k) {
				got = append(got, k.String())
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s alerts on %v, want %s", name, got, want)
		}
	}
}
