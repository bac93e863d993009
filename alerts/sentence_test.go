package alerts

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write expected.txt anew from what is said now")

// A new case is a folder: alert.json in the published form, without summary, and expected.txt with the two lines.
// The site lies one hour east of UTC.
func TestSentences(t *testing.T) {
	cases, err := filepath.Glob("testdata/sentences/*/alert.json")
	if err != nil || len(cases) < 30 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	zone := time.FixedZone("site", 3600)
	for _, path := range cases {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			a, err := ParseJSON(data)
			if err != nil {
				t.Fatal(err)
			}
			summary, action := Summarise(&a, zone)
			got := summary + "\n" + action + "\n"
			expected := filepath.Join(dir, "expected.txt")
			if *update {
				if err := os.WriteFile(expected, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(expected)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// Whatever stands in an alert, the sentence is one line of valid text and ends.
func TestSentenceIsOneLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAlert(t)
		summary, action := Summarise(&a, nil)
		for _, s := range []string{summary, action} {
			if s == "" || !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r\t\u2028\u0000") || !strings.HasSuffix(s, ".") {
				t.Fatalf("%q", s)
			}
			if strings.Contains(s, "NaN") || strings.Contains(strings.ReplaceAll(s, "Info", ""), "Inf") || strings.Contains(s, "  ") {
				t.Fatalf("%q", s)
			}
		}
	})
}

func TestShortName(t *testing.T) {
	for long, want := range map[string]string{
		"Glucose [Mass/volume] in Serum or Plasma":                                              "glucose",
		"Hemoglobin A1c/Hemoglobin.total in Blood":                                              "hemoglobin A1c",
		"Cholesterol in HDL [Mass/volume] in Serum or Plasma":                                   "HDL cholesterol",
		"Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation":                    "LDL cholesterol",
		"Bilirubin.total [Mass/volume] in Serum or Plasma":                                      "total bilirubin",
		"Troponin I.cardiac [Mass/volume] in Serum or Plasma by High sensitivity method":        "cardiac troponin I",
		"Carbon dioxide, total [Moles/volume] in Serum or Plasma":                               "carbon dioxide",
		"pH of Arterial blood":                                                                  "pH",
		"INR in Platelet poor plasma by Coagulation assay":                                      "INR",
		"aPTT in Blood by Coagulation assay":                                                    "aPTT",
		"Anion gap in Serum or Plasma":                                                          "anion gap",
		"MCV [Entitic volume] by Automated count":                                               "MCV",
		"Erythrocyte sedimentation rate by Westergren method":                                   "erythrocyte sedimentation rate",
		"Leukocytes [#/volume] in Blood by Automated count":                                     "leukocytes",
		"Streptococcus pyogenes [Presence] in Throat by Organism specific culture":              "Streptococcus pyogenes",
		"SARS-CoV-2 (COVID-19) RNA [Presence] in Respiratory system specimen by NAA with probe": "SARS-CoV-2 (COVID-19) RNA",
		"": "",
	} {
		if got := shortName(long); got != want {
			t.Errorf("%q: %q, want %q", long, got, want)
		}
	}
}

func TestSpell(t *testing.T) {
	for ucum, want := range map[string]string{
		"mg/dL": "mg/dL", "10*3/uL": "10³/µL", "10*12/L": "10¹²/L", "Cel": "°C", "[pH]": "", "1": "", "%": "%",
		"umol/L": "µmol/L", "u[IU]/mL": "µIU/mL", "m[iU]/L": "mIU/L", "[IU]/L": "IU/L", "U/L": "U/L", "mm[Hg]": "mmHg",
		"mosm/kg": "mOsm/kg", "meq/L": "mEq/L", "{INR}": "INR", "{ratio}": "", "ng/mL{FEU}": "ng/mL FEU", "ug/L": "µg/L",
		"[ppm]": "ppm", "[NTU]": "NTU", "mL/min/{1.73_m2}": "mL/min/1.73_m2", "mL/min/1": "mL/min/", "kg.m": "kg·m", "{open": "{open",
	} {
		if got := spell(ucum); got != want {
			t.Errorf("%q: %q, want %q", ucum, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		sd   float64
		want int
	}{{4, 0}, {3, 0}, {1.3, 1}, {0.3, 1}, {0.05, 2}, {0.025, 3}, {15, 0}, {40, 0}, {1e-30, 9}, {0, -1}} {
		if got := decimals(c.sd); got != c.want {
			t.Errorf("SD %v: %d decimals, want %d", c.sd, got, c.want)
		}
	}
	for _, c := range []struct {
		x, y, sd     float64
		wantX, wantY string
	}{
		{95.2, 105.4, 4, "95", "105"},
		{95.2, 95.4, 4, "95.2", "95.4"},
		{7.2, 8, 0.05, "7.20", "8.00"},
		{140, 140, 3, "140", "140"},
		{0.04, -0.04, 4, "0.04", "-0.04"},
		{1, 1 + 1e-9, 3, "1.000", "1.000"},
		{95.2, 105.4, 0, "95.2", "105.4"},
	} {
		if x, y := pair(c.x, c.y, c.sd); x != c.wantX || y != c.wantY {
			t.Errorf("%v %v at SD %v: %s %s", c.x, c.y, c.sd, x, y)
		}
	}
	for x, want := range map[float64]string{85: "85", -999: "-999", 82.5: "82.5", 12345.6: "12346", 0.123456: "0.1235", 0: "0", 1e13: "1e+13", 1e-9: "1e-09"} {
		if got := plain(x); got != want {
			t.Errorf("%v: %s, want %s", x, got, want)
		}
	}
	if got := apart(8.00001, 8); got != "8.00001" {
		t.Errorf("a value just beyond its limit reads %s", got)
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 59 * time.Second: "59 s", 12*time.Minute + 59*time.Second: "12 min", 2 * time.Hour: "2 h",
		125 * time.Minute: "2 h 5 min", 76 * time.Hour: "3 d 4 h",
	} {
		if got := span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
