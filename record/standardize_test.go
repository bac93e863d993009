package record

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func standardizer(t interface{ Fatal(...any) }, change func(*Options)) *Standardizer {
	o := Options{Config: DefaultConfig(), Keyring: testKeys(t)}
	if change != nil {
		change(&o)
	}
	s, err := NewStandardizer(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// glucose is a complete result; tests change what they are about.
func glucose(change func(*Raw)) *Raw {
	raw := &Raw{
		Kind: Result, ID: "R1", Patient: "MRN-7", Technician: "T-3", Device: "AU680-2", Facility: "North", TestCode: "GLU",
		Value: "95", Unit: "mg/dL", Time: "2026-11-23T10:30:00Z", Resulted: "2026-11-23T12:00:00Z",
	}
	if change != nil {
		change(raw)
	}
	return raw
}

var here = Origin{Topic: "lab.results", Partition: 2, Offset: 40, Index: 1}

func TestStandardizeResult(t *testing.T) {
	s := standardizer(t, nil)
	var r Record
	if why := s.Standardize(&r, glucose(nil), here, 1795430400_000_000_000); why != nil {
		t.Fatal(why)
	}
	want := Record{
		Kind: Result, Origin: here, Arrived: 1795430400_000_000_000, Time: time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC).UnixNano(),
		ID: "R1", Device: "AU680-2", Facility: "North", Patient: testKeys(t).PatientToken("North", "MRN-7"),
		Technician: testKeys(t).TechnicianToken("North", "T-3"), Test: Test{"GLU", "2345-7", "Glucose [Mass/volume] in Serum or Plasma"},
		Value: Value{Kind: Number, Number: 95}, Unit: "mg/dL", Resulted: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).UnixNano(),
		Expected: math.NaN(), TargetSD: math.NaN(),
	}
	if !sameRecord(&r, &want) {
		t.Errorf("\n%+v, want\n%+v", r, want)
	}
	if !r.Valid() || !r.Teachable() {
		t.Error("a complete result is not valid")
	}
	if hours, ok := r.Turnaround(); !ok || hours != 1.5 {
		t.Errorf("turnaround %v %v", hours, ok)
	}
	for name, field := range map[string]*string{"id": &r.ID, "patient": &r.Patient, "LOINC": &r.Test.LOINC, "device": &r.Device} {
		kept := *field
		if *field = ""; r.Valid() {
			t.Errorf("valid without %s", name)
		}
		*field = kept
	}
	if r.Time = 0; r.Valid() || r.Teachable() {
		t.Error("valid without time")
	}
}

