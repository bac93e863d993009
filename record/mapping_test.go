package record

import (
	"strings"
	"testing"
)

func TestSampleCodes(t *testing.T) {
	m, err := NewMapping()
	if err != nil {
		t.Fatal(err)
	}
	// The fifteen sample codes of the system that labwatch succeeds, with the units it published.
	for local, want := range map[string][2]string{
		"GLU": {"2345-7", "mg/dL"}, "GLU_MMOL": {"2345-7", "mg/dL"}, "HBA1C": {"4548-4", "%"}, "CHOL": {"2093-3", "mg/dL"},
		"TRIG": {"2571-8", "mg/dL"}, "HDL": {"2085-9", "mg/dL"}, "LDL": {"2089-1", "mg/dL"}, "CREAT": {"2160-0", "mg/dL"},
		"BUN": {"3094-0", "mg/dL"}, "NA": {"2951-2", "mmol/L"}, "K": {"2823-3", "mmol/L"}, "WBC": {"6690-2", "10*3/uL"},
		"RBC": {"789-8", "10*6/uL"}, "HGB": {"718-7", "g/dL"}, "PLT": {"777-3", "10*3/uL"},
	} {
		row := m.find("", local)
		if row == nil || row.loinc != want[0] || row.analyte == nil || row.analyte.Unit != want[1] || row.unit.code == "" {
			t.Errorf("%s: %+v", local, row)
		}
	}
	if row := m.find("", "GLU_MMOL"); row.unit.code != "mmol/L" {
		t.Errorf("GLU_MMOL arrives in %s", row.unit.code)
	}
}

func TestMappingRead(t *testing.T) {
	m, _ := NewMapping()
	mistakes := m.Read("site.csv", strings.NewReader("\ufefflocal_code,loinc,unit,device,plausible_low,plausible_high,critical_low,critical_high\n"+
		"GLU,2345-7,mmol/L,,10,1000,40,500\n"+ // replaces the embedded row
		"GLU,2339-0,mg/dL,ABL-1,,,,\n"+ // on one device only
		"X99,1234-4,mg/L,,10,200,,\n"+ // not in our table
		"X99,1234-4,mg/dL,ABL-1,1,20,,15\n"+ // the same in another unit
		"ALB,1751-7,G/L,,,,,\n")) // capitals for grams
	for _, err := range mistakes {
		t.Error(err)
	}
	glu := m.find("other", "GLU")
	if glu.loinc != "2345-7" || glu.unit.code != "mmol/L" || glu.limits != (limits{10, 1000, 40, 500}) {
		t.Errorf("GLU: %+v", glu)
	}
	if row := m.find("ABL-1", "GLU"); row.loinc != "2339-0" {
		t.Errorf("GLU on ABL-1: %+v", row)
	}
	if row := m.find("", "X99"); row == nil || row.analyte != nil || row.unit.code != "mg/L" {
		t.Errorf("X99: %+v", row)
	}
	if row := m.find("ABL-1", "X99"); row.unit.code != "mg/dL" || row.limits.plausibleHigh != 200 || row.limits.criticalHigh != 150 {
		t.Errorf("X99 on ABL-1, whose limits are in mg/dL and whose results are published in mg/L: %+v", row)
	}
	if row := m.find("", "ALB"); row == nil || row.unit.code != "g/L" {
		t.Errorf("ALB: %+v", row)
	}
}

