package record

import (
	"strings"
	"testing"
)

// A mark for a missing identifier is as good as nothing: neither a person nor a reading nor a device.
func TestMissingIdentifiers(t *testing.T) {
	s := standardizer(t, func(o *Options) { o.Facility = "North" })
	for _, mark := range []string{"", " ", "NULL", "null", " Null ", "(null)", "[NULL]", "nil", "None", "NONE", "undefined", "N/A", "NaN", "#N/A",
		`""`, "''", `\N`, "-", "-----", "?", strings.Repeat("*", 30)} {
		var r Record
		why := s.Standardize(&r, glucose(func(r *Raw) { r.ID, r.Patient, r.Technician, r.Facility = mark, mark, mark, mark }), here, 0)
		if why != nil || r.ID+r.Patient+r.Technician != "" || r.Facility != "North" || r.Flags != NoID|NoPatient {
			t.Errorf("%q: %v, id %q, patient %q, technician %q, facility %q, %v", mark, why, r.ID, r.Patient, r.Technician, r.Facility, r.Flags.Names(nil))
		}
		if why := s.Standardize(&r, glucose(func(r *Raw) { r.Device = mark }), here, 0); why == nil || why.Code != NoDevice {
			t.Errorf("device %q: %+v", mark, why)
		}
		station := &Raw{Kind: Telemetry, Device: mark, Facility: "F-2", Time: "2026-11-23T10:30:00Z", Channels: []RawChannel{{"ph", "7"}}}
		if why := s.Standardize(&r, station, here, 0); why != nil || r.Device != "F-2" {
			t.Errorf("station %q: %+v, device %q", mark, why, r.Device)
		}
	}
	for _, short := range []string{"NA", "na", "INF", "ERR", "Error", "UNKNOWN"} { // of a device and of a person who signs
		var r Record
		raw := glucose(func(r *Raw) { r.ID, r.Patient, r.Technician, r.Device, r.Facility = short, short, short, short, short })
		if why := s.Standardize(&r, raw, here, 0); why != nil || r.Device != short || r.Facility != short ||
			r.Technician != testKeys(t).TechnicianToken(short, short) || r.Patient != "" || r.Flags != NoID|NoPatient {
			t.Errorf("%q: %v, %+v", short, why, r)
		}
	}
	for _, id := range []string{"0", "7", "R-1", "NULL-7", "NONESUCH", "--7", "N", "-a", `"7"`, "Nadia", "unknown-3"} {
		var r Record
		raw := glucose(func(r *Raw) { r.ID, r.Patient, r.Technician, r.Device = id, id, id, id })
		if why := s.Standardize(&r, raw, here, 0); why != nil || r.ID != id || r.Device != id || r.Patient == "" || r.Technician == "" || r.Flags != 0 {
			t.Errorf("%q: %v, %+v", id, why, r)
		}
	}
}
