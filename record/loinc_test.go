package record

import (
	"math"
	"strings"
	"testing"
)

func TestAnalytes(t *testing.T) {
	list, err := Analytes()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]*Analyte{}
	for _, a := range list {
		if seen[a.LOINC] != nil {
			t.Errorf("%s stands twice", a.LOINC)
		}
		seen[a.LOINC] = a
		// A name is LOINC's own, unaltered, or it is left out and the source says so.
		if (a.Name == "") != strings.Contains(a.Source, "name left out") || a.Source == "" || a.Property == "" {
			t.Errorf("%s lacks name, property or source", a.LOINC)
		}
		if (a.Unit == "") != (a.Property == "PrThr" || a.Property == "Prid") {
			t.Errorf("%s: property %s with unit %q", a.LOINC, a.Property, a.Unit)
		}
		if a.PlausibleLow >= a.PlausibleHigh || a.CriticalLow < a.PlausibleLow || a.CriticalHigh > a.PlausibleHigh {
			t.Errorf("%s: limits cross", a.LOINC)
		}
	}
	for _, a := range list {
		if a.Twin == "" {
			continue
		}
		twin := seen[a.Twin]
		if twin == nil || twin.Twin != "" {
			t.Errorf("%s: twin %s is missing or has a twin itself", a.LOINC, a.Twin)
		} else if _, ok := convert(a.unit, twin.unit, twin); !ok {
			t.Errorf("%s does not convert into its twin %s", a.LOINC, a.Twin)
		}
	}
}

// The names of series rest on whether the table holds a code.
func TestTabled(t *testing.T) {
	analytes := analyteMap(t)
	for code, a := range analytes {
		if got := tabled()[code]; got != a.LOINC && got != a.Twin || a.Twin != "" && got == a.LOINC {
			t.Errorf("%s is known as %q, its twin is %q", code, got, a.Twin)
		}
	}
	if n := len(tabled()); n != len(analytes) {
		t.Errorf("%d codes are known, the table holds %d", n, len(analytes))
	}
}

func TestCheckLOINC(t *testing.T) {
	for _, code := range []string{"2345-7", "4548-4", "94500-6", "718-7", "14749-6"} {
		if err := CheckLOINC(code); err != nil {
			t.Error(err)
		}
	}
	// 2100-5 is a wrong code that real haematology analysers send.
	for _, code := range []string{"2345-8", "2100-5", "2345", "-7", "23457", "2345-77", "2345\u20117", "X345-7", "", "2345-", "12345678-9", "23:5-7"} {
		if CheckLOINC(code) == nil {
			t.Errorf("%q passed", code)
		}
	}
	if err := CheckLOINC("2345-8"); err == nil || !strings.Contains(err.Error(), "7 expected") {
		t.Errorf("unhelpful: %v", err)
	}
}