// Each line carries one of the mistakes that are most often found in real mapping tables.
func TestMappingMistakes(t *testing.T) {
	m, _ := NewMapping()
	mistakes := m.Read("site.csv", strings.NewReader(`local_code,loinc,unit,plausible_low,plausible_high,critical_low,critical_high
GLU,2345-8,mg/dL,,,,
NEUT,751-8,%,,,,
CREA,2160-0,IU/L,,,,
K,2823-3,furlong,,,,
NA,2951`+"\u2011"+`2,mmol/L,,,,
,2951-2,mmol/L,,,,
WBC,6690-2
HGB,718-7,g/dL,20,10,,
PLT,777-3,10*3/uL,x,,,
RBC,789-8,10*6/uL,1,9,0.5,
FLU,85478-6,mg/dL,,,,
CHOL,2093-3,mg/dL,,,,
CHOL,2093-3,mmol/L,,,,
chol,2085-9,mg/dL,,,,
"a"b,2085-9,mg/dL,,,,
LDL,2089-1,mg/dL,,,,
IGG,2465-3,G/L,,,,
IGA,2458-8,,1,20,,
IGM,2472-9,g/L,,,,
IGM_MOL,2472-9,umol/L,,,,
`))
	want := []string{
		"site.csv:2: LOINC \"2345-8\" has a wrong check digit: 7 expected",
		"site.csv:3: unit \"%\" does not fit LOINC 751-8",
		"site.csv:4: unit \"IU/L\" does not fit LOINC 2160-0",
		"site.csv:5: unit \"furlong\" is not known",
		`site.csv:6: LOINC "2951\u20112" is written with odd signs, write 2951-2`,
		"site.csv:7: local_code is empty",
		"site.csv:8: 3",
		"site.csv:9: plausible_low 20 is not below plausible_high 10",
		"site.csv:10: plausible_low \"x\" is not a number",
		"site.csv:11: a critical limit lies outside",
		"site.csv:12: unit \"mg/dL\" given, but LOINC 85478-6",
		"site.csv: parse error on line 16",
		`site.csv:18: unit "G/L" can mean 10*9/L or g/L, write one of them`,
		"site.csv:19: limits without a unit: LOINC 2458-8 is not in the embedded table",
		"site.csv:14: local code \"CHOL\" was mapped before at site.csv:13",
		"site.csv:15: local code \"chol\" looks like \"CHOL\" at site.csv:13, but means 2085-9 instead of 2093-3",
		`site.csv:21: unit "umol/L" does not convert into "g/L", in which LOINC 2472-9 is published because of site.csv:20`,
	}
	for i, err := range mistakes {
		if i >= len(want) || !strings.HasPrefix(err.Error(), want[i]) && !(strings.HasSuffix(want[i], ": 3") && strings.Contains(err.Error(), ":8: ")) {
			t.Errorf("mistake %d: %v", i, err)
		}
	}
	if len(mistakes) != len(want) {
		t.Errorf("%d mistakes, want %d", len(mistakes), len(want))
	}
	if m.find("", "LDL").place == "" {
		t.Error("the good row behind the mistakes is lost")
	}
	for text, want := range map[string]string{
		"":                                 "read header",
		"local_code,loinc\n":               "column \"unit\" is missing",
		"local_code,loinc,unit,device,x\n": "unknown column \"x\"",
		"local_code,loinc,unit,unit\n":     "stands twice",
	} {
		m, _ := NewMapping()
		if got := m.Read("f", strings.NewReader(text)); len(got) != 1 || !strings.Contains(got[0].Error(), want) {
			t.Errorf("%q: %v, want %q", text, got, want)
		}
	}
}

// A site that writes limits in the unit that its instrument sends, and not in the one that is published, is warned.
func TestMappingWarnings(t *testing.T) {
	m, _ := NewMapping()
	mistakes := m.Read("site.csv", strings.NewReader(`local_code,loinc,unit,plausible_low,plausible_high,critical_low,critical_high
HB1,718-7,g/L,10,300,,
HB2,718-7,g/L,1,30,,
HB3,718-7,g/L,3,25,7,20
HB4,718-7,g/dL,10,300,,
HB5,718-7,g/L,,,,
G1,2345-7,mmol/L,,,2.5,25
G2,2345-7,mmol/L,,,45,400
G3,14749-6,mmol/L,0.5,100,,
G4,14749-6,mmol/L,10,,50,
A1C1,4548-4,mmol/mol,10,200,,
A1C2,4548-4,mmol/mol,3,20,,
K,2823-3,meq/L,1,12,,
CA,17861-6,mmol/L,5,20,,
ALT,1742-6,ukat/L,0.02,500,,
UREA,22664-7,mmol/L,0.5,120,,
FLU,85478-6,1,,,,
IGG,2465-3,g/L,1,50,,
`))
	for _, err := range mistakes {
		t.Error(err)
	}
	var warned []string
	for _, w := range m.Warnings() {
		_, rest, _ := strings.Cut(w, "limits of \"")
		code, _, _ := strings.Cut(rest, "\"")
		warned = append(warned, code)
	}
	if got := strings.Join(warned, " "); got != "HB1 G1 G3 A1C1 ALT UREA" {
		t.Errorf("warned of %s", got)
	}
	want := `site.csv:2: limits of "HB1" hold in g/dL, in which LOINC 718-7 is published, but look like g/L, the unit of the row`
	if got := m.Warnings()[0]; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// FuzzMappingRead: any file is either read or its mistakes are named, and what is read can be looked up.
func FuzzMappingRead(f *testing.F) {
	f.Add("local_code,loinc,unit\nGLU,2345-7,mg/dL\n")
	f.Add("\ufefflocal_code,loinc,unit,device,critical_low\n\"G\nL\",2345-7,mg/dL,d,5\nK,2823-3,%,,x\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := NewMapping()
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range m.Read("f", strings.NewReader(text)) {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("%q: a mistake without its place: %v", text, err)
			}
		}
		for _, row := range m.folded {
			if got := m.find(row.device, row.local); got == nil || CheckLOINC(got.loinc) != nil {
				t.Fatalf("%q: %+v", text, row)
			}
		}
	})
}
