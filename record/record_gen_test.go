package record

import (
	"math"

	"pgregory.net/rapid"
)

// anyRecord draws a record of any kind with any content, possible or not: the codecs must carry it all the same.
var anyRecord = rapid.Custom(func(t *rapid.T) *Record {
	text := rapid.OneOf(rapid.Just(""), rapid.String(), rapid.StringMatching(`[A-Z0-9-]{1,12}`)).Draw
	number := rapid.OneOf(rapid.Float64(), rapid.Custom(func(t *rapid.T) float64 {
		return math.Float64frombits(rapid.Uint64().Draw(t, "bits")) // NaNs of all sorts, infinities, -0
	}), rapid.Just(0.0), rapid.Just(Missing())).Draw
	ns := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(-2208988800e9, 9214646399e9)).Draw // 1900 to 2261
	r := &Record{
		Kind: Kind(rapid.IntRange(1, 5).Draw(t, "kind")),
		Origin: Origin{Topic: text(t, "topic"), Partition: rapid.Int32().Draw(t, "partition"),
			Offset: rapid.Int64().Draw(t, "offset"), Index: rapid.Int32().Draw(t, "index")},
		Arrived: ns(t, "arrived"), Time: ns(t, "time"), UTCOffset: rapid.Int32Range(-64800, 64800).Draw(t, "utcoffset"),
		ID: text(t, "id"), Device: text(t, "device"), Facility: text(t, "facility"), Patient: text(t, "patient"),
		Technician: text(t, "technician"), Flags: Flag(rapid.Uint32Range(0, 1<<len(flagNames)-1).Draw(t, "flags")),
		Test: Test{text(t, "local"), text(t, "loinc"), text(t, "name")},
		Value: Value{Kind: ValueKind(rapid.IntRange(0, 6).Draw(t, "valuekind")), Number: number(t, "number"), High: number(t, "high"),
			Comparator: rapid.SampledFrom([]string{"", "<", "<=", ">", ">="}).Draw(t, "comparator"), Text: text(t, "text")},
		Unit: text(t, "unit"), Conversion: Conversion{text(t, "from"), text(t, "to"), number(t, "factor"), number(t, "offset"), text(t, "source")},
		Status: Status(rapid.IntRange(0, 3).Draw(t, "status")), Resulted: ns(t, "resulted"),
		Level: text(t, "level"), Lot: text(t, "lot"), Expected: number(t, "expected"), TargetSD: number(t, "sd"),
		Passed: Verdict(rapid.IntRange(0, 2).Draw(t, "passed")), EventType: EventType(rapid.IntRange(0, 9).Draw(t, "event")),
		Severity:    rapid.SampledFrom([]string{"", "debug", "info", "warning", "error", "critical"}).Draw(t, "severity"),
		Calibration: ns(t, "calibration"), Maintenance: ns(t, "maintenance"),
	}
	for range rapid.IntRange(0, 4).Draw(t, "channels") {
		r.Channels = append(r.Channels, Channel{text(t, "name"), number(t, "value"), Flag(rapid.Uint32Range(0, 1<<18-1).Draw(t, "cflags"))})
	}
	return r
})