// Factors from SI to the conventional unit, each from its molar mass; the last digit is a rounding.
func TestFactors(t *testing.T) {
	analytes := analyteMap(t)
	for _, c := range []struct {
		loinc, from string
		factor      float64
	}{
		{"2345-7", "mmol/L", 18.0156}, {"2160-0", "umol/L", 0.011312}, {"3094-0", "mmol/L", 2.8014},
		{"1975-2", "umol/L", 0.0584673}, {"3084-1", "umol/L", 0.0168112}, {"2093-3", "mmol/L", 38.6664},
		{"2571-8", "mmol/L", 88.5453}, {"17861-6", "mmol/L", 4.0078}, {"17861-6", "mEq/L", 2.0039},
		{"19123-9", "mEq/L", 1.21525}, {"2777-1", "mmol/L", 3.097376}, {"2498-4", "umol/L", 5.5845},
		{"2143-6", "nmol/L", 0.0362466}, {"3024-7", "pmol/L", 0.0776874}, {"3051-0", "pmol/L", 0.650977},
		{"3053-6", "nmol/L", 65.0977}, {"2986-8", "nmol/L", 28.8431}, {"2243-4", "pmol/L", 0.272388},
		{"1989-3", "nmol/L", 0.400647}, {"2132-9", "pmol/L", 1.355388}, {"2284-8", "nmol/L", 0.441404},
		{"20578-1", "umol/L", 1.449265}, {"718-7", "mmol/L", 1.61145}, {"785-6", "fmol", 16.1145},
		{"2019-8", "kPa", 7.50062}, {"1742-6", "ukat/L", 60}, {"1742-6", "nkat/L", 0.06}, {"1742-6", "IU/L", 1},
		{"3016-3", "uU/ML", 1}, {"3016-3", "mIU/L", 1}, {"1751-7", "g/L", 0.1}, {"1751-7", "G/L", 0.1},
		{"6690-2", "G/L", 1}, {"6690-2", "#/uL", 0.001}, {"6690-2", "/nL", 1}, {"789-8", "T/L", 1}, {"4544-3", "L/L", 100},
		{"2951-2", "mEq/L", 1}, {"2692-2", "mmol/kg", 1}, {"1988-5", "mg/dL", 10}, {"3255-7", "g/L", 100},
		{"48065-7", "mg/L FEU", 1000}, {"2744-1", "units", 1}, {"6301-6", "ratio", 1}, {"30934-4", "pmol/L", 3.464},
		{"786-4", "%", 1},
	} {
		a := analytes[c.loinc]
		got, ok := Convert(c.from, a.Unit, a)
		if !ok || math.Abs(got.Factor-c.factor) > 1e-5*c.factor || got.Offset != 0 || got.Source == "" {
			t.Errorf("%s from %s: %+v %v, want factor %v", c.loinc, c.from, got, ok, c.factor)
		}
	}
}

// What must not convert: other quantities, units that differ between assays, and the mistakes that trackers of
// laboratory software report most.
func TestNoFactor(t *testing.T) {
	analytes := analyteMap(t)
	for _, c := range [][2]string{
		{"2345-7", "IU/L"}, {"2345-7", "%"}, {"751-8", "%"}, {"2842-3", "mIU/L"}, {"48065-7", "ng/mL"},
		{"48065-7", "ng/mL DDU"}, {"4548-4", "mmol/L"}, {"1751-7", "mmol/L"}, {"6690-2", "g/dL"}, {"2823-3", "mg/dL"},
		{"777-3", "K"}, {"2345-7", "mg"}, {"1742-6", "mg/dL"}, {"2345-7", "quux"}, {"2345-7", ""}, {"6301-6", "%"}, {"2345-7", "mmol/kg"}, {"2345-7", "mg/24h"},
	} {
		a := analytes[c[0]]
		if got, ok := Convert(c[1], a.Unit, a); ok {
			t.Errorf("%s converts from %q: %+v", c[0], c[1], got)
		}
	}
}

// HbA1c: IFCC 48 mmol/mol is NGSP 6.5 % (the threshold of diagnosis, WHO 2011), 53 is 7.0, 75 is 9.0.
func TestHbA1c(t *testing.T) {
	a := analyteMap(t)["4548-4"]
	c, ok := Convert("mmol/mol", "%", a)
	if !ok {
		t.Fatal("no conversion")
	}
	for ifcc, ngsp := range map[float64]float64{48: 6.5, 53: 7.0, 75: 9.0} {
		if got := math.Round(c.Apply(ifcc)*10) / 10; got != ngsp {
			t.Errorf("%v mmol/mol is %v %%, want %v", ifcc, got, ngsp)
		}
	}
	if got := c.ApplySpread(10); math.Abs(got-0.9148) > 1e-12 {
		t.Errorf("a spread of 10 mmol/mol is %v %%", got)
	}
}

func analyteMap(t testing.TB) map[string]*Analyte {
	list, err := Analytes()
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]*Analyte{}
	for _, a := range list {
		m[a.LOINC] = a
	}
	return m
}