func TestStandardizeValues(t *testing.T) {
	for _, c := range []struct {
		name  string
		raw   func(*Raw)
		want  string // value, unit and LOINC
		flags Flag
	}{
		{"SI by the local code", func(r *Raw) { r.TestCode, r.Value, r.Unit = "GLU_MMOL", "5,5", "" }, "number 99.0858 mg/dL 2345-7", 0},
		{"SI by the message", func(r *Raw) { r.Value, r.Unit = "5.5", "mmol/L" }, "number 99.0858 mg/dL 2345-7", 0},
		{"SI twin", func(r *Raw) { r.TestCode, r.Value, r.Unit = "14749-6", "5.5", "MMOLL" }, "number 99.0858 mg/dL 2345-7", 0},
		{"urea is not urea nitrogen", func(r *Raw) { r.TestCode, r.Value, r.Unit = "22664-7", "5", "mmol/L" }, "number 14.007 mg/dL 3094-0", 0},
		{"grams of urea", func(r *Raw) { r.TestCode, r.Value, r.Unit = "22664-7", "40", "mg/dL" }, "number 18.6586 mg/dL 3094-0", 0},
		{"grams of urea in a litre", func(r *Raw) { r.TestCode, r.Value, r.Unit = "22664-7", "0.4", "g/L" }, "number 18.6586 mg/dL 3094-0", 0},
		{"grams of urea in capitals", func(r *Raw) { r.TestCode, r.Value, r.Unit = "22664-7", "0.4", "G/L" }, "number 18.6586 mg/dL 3094-0", 0},
		{"twin in the unit that is published", func(r *Raw) { r.TestCode = "14749-6" }, "number 95 mg/dL 2345-7", 0},
		{"affine", func(r *Raw) { r.TestCode, r.Value, r.Unit = "HBA1C", "48", "mmol/mol" }, "number 6.54304 % 4548-4", 0},
		{"comparator", func(r *Raw) { r.Value, r.Unit = "<0.5", "mmol/L" }, "bound <9.0078 mg/dL 2345-7", Censored},
		{"range", func(r *Raw) { r.Value, r.Unit = "1-2", "mmol/L" }, "range 18.0156-36.0312 mg/dL 2345-7", NotNumeric},
		{"titre", func(r *Raw) { r.Value = "1:320" }, "titre 320 2345-7", NotNumeric},
		{"bounded titre", func(r *Raw) { r.Value = "<1:8" }, "titre <8 2345-7", NotNumeric | Censored},
		{"word", func(r *Raw) { r.Value = "Hold" }, "text HOLD 2345-7", NotNumeric},
		{"name", func(r *Raw) { r.Value = "Miller" }, "text 2345-7", NotNumeric | Withheld},
		{"comment", func(r *Raw) { r.Value = ">30, dilution available" }, "bound >30 mg/dL 2345-7", Censored | Withheld},
		{"spaced thousands are no bound", func(r *Raw) { r.Value = "< 10 000" }, "text 2345-7", NotNumeric | Withheld},
		{"mark", func(r *Raw) { r.Value = "-----" }, "none 2345-7", NotNumeric},
		{"error code", func(r *Raw) { r.Value, r.Unit = "-999.0", "mmol/L" }, "number -999 mg/dL 2345-7", ErrorCode},
		{"implausible", func(r *Raw) { r.Value = "5000" }, "number 5000 mg/dL 2345-7", Implausible},
		{"too large to convert", func(r *Raw) { r.Value, r.Unit = "1e308", "mmol/L" }, "number 1e+308 mmol/L 2345-7", Implausible},
		{"bound too large to convert", func(r *Raw) { r.Value, r.Unit = ">1e308", "mmol/L" }, "bound >1e+308 mmol/L 2345-7", Implausible | Censored},
		{"range too large to convert", func(r *Raw) { r.Value, r.Unit = "1-1e308", "mmol/L" }, "range 1-1e+308 mmol/L 2345-7", Implausible | NotNumeric},
		{"% on an absolute count", func(r *Raw) { r.TestCode, r.Value, r.Unit = "751-8", "64.5", "%" }, "number 64.5 % 751-8", UnitUnknown},
		{"IU/L on a mass", func(r *Raw) { r.Unit = "IE/L" }, "number 95 [IU]/L 2345-7", UnitUnknown},
		{"unknown unit is not published", func(r *Raw) { r.Unit = "Miller/L" }, "number 95 2345-7", UnitUnknown},
		{"no unit, mapping knows", func(r *Raw) { r.Unit = " " }, "number 95 mg/dL 2345-7", 0},
		{"no unit, nobody knows", func(r *Raw) { r.TestCode, r.Unit = "2345-7", "" }, "number 95 2345-7", UnitMissing},
		{"no unit needed", func(r *Raw) { r.TestCode, r.Value, r.Unit = "6301-6", "1.1", "" }, "number 1.1 {INR} 6301-6", 0},
		{"unmapped", func(r *Raw) { r.TestCode, r.Unit = "XYZ", "MG/DL" }, "number 95 mg/dL ", Unmapped},
		{"unmapped without unit", func(r *Raw) { r.TestCode, r.Unit = "XYZ", "" }, "number 95 ", Unmapped | UnitMissing},
		{"unmapped, giga or grams", func(r *Raw) { r.TestCode, r.Unit = "XYZ", "G/L" }, "number 95 ", Unmapped | UnitUnknown},
		{"neither giga nor grams fit", func(r *Raw) { r.TestCode, r.Unit = "K", "G/L" }, "number 95 2823-3", UnitUnknown},
		{"LOINC outside the table, giga or grams", func(r *Raw) { r.TestCode, r.Unit = "1234-4", "G/L" }, "number 95 1234-4", UnitUnknown},
		{"LOINC outside the table", func(r *Raw) { r.TestCode = "1234-4" }, "number 95 mg/dL 1234-4", 0},
		{"LOINC with a wrong check digit", func(r *Raw) { r.TestCode = "2100-5" }, "number 95 mg/dL ", Unmapped},
		{"corrected", func(r *Raw) { r.Status = "C" }, "number 95 mg/dL 2345-7", Correction},
		{"entered in error, no value", func(r *Raw) { r.Status, r.Value = "entered-in-error", "" }, "none 2345-7", Withdrawn | NotNumeric},
		{"zone", func(r *Raw) { r.Time = "2026-11-23 10:30:00" }, "number 95 mg/dL 2345-7", ZoneAssumed},
		{"early", func(r *Raw) { r.Time = "2026-11-23T13:00:00Z" }, "number 95 mg/dL 2345-7", Early},
		{"nobody", func(r *Raw) { r.ID, r.Patient = "", " " }, "number 95 mg/dL 2345-7", NoID | NoPatient},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r Record
			arrived := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).UnixNano()
			if why := standardizer(t, nil).Standardize(&r, glucose(c.raw), here, arrived); why != nil {
				t.Fatal(why)
			}
			if got := describe(&r); got != c.want || r.Flags != c.flags {
				t.Errorf("%q %v, want %q %v", got, r.Flags.Names(nil), c.want, c.flags.Names(nil))
			}
			if r.Flags.Has(ErrorCode|Implausible|UnitUnknown|UnitMissing|Withdrawn|Censored|NotNumeric) && (r.Teachable() || r.Valid()) {
				t.Error("may teach a baseline")
			}
			if c := r.Conversion; c != (Conversion{}) && (c.Factor == 0 || c.From == "" || c.To != r.Unit || c.Source == "" || c.Source[0] == ',') {
				t.Errorf("conversion %+v into %s", r.Conversion, r.Unit)
			}
		})
	}
}

