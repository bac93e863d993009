package alerts

import (
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func drawState(t *rapid.T) State {
	p := drawPolicy(t)
	var s State
	for _, o := range rapid.SliceOfN(rapid.Custom(drawObservation), 0, 30).Draw(t, "observations") {
		var c Change
		if s, c = p.Step(s, o); c == Opened {
			copy(s.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		}
	}
	return s
}

func TestStateRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawState(t)
		b, err := s.AppendBinary([]byte("before"))
		if err != nil || string(b[:6]) != "before" {
			t.Fatal(err)
		}
		b = b[6:]
		got := State{Count: 99}
		if err := got.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		// The text shows every field, the encoding every bit of a NaN.
		if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", s); g != w || !same(got, s) {
			t.Fatalf("got %s\nwant %s", g, w)
		}
		for n := range b {
			if new(State).UnmarshalBinary(b[:n]) == nil {
				t.Fatalf("%d of %d bytes were read", n, len(b))
			}
		}
		if new(State).UnmarshalBinary(append(b, 0)) == nil {
			t.Fatal("a byte too many was read")
		}
	})
}

func TestStateGolden(t *testing.T) {
	p := DefaultPolicy()
	s, _ := p.Step(State{}, Observation{At: 1_700_000_000_000_000_000, Ready: true, Score: 3.2, Warning: 2, Critical: 3, Value: 105, Direction: 1})
	s.ID = ID{0: 0xab, 15: 0xcd}
	// Version 1. Whoever changes this changes the version, and goes on reading this one.
	want := "01" + "02" + "03" + "01" + "01000100" + "00002a36fe9c9717" + "00" +
		"9a99999999990940" + "0000000000405a40" + "0000000000405a40" + "0000" + "ab0000000000000000000000000000cd"
	b, _ := s.AppendBinary(nil)
	if got := hex.EncodeToString(b); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if idle, _ := new(State).AppendBinary(nil); hex.EncodeToString(idle) != "0100" {
		t.Errorf("idle state: %x", idle)
	}
}

func TestStateRefuses(t *testing.T) {
	p := DefaultPolicy()
	s, _ := p.Step(State{}, see('c', 1))
	good, _ := s.AppendBinary(nil)
	for name, edit := range map[string]func(b []byte) []byte{
		"nothing":       func([]byte) []byte { return nil },
		"version 0":     func(b []byte) []byte { b[0] = 0; return b },
		"phase 4":       func(b []byte) []byte { b[1] = 4; return b },
		"severity 0":    func(b []byte) []byte { b[2] = 0; return b },
		"severity 4":    func(b []byte) []byte { b[2] = 4; return b },
		"direction 2":   func(b []byte) []byte { b[3] = 2; return b },
		"a long varint": func(b []byte) []byte { return append(b[:4:4], append([]byte{0x81, 0x00}, b[5:]...)...) },
		"count 2^32": func(b []byte) []byte {
			return append(b[:6:6], append([]byte{0x80, 0x80, 0x80, 0x80, 0x10}, b[7:]...)...)
		},
		"peak not number": func(b []byte) []byte { copy(b[17:], "\xff\xff\xff\xff\xff\xff\xff\xff"); return b },
	} {
		keep := State{Count: 7}
		err := keep.UnmarshalBinary(edit(append([]byte(nil), good...)))
		if err == nil || errors.Is(err, ErrNewerState) || keep.Count != 7 {
			t.Errorf("%s: error %v, state %+v", name, err, keep)
		}
	}
	newer := append([]byte(nil), good...)
	newer[0] = stateVersion + 1
	if err := new(State).UnmarshalBinary(newer); !errors.Is(err, ErrNewerState) {
		t.Errorf("newer version: %v", err)
	}
}

func FuzzState(f *testing.F) {
	p := DefaultPolicy()
	s, _ := p.Step(State{}, see('c', 1))
	good, _ := s.AppendBinary(nil)
	f.Add(good)
	f.Add([]byte{1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var s State
		if s.UnmarshalBinary(b) != nil {
			return
		}
		again, _ := s.AppendBinary(nil)
		if string(again) != string(b) {
			t.Fatalf("%x was read, %x written", b, again)
		}
		p.Step(s, see('w', 1)) // must not panic on whatever was read
	})
}
