package record

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text, want string
		zoned      bool
	}{
		{"2026-11-23T10:30:00Z", "2026-11-23T10:30:00Z", true},
		{"2026-11-23T10:30:00.123456789+05:30", "2026-11-23T05:00:00.123456789Z", true},
		{"2026-11-23 10:30:00-0800", "2026-11-23T18:30:00Z", true},
		{"2026-11-23t10:30:00,5z", "2026-11-23T10:30:00.5Z", true},
		{"2026-11-23T10:30:00.1234567899Z", "2026-11-23T10:30:00.123456789Z", true},
		{"2026-11-23 10:30:00 UTC", "2026-11-23T10:30:00Z", true},
		{"2026-11-23T10:30:00+01", "2026-11-23T09:30:00Z", true},
		{"2026/11/23 10:30", "2026-11-23T09:30:00Z", false},
		{"2026-11-23T10:30:00", "2026-11-23T09:30:00Z", false}, // winter in Berlin
		{"2026-07-01 10:30:00.25", "2026-07-01T08:30:00.25Z", false},
		{"2026-11-23", "2026-11-22T23:00:00Z", false},
		{"2115-05-13 14:53:00", "2115-05-13T12:53:00Z", false},
		{"20261123", "2026-11-22T23:00:00Z", false}, {"20261123103015", "2026-11-23T09:30:15Z", false},
		{"202611231030", "2026-11-23T09:30:00Z", false}, {"2026112310+0900", "2026-11-23T01:00:00Z", true},
		{"20261123103015.25+0900", "2026-11-23T01:30:15.25Z", true}, {"20261123-0500", "2026-11-23T05:00:00Z", true},
		{"20261123T103015Z", "2026-11-23T10:30:15Z", true},
		{"1700000000", "2023-11-14T22:13:20Z", true}, {"1700000000.25", "2023-11-14T22:13:20.25Z", true},
		{"1700000000.1234", "2023-11-14T22:13:20.1234Z", true}, {"1700000000,1234", "2023-11-14T22:13:20.1234Z", true},
		{"2026112310-0500", "2026-11-23T15:00:00Z", true},
		{"1700000000123", "2023-11-14T22:13:20.123Z", true}, {"1700000000123456", "2023-11-14T22:13:20.123456Z", true},
		{"1700000000123456789", "2023-11-14T22:13:20.123456789Z", true}, {"2026112310", "2034-03-16T08:58:30Z", true},
		{"\ufeff ２０２６-11-23T10:30:00Z ", "2026-11-23T10:30:00Z", true}, {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", true},
		{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", true}, {"1900-01-01T00:00:00Z", "1900-01-01T00:00:00Z", true},
	} {
		ns, zoned, ok := ParseTime(c.text, berlin)
		if got := time.Unix(0, ns).UTC().Format(time.RFC3339Nano); !ok || got != c.want || zoned != c.zoned {
			t.Errorf("ParseTime(%q) = %s zoned %v ok %v, want %s %v", c.text, got, zoned, ok, c.want, c.zoned)
		}
	}
	for _, text := range []string{"", "yesterday", "0", "12", "2026-13-01", "2026-02-30T00:00:00Z", "2026-1-1", "11/23/2026",
		"2026-11-23T24:00:00Z", "2026-11-23T10:60:00Z", "2026-11-23T10:30:00Q", "2026-11-23T10:30:00+25:00", "2026-11-23Tab:cd",
		"1899-12-31T00:00:00Z", "2262-01-01T00:00:00Z", "20261323", "99999999999999999999", "9999999999999999999", "-1700000000",
		"2026-11-23T", "2026-11-23T10", "2026-11-23T10:30:6", "2026-11-2310:30:00", "1.7e9", "638400000000000000", "133500000000000000", "20261123T1", "2026-aa-23", "--------", "NaN"} {
		if ns, _, ok := ParseTime(text, berlin); ok {
			t.Errorf("ParseTime(%q) = %s", text, time.Unix(0, ns).UTC())
		}
	}
	if n := testing.AllocsPerRun(100, func() {
		ParseTime("2026-11-23T10:30:00.5+01:00", berlin)
		ParseTime("2026-11-23 10:30:00", berlin)
	}); n != 0 {
		t.Errorf("allocates %v times", n)
	}
}

// FuzzParseTime compares with the standard library wherever that can read the text too.
func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-11-23T10:30:00Z", "2026-11-23T10:30:00.5-08:00", "2026-11-23 10:30:00", "20261123103015", "1700000000123", "2000-01-01T0:00:00Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ns, zoned, ok := ParseTime(text, time.UTC)
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || at.Year() < firstYear+1 || at.Year() >= lastYear || len(text) > 35 {
			return
		}
		if text[12] == ':' {
			return // an hour of one digit, which time.Parse takes but RFC 3339 does not know: go.dev/issue/54580
		}
		if _, offset := at.Zone(); offset > 18*3600 || offset < -18*3600 {
			return
		}
		if !ok || !zoned || ns != at.UnixNano() {
			t.Fatalf("%q is %d zoned %v ok %v, the standard library reads %d", text, ns, zoned, ok, at.UnixNano())
		}
	})
}

func BenchmarkParseTime(b *testing.B) {
	for _, text := range []string{"2026-11-23T10:30:00.123Z", "2026-11-23 10:30:00"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ParseTime(text, time.UTC)
			}
		})
	}
}
