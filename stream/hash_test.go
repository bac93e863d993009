package stream

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"labwatch/record"
)

// What is remembered of readings stands in snapshots, so the hash is the one of hash/fnv for ever.
func TestHashIsFNV(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		text := make([]byte, rng.IntN(40))
		for i := range text {
			text[i] = byte(rng.Uint32() >> rng.IntN(32))
		}
		number := [...]uint64{0, rng.Uint64() >> rng.IntN(64), rng.Uint64() << rng.IntN(64), math.Float64bits(rng.NormFloat64())}[rng.IntN(4)]
		want := fnv.New64a()
		want.Write(text)
		if got := hashString(string(text)); got != want.Sum64() {
			t.Fatalf("hash of %q is %x, want %x", text, got, want.Sum64())
		}
		want.Write(binary.LittleEndian.AppendUint64(nil, number))
		want.Write([]byte{0})
		if got := newHash.text(string(text)).number(number).byte(0); uint64(got) != want.Sum64() {
			t.Fatalf("hash of %q and %x is %x, want %x", text, number, got, want.Sum64())
		}
	}
}

// The contents of readings are remembered in snapshots by this hash, so what it is made of stays as it is. Members were
// added at its end once; a reading without them is known by the hash that it had before.
func TestContentHashStays(t *testing.T) {
	r := &record.Record{Kind: record.Result, Origin: record.Origin{Topic: "topic", Partition: 1, Offset: 2, Index: 3}, Arrived: 4, Time: 1763799300_123456789,
		UTCOffset: 3600, ID: "id", Device: "device", Facility: "facility", Patient: "patient", Technician: "technician", Flags: record.Late,
		Test: record.Test{Local: "GLU", LOINC: "2345-7", Name: "Glucose"}, Value: record.Value{Kind: record.Range, Comparator: "<", Number: 5.6, High: -1e300, Text: "TRACE"},
		Unit: "mg/dL", Conversion: record.Conversion{From: "mmol/L", To: "mg/dL", Factor: 18, Offset: 1, Source: "source"}, Status: record.Corrected,
		Resulted: 6, Level: "L1", Lot: "lot", Expected: 7, TargetSD: 8, Passed: record.Yes, EventType: record.LotEvent, Severity: "info", Calibration: 9, Maintenance: 10,
		Channels: []record.Channel{{Name: "ph_level", Value: 7.2, Flags: record.ErrorCode}, {Name: "temp", Value: math.NaN()}}}
	var b []byte
	number := func(v uint64) { b = binary.LittleEndian.AppendUint64(b, v) }
	number(1763799300_123456789)
	number(uint64(record.Corrected)<<8 | uint64(record.Range))
	number(math.Float64bits(5.6))
	number(math.Float64bits(-1e300))
	b = append(b, "<\x00TRACE\x00mg/dL\x002345-7\x00GLU\x00"...)
	b = append(b, "ph_level"...)
	number(math.Float64bits(7.2))
	b = append(b, "temp"...)
	number(math.Float64bits(math.NaN()))
	target := binary.LittleEndian.AppendUint64([]byte("v\x01e"), math.Float64bits(7))
	target = binary.LittleEndian.AppendUint64(append(target, 's'), math.Float64bits(8))
	bare := *r
	bare.Patient, bare.Passed, bare.Expected, bare.TargetSD, bare.Level, bare.Lot = "", record.NotSaid, math.NaN(), math.NaN(), "", ""
	for _, c := range []struct {
		kind  record.Kind
		of    *record.Record
		added string
	}{
		{record.Result, r, "ppatient\x00"}, {record.Result, &bare, ""},
		{record.Control, r, string(target) + "lL1\x00blot\x00"}, {record.Control, &bare, ""},
		{record.Telemetry, r, ""}, {record.Event, r, ""},
	} {
		want := fnv.New64a()
		want.Write(append(b[:len(b):len(b)], c.added...))
		of := *c.of
		of.Kind = c.kind
		if got := contentHash(&of); got != want.Sum64() {
			t.Errorf("%s with %q: %x, want %x", c.kind, c.added, got, want.Sum64())
		}
	}
}
