package record

import (
	"fmt"
	"math"
	"testing"
)

func TestStandardizeControl(t *testing.T) {
	raw := &Raw{Kind: Control, ID: "Q1", Device: "AU680-2", TestCode: "HBA1C", Value: "48", Unit: "mmol/mol", Level: "L2", Lot: " 4711 ",
		Expected: "47", TargetSD: "2", Passed: "true", Time: "2026-11-23T10:30:00Z", Technician: "T-3"}
	var r Record
	if why := standardizer(t, nil).Standardize(&r, raw, here, 0); why != nil {
		t.Fatal(why)
	}
	// An expected value is a value and moves with the offset; a standard deviation does not.
	if math.Abs(r.Expected-(0.09148*47+2.152)) > 1e-12 || math.Abs(r.TargetSD-0.18296) > 1e-12 || r.Passed != Yes {
		t.Errorf("expected %v, SD %v, passed %v", r.Expected, r.TargetSD, r.Passed)
	}
	if r.Series() != "qc/4548-4/L2/4711" || r.Flags != 0 || !r.Valid() {
		t.Errorf("%s %v", r.Series(), r.Flags.Names(nil))
	}
	raw.TestCode, raw.Unit, raw.Expected, raw.TargetSD = "GLU", "mmol/L", "1e308", "1e308"
	if why := standardizer(t, nil).Standardize(&r, raw, here, 0); why != nil || r.Expected == r.Expected || r.TargetSD == r.TargetSD {
		t.Errorf("%v: expected %v, SD %v, too large to convert", why, r.Expected, r.TargetSD)
	}
	raw.Expected, raw.TargetSD, raw.Passed, raw.Value = "-999", "0", "maybe", "<5"
	if why := standardizer(t, nil).Standardize(&r, raw, here, 0); why != nil || r.Expected == r.Expected || r.TargetSD == r.TargetSD || r.Passed != NotSaid {
		t.Errorf("%v: expected %v, SD %v, passed %v", why, r.Expected, r.TargetSD, r.Passed)
	}
}

func TestStandardizeEvent(t *testing.T) {
	raw := &Raw{Kind: Event, Device: "AU680-2", EventType: "Calibration", Severity: "INFO", Time: "2026-11-23T10:30:00Z", Calibration: "2026-11-23"}
	var r Record
	if why := standardizer(t, nil).Standardize(&r, raw, here, 0); why != nil {
		t.Fatal(why)
	}
	if r.EventType != CalibrationEvent || r.Severity != "info" || r.Calibration == 0 || r.Maintenance != 0 || r.Flags != 0 {
		t.Errorf("%+v", r)
	}
	raw.EventType, raw.Severity, raw.Calibration = "Miller spilled coffee", "Miller", "some day"
	if why := standardizer(t, nil).Standardize(&r, raw, here, 0); why != nil || r.EventType != OtherEvent || r.Severity != "" || r.Calibration != 0 || r.Flags != Withheld {
		t.Errorf("%v %+v", why, r)
	}
}

func TestStandardizeTelemetry(t *testing.T) {
	raw := &Raw{Kind: Telemetry, Facility: "Lab_A", ID: "S1", Time: "1700000000", Channels: []RawChannel{
		{"ph_level", "7.2"}, {"temp", "-999"}, {"oxygen", "NaN"}, {"turbidity", "<0.1"}, {"flow", "3,5"}, {"note", "Miller"}, {" ", "1"}}}
	var r Record
	if why := standardizer(t, nil).Standardize(&r, raw, here, 0); why != nil {
		t.Fatal(why)
	}
	want := []Channel{{"ph_level", 7.2, 0}, {"temp", -999, ErrorCode}, {"oxygen", math.NaN(), Unusable},
		{"turbidity", math.NaN(), Unusable | Censored}, {"flow", 3.5, 0}, {"note", math.NaN(), Unusable}}
	if fmt.Sprint(r.Channels) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", r.Channels, want)
	}
	if r.Device != "Lab_A" || !r.Valid() || r.Channels[1].Teachable() || r.Channels[2].Teachable() || !r.Channels[4].Teachable() {
		t.Errorf("%+v", r)
	}
}