func describe(r *Record) string {
	s := r.Value.Kind.String()
	switch r.Value.Kind {
	case Number, Bound, Titre, Range:
		s += fmt.Sprintf(" %s%.6g", r.Value.Comparator, r.Value.Number)
		if r.Value.Kind == Range {
			s += fmt.Sprintf("-%.6g", r.Value.High)
		}
		if r.Unit != "" {
			s += " " + r.Unit
		}
	case Text:
		if r.Value.Text != "" {
			s += " " + r.Value.Text
		}
	}
	return s + " " + r.Test.LOINC
}

// A LOINC outside our table takes its unit from the first row that names one; without one, each unit has a series.
func TestStandardizeOutsideTheTable(t *testing.T) {
	m, _ := NewMapping()
	if mistakes := m.Read("f", strings.NewReader("local_code,loinc,unit\nB,1234-4,\nA,1234-4,mg/L\nA2,1234-4,mg/dL\nC,11556-8,\n")); mistakes != nil {
		t.Fatal(mistakes)
	}
	s := standardizer(t, func(o *Options) { o.Mapping = m })
	for _, c := range []struct {
		code, unit, want string
		flags            Flag
		series           string
	}{
		{"A", "", "number 95 mg/L 1234-4", 0, "1234-4:mg/L"}, {"A", "g/L", "number 95000 mg/L 1234-4", 0, "1234-4:mg/L"},
		{"A", "G/L", "number 95000 mg/L 1234-4", 0, "1234-4:mg/L"}, {"A", "mmol/L", "number 95 mmol/L 1234-4", UnitUnknown, "1234-4:mmol/L"},
		{"A2", "", "number 950 mg/L 1234-4", 0, "1234-4:mg/L"}, {"A2", "mg/L", "number 95 mg/L 1234-4", 0, "1234-4:mg/L"},
		{"B", "", "number 95 1234-4", UnitMissing, "1234-4"}, {"B", "%", "number 95 % 1234-4", UnitUnknown, "1234-4:%"},
		{"B", "g/L", "number 95000 mg/L 1234-4", 0, "1234-4:mg/L"},
		{"1234-4", "", "number 95 1234-4", UnitMissing, "1234-4"}, {"1234-4", "mg/dL", "number 950 mg/L 1234-4", 0, "1234-4:mg/L"},
		{"1234-4", "%", "number 95 % 1234-4", UnitUnknown, "1234-4:%"},
		{"C", "mm Hg", "number 95 mm[Hg] 11556-8", 0, "11556-8:mm[Hg]"}, {"C", "kPa", "number 95 kPa 11556-8", 0, "11556-8:kPa"},
		{"C", "", "number 95 11556-8", UnitMissing, "11556-8"}, {"C", "G/L", "number 95 11556-8", UnitUnknown, "11556-8"},
		{"2465-3", "g/L", "number 95 g/L 2465-3", 0, "2465-3:g/L"}, {"2465-3", "mg/dL", "number 95 mg/dL 2465-3", 0, "2465-3:mg/dL"},
		{"2345-7", "mg/dL", "number 95 mg/dL 2345-7", 0, "2345-7"}, {"2345-7", "mmol/L", "number 1711.48 mg/dL 2345-7", 0, "2345-7"},
		{"62292-8", "ng/mL", "number 95 ng/mL 62292-8", 0, "62292-8"}, // a row of the table without a name
	} {
		var r Record
		if why := s.Standardize(&r, glucose(func(r *Raw) { r.TestCode, r.Unit = c.code, c.unit }), here, 0); why != nil {
			t.Fatal(why)
		}
		if got := describe(&r); got != c.want || r.Flags != c.flags || r.Series() != c.series {
			t.Errorf("%+v: %q %v, series %s", c, got, r.Flags.Names(nil), r.Series())
		}
		if want := strings.SplitN(c.series, ":", 2)[0]; r.Measurand() != want {
			t.Errorf("%+v: measurand %s, want %s", c, r.Measurand(), want)
		}
	}
}

