package record

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func TestParseUnit(t *testing.T) {
	for want, spellings := range map[string][]string{
		"mg/dL":            {"mg/dL", "MG/DL", "mg / dl", "mg%", "mg/100mL", "mgdl", "ｍｇ/ｄＬ", "mg⁄dL", "\ufeffmg/dL\u00a0"},
		"s":                {"sec", "SECONDS", "s", "S", "secs."[:4]},
		"mm[Hg]":           {"mm Hg", "MM HG", "mmHg", "mm[Hg]", "Torr"},
		"u[IU]/mL":         {"uIU/mL", "µIU/mL", "μIU/mL", "u[IU]/mL"},
		"uU/mL":            {"uU/ML", "µU/ml"},
		"10*3/uL":          {"K/uL", "k/ul", "K/µL", "10^3/uL", "x10^3/uL", "10E3/uL", "10³/µL", "×10³/µl", "Tsd/ul", "thou/mcL", "1000/uL", "10*3/uL", "10(3)/mm3", "10**3/ul", "x10e3/cumm", "10X3/UL"},
		"10*6/uL":          {"m/uL", "M/uL", "10^6/µL", "Mio/ul", "10⁶/mm³"},
		"10*9/L":           {"x10*9/L", "10^9/L", "10E9/L", "G/L", "GPt/L", "10⁹/L", "Giga/L", "10*9/l"},
		"10*12/L":          {"T/L", "10^12/L", "TPt/l", "10¹²/L"},
		"/uL":              {"#/uL", "cells/uL", "/mm3", "{cells}/uL", "/uL"},
		"/[HPF]":           {"#/hpf", "/HPF", "/[HPF]"},
		"/[LPF]":           {"#/lpf"},
		"[IU]/L":           {"IU/L", "IE/L", "iu/l", "[IU]/L"},
		"U/L":              {"U/l", "u/L", "E/L", "units/L"},
		"m[IU]/mL":         {"mIU/mL", "MIU/ML"},
		"meq/L":            {"mEq/L", "MEQ/L", "mval/L"},
		"mmol/L":           {"mmol/L", "MMOL/L", "MMOLL", "mM"},
		"umol/L":           {"µmol/L", "umol/l", "mcmol/L", "uM"},
		"ug/mL":            {"µg/mL", "mcg/mL"},
		"g/dL":             {"g/dL", "GM/DL", "g%"},
		"g/L":              {"g/L", "g/l"},
		"mosm/kg":          {"mOsm/kg", "MOSM/KG"},
		"{Ehrlich'U}/dL":   {"EU/dL", "{Ehrlich'U}/dL"},
		"ng/mL{FEU}":       {"ng/mL FEU", "ng/mL{FEU}", "NG/ML FEU"},
		"%":                {"%", "pct"},
		"1":                {"Ratio", "units", "UNITS", "{ratio}", "1"},
		"L/min":            {"L/min"},
		"mm/h":             {"mm/hr", "mm/h"},
		"pg":               {"pg", "PG"},
		"fL":               {"fL", "FL"},
		"mg/d":             {"mg/24h", "mg/d"},
		"mL/min/{1.73_m2}": {"mL/min/1.73m2", "ml/min/1.73 m²", "mL/min/{1.73_m2}"},
		"ukat/L":           {"µkat/L", "ukat/l"},
		"mmol/mol":         {"mmol/mol", "mmol/mol{Hb}"},
		"[pH]":             {"pH", "[pH]", "pH units"},
		"{INR}":            {"INR", "{INR}"},
		"{copies}/mL":      {"copies/mL", "cp/mL"},
		"kPa":              {"kPa", "KPA"},
		"Cel":              {"Cel", "°C", "C", "degC"},
	} {
		for _, s := range append(spellings, want) {
			if got, ok := ParseUnit(s); !ok || got != want {
				t.Errorf("ParseUnit(%q) = %q %v, want %q", s, got, ok, want)
			}
		}
	}
	for _, s := range []string{"", " ", "+/-", "furlong", "mg/", "/", "mg/dL/L", "K", "Dr Miller", "mg\xff/dL", "10*/uL", "10*99/uL", "dL/mgg",
		"c/mL", "°C/mL", "{Log_copies}/mL", "{Log_IU}/mL", "{copies_log10}/mL", "log10 IU/mL", "{Log}"} {
		if got, ok := ParseUnit(s); ok {
			t.Errorf("ParseUnit(%q) = %q", s, got)
		}
	}
}

// Pairs that the US National Health and Nutrition Examination Survey 2017-2018 publishes in both units (files
// GLU_J and HDL_J, public domain).
func TestNHANESPairs(t *testing.T) {
	analytes := analyteMap(t)
	for _, c := range []struct {
		loinc     string
		mgdL, mmL float64
	}{{"2345-7", 122, 6.77}, {"2345-7", 107, 5.94}, {"2085-9", 60, 1.55}, {"2085-9", 47, 1.22}} {
		checkPair(t, analytes[c.loinc], c.mgdL, c.mmL)
	}
}

// checkPair allows for the rounding of the published SI number to three digits and of the survey's own factor.
func checkPair(t *testing.T, a *Analyte, mgdL, mmolL float64) {
	half := 0.005
	if mmolL >= 10 {
		half = 0.05
	}
	c, ok := Convert("mg/dL", "mmol/L", a)
	if got := c.Apply(mgdL); !ok || math.Abs(got-mmolL) > half+0.0002*mmolL {
		t.Errorf("%s: %v mg/dL is %v mmol/L, published %v", a.Name, mgdL, got, mmolL)
	}
}

// The whole files, where LABWATCH_NHANES names their folder.
func TestNHANES(t *testing.T) {
	dir := os.Getenv("LABWATCH_NHANES")
	if dir == "" {
		t.Skip("NOT CHECKED: set LABWATCH_NHANES to the folder of GLU_J.csv and HDL_J.csv to check unit factors against some 9,000 published pairs")
	}
	analytes := analyteMap(t)
	for file, loinc := range map[string]string{"GLU_J.csv": "2345-7", "HDL_J.csv": "2085-9"} {
		f, err := os.Open(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		pairs := 0
		for _, row := range rows[1:] {
			x, err1 := strconv.ParseFloat(row[1], 64)
			y, err2 := strconv.ParseFloat(row[2], 64)
			if err1 == nil && err2 == nil {
				checkPair(t, analytes[loinc], x, y)
				pairs++
			}
		}
		t.Logf("%s: %d pairs", file, pairs)
		if pairs == 0 {
			t.Errorf("%s holds no pairs", file)
		}
	}
}

func FuzzParseUnit(f *testing.F) {
	for _, s := range []string{"mg/dL", "10^3/µL", "{a}b", "ng/mL FEU", "x10", "G/L", "/", "10*3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if u, ok := ParseUnit(s); ok {
			if again, ok := ParseUnit(u); !ok || again != u {
				t.Fatalf("%q became %q, which reads as %q %v", s, u, again, ok)
			}
		}
	})
}
