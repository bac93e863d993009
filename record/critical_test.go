package record

import "testing"

// TestCriticalAtTheLimit: the original's limits are strict, those of the table include the limit itself. A bound is
// critical where no value that it allows would not be; where some would not, nobody can say.
func TestCriticalAtTheLimit(t *testing.T) {
	for _, c := range []struct {
		profile, code, value, unit string
		want                       Flag
	}{
		// Glucose 60 to 300 mg/dL and potassium 2.5 to 6.0 mmol/L: the limits of the batch system that labwatch succeeds.
		{"original", "GLU", "300", "mg/dL", 0},
		{"original", "GLU", "300.1", "mg/dL", CriticalHigh},
		{"original", "GLU", "60", "mg/dL", 0},
		{"original", "GLU", ">500", "mg/dL", Censored | CriticalHigh},
		{"original", "GLU", ">200", "mg/dL", Censored},
		{"original", "GLU", ">300", "mg/dL", Censored | CriticalHigh},
		{"original", "GLU", ">=300", "mg/dL", Censored},
		{"original", "GLU", ">=300.1", "mg/dL", Censored | CriticalHigh},
		{"original", "GLU", "<500", "mg/dL", Censored},
		{"original", "GLU", "<60", "mg/dL", Censored | CriticalLow},
		{"original", "GLU", "<=60", "mg/dL", Censored},
		{"original", "GLU", "<80", "mg/dL", Censored},
		{"original", "GLU", ">20", "mg/dL", Censored},
		{"original", "GLU", ">33.3", "mmol/L", Censored | CriticalHigh}, // 600 mg/dL, at 180.156 g/mol
		{"original", "GLU", ">11.1", "mmol/L", Censored},                // 200 mg/dL
		{"original", "K", "<=2.0", "mmol/L", Censored | CriticalLow},
		{"original", "K", "<=2.5", "mmol/L", Censored},
		{"original", "K", "<2.5", "mmol/L", Censored | CriticalLow},
		{"original", "K", ">6.0", "mEq/L", Censored | CriticalHigh},
		{"original", "K", ">=6.0", "mmol/L", Censored},
		{"original", "NA", ">500", "mmol/L", Censored},
		// Glucose of the table: 55 to 500 mg/dL.
		{"table", "GLU", "55", "mg/dL", CriticalLow},
		{"table", "GLU", "<=55", "mg/dL", Censored | CriticalLow},
		{"table", "GLU", "<=56", "mg/dL", Censored},
		{"off", "GLU", ">500", "mg/dL", Censored},
		// Neither a range nor a titre is a bound, and an unknown unit has no limits.
		{"original", "GLU", "400-500", "mg/dL", NotNumeric},
		{"original", "GLU", ">500", "furlong", Censored | UnitUnknown},
	} {
		s := standardizer(t, func(o *Options) { o.Critical = c.profile })
		var r Record
		if why := s.Standardize(&r, glucose(func(r *Raw) { r.TestCode, r.Value, r.Unit = c.code, c.value, c.unit }), here, 0); why != nil {
			t.Fatal(why)
		}
		if r.Flags != c.want {
			t.Errorf("%s: %s %s %s is %v, want %v", c.profile, c.code, c.value, c.unit, r.Flags.Names(nil), c.want.Names(nil))
		}
	}
}

// TestCriticalAtTheTablesLimit asks the table itself: whatever its limits are, a value and a bound on one is critical.
func TestCriticalAtTheTablesLimit(t *testing.T) {
	s := standardizer(t, func(o *Options) { o.Critical = "table" })
	limits := 0
	for _, c := range []struct{ code, unit string }{{"GLU", "mg/dL"}, {"K", "mmol/L"}, {"NA", "mmol/L"}} {
		p := s.plan(s.mapping.find("AU680-2", c.code), c.unit)
		for _, side := range []struct {
			limit   float64
			against string
			want    Flag
		}{{p.critical.criticalLow, "<=", CriticalLow}, {p.critical.criticalHigh, ">=", CriticalHigh}} {
			if side.limit != side.limit {
				continue
			}
			limits++
			if got := p.flag(side.limit, true); got&^Implausible != side.want {
				t.Errorf("%s %v is %v", c.code, side.limit, got.Names(nil))
			}
			if got := p.beyond(Value{Kind: Bound, Comparator: side.against, Number: side.limit}); got != side.want {
				t.Errorf("%s %s%v is %v", c.code, side.against, side.limit, got.Names(nil))
			}
		}
	}
	if limits < 4 {
		t.Errorf("only %d limits", limits)
	}
}