func TestStandardizeRejects(t *testing.T) {
	s := standardizer(t, nil)
	long := strings.Repeat("x", 257)
	for want, changes := range map[string][]func(*Raw){
		NoDevice:    {func(r *Raw) { r.Device = " " }},
		NoTime:      {func(r *Raw) { r.Time = "" }},
		BadTime:     {func(r *Raw) { r.Time = "yesterday" }, func(r *Raw) { r.Time = "0001-01-01T00:00:00Z" }},
		NoTestCode:  {func(r *Raw) { r.TestCode = "" }},
		NoValueSent: {func(r *Raw) { r.Value = " " }},
		TooLarge:    {func(r *Raw) { r.Device = long }, func(r *Raw) { r.TestCode = long }, func(r *Raw) { r.Patient = long }},
		UnknownKind: {func(r *Raw) { r.Kind = 0 }, func(r *Raw) { r.Kind = Tick }},
		NoChannels:  {func(r *Raw) { r.Kind = Telemetry }, func(r *Raw) { r.Kind, r.Channels = Telemetry, []RawChannel{{"", "5"}} }},
	} {
		for i, change := range changes {
			var r Record
			why := s.Standardize(&r, glucose(change), here, 0)
			if why == nil || why.Code != want || why.Stage != "standardize" {
				t.Errorf("%s, case %d: %+v", want, i, why)
			}
		}
	}
}

func TestCriticalProfiles(t *testing.T) {
	m, err := NewMapping()
	if err != nil {
		t.Fatal(err)
	}
	if mistakes := m.Read("f", strings.NewReader("local_code,loinc,unit,critical_low,critical_high\nGLU,2345-7,mg/dL,40,\n")); mistakes != nil {
		t.Fatal(mistakes)
	}
	for _, c := range []struct {
		profile, code, value, unit string
		want                       Flag
	}{
		{"off", "GLU", "20", "mg/dL", 0},
		{"original", "GLU", "60", "mg/dL", 0}, {"original", "GLU", "59.9", "mg/dL", CriticalLow}, {"original", "GLU", "300.5", "mg/dL", CriticalHigh},
		{"original", "GLU", "2", "mmol/L", CriticalLow}, {"original", "K", "6.0", "mmol/L", 0}, {"original", "K", "6.1", "mmol/L", CriticalHigh},
		{"original", "K", "2.4", "mEq/L", CriticalLow}, {"original", "NA", "100", "mmol/L", 0},
		{"table", "GLU", "55", "mg/dL", CriticalLow}, {"table", "NA", "161", "mmol/L", CriticalHigh}, {"table", "GLU", "56", "mg/dL", 0},
		{"table", "GLU", "-999", "mg/dL", ErrorCode}, {"table", "GLU", "3000", "mg/dL", Implausible | CriticalHigh},
		{"site", "GLU", "41", "mg/dL", 0}, {"site", "GLU", "40", "mg/dL", CriticalLow}, {"site", "K", "9", "mmol/L", 0},
	} {
		s := standardizer(t, func(o *Options) { o.Critical, o.Mapping = c.profile, m })
		var r Record
		if why := s.Standardize(&r, glucose(func(r *Raw) { r.TestCode, r.Value, r.Unit = c.code, c.value, c.unit }), here, 0); why != nil {
			t.Fatal(why)
		}
		if r.Flags != c.want {
			t.Errorf("%s: %s %s %s is %v, want %v", c.profile, c.code, c.value, c.unit, r.Flags.Names(nil), c.want.Names(nil))
		}
	}
}

func TestSiteClock(t *testing.T) {
	s := standardizer(t, func(o *Options) { o.Zone, o.Facility = "America/New_York", "East" })
	var r Record
	if why := s.Standardize(&r, glucose(func(r *Raw) { r.Time, r.Facility = "2026-07-01 23:15", "" }), here, 0); why != nil {
		t.Fatal(why)
	}
	if r.UTCOffset != -4*3600 || !r.Flags.Has(ZoneAssumed) || r.Time != time.Date(2026, 7, 2, 3, 15, 0, 0, time.UTC).UnixNano() || r.Facility != "East" {
		t.Errorf("%+v", r)
	}
}

func TestStandardizerNeedsKeysAndSense(t *testing.T) {
	if _, err := NewStandardizer(Options{Config: DefaultConfig()}); err == nil || !strings.Contains(err.Error(), "no key") {
		t.Errorf("without keys: %v", err)
	}
	bad := Config{Zone: "Mars/Olympus", ErrorCodes: []float64{math.NaN()}, EarlyGrace: -1, Critical: "all", Decimal: "dot"}
	if got := bad.Validate(); len(got) != 5 {
		t.Errorf("%v", got)
	}
	if got := DefaultConfig().Validate(); got != nil {
		t.Errorf("%v", got)
	}
}
