package record

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// No identity leaves in clear: marked names in every field that could hold one are searched for in all outputs.
func TestNoIdentityLeaks(t *testing.T) {
	s := standardizer(t, nil)
	mark := "MARKED-PERSON"
	rapid.Check(t, func(t *rapid.T) {
		raw := glucose(nil)
		raw.Kind = Kind(rapid.IntRange(1, 4).Draw(t, "kind"))
		raw.Patient, raw.Technician = mark, strings.ToLower(mark)
		fields := []*string{&raw.Value, &raw.Unit, &raw.Status, &raw.Passed, &raw.EventType, &raw.Severity, &raw.Expected, &raw.TargetSD,
			&raw.Resulted, &raw.Ingested, &raw.Calibration, &raw.Maintenance}
		for _, f := range fields {
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 1:
				*f = mark
			case 2:
				*f = "<5 " + mark
			case 3:
				*f = "POSITIVE, " + mark
			}
		}
		raw.Channels = []RawChannel{{"ph", mark}, {"temp", "5 " + mark}}
		var r Record
		if why := s.Standardize(&r, raw, here, 0); why != nil {
			if strings.Contains(why.Code+why.Stage, mark) {
				t.Fatal(why)
			}
			return
		}
		all := strings.ToUpper(string(AppendBinary(nil, &r)) + string(AppendJSON(nil, &r, nil, Standing{})))
		if strings.Contains(all, mark) {
			t.Fatalf("%+v", r)
		}
	})
}

// Standardizing is a pure function: what came before does not matter.
func TestStandardizeIsPure(t *testing.T) {
	text := rapid.SampledFrom([]string{"5", "<3", "1:8", "GLU", "K", "2345-7", "mg/dL", "mmol/L", "", "Miller", "-999", "14749-6"})
	used := standardizer(t, nil)
	var reused Record
	rapid.Check(t, func(t *rapid.T) {
		raw := glucose(func(r *Raw) {
			r.TestCode, r.Value, r.Unit, r.Patient = text.Draw(t, "code"), text.Draw(t, "value"), text.Draw(t, "unit"), text.Draw(t, "patient")
		})
		var fresh Record
		a, b := used.Standardize(&reused, raw, here, 5), standardizer(t, nil).Standardize(&fresh, raw, here, 5)
		if (a == nil) != (b == nil) || a != nil && *a != *b || a == nil && !sameRecord(&reused, &fresh) {
			t.Fatalf("%+v %v against %+v %v", reused, a, fresh, b)
		}
	})
}

// What is remembered of units is bounded, however long they are and however often they change.
func TestLongUnitsAreNotRemembered(t *testing.T) {
	s := standardizer(t, nil)
	for i := range 20 {
		var r Record
		long := strings.Repeat(string(rune('a'+i)), 900<<10)
		if why := s.Standardize(&r, glucose(func(r *Raw) { r.Unit = long }), here, 0); why != nil || !r.Flags.Has(UnitUnknown) {
			t.Fatalf("%v, %v", why, r.Flags.Names(nil))
		}
	}
	if len(s.plans) != 0 {
		t.Errorf("%d plans of units of 900 KB are remembered", len(s.plans))
	}
}

func BenchmarkStandardize(b *testing.B) {
	for name, raw := range map[string]*Raw{
		"result":    glucose(func(r *Raw) { r.Value, r.Unit = "5.5", "mmol/L" }),
		"telemetry": {Kind: Telemetry, Device: "d", Time: "2026-11-23T10:30:00Z", Channels: []RawChannel{{"a", "7.2"}, {"b", "4.0"}, {"c", "8.5"}, {"d", "2"}}},
	} {
		b.Run(name, func(b *testing.B) {
			s := standardizer(b, nil)
			var r Record
			b.ReportAllocs()
			for b.Loop() {
				if why := s.Standardize(&r, raw, here, 5); why != nil {
					b.Fatal(why)
				}
			}
		})
	}
}
