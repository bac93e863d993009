package main

import "testing"

func TestOnsets(t *testing.T) {
	rare := make([]float64, 1000)
	rare[500], rare[501], rare[502], rare[503+onsetQuiet] = 0.8, 0.8, 0.9, 0.1
	got := onsets(rare)
	for i, v := range got {
		want := 0.0 // a repeat is quiet, and so is what is less rare than the last records
		switch i {
		case 500, 502:
			want = rare[i]
		case 503 + onsetQuiet: // the last greater one is too long ago
			want = 0.1
		}
		if v != want {
			t.Errorf("record %d counts %v, want %v", i, v, want)
		}
	}
	// What is known at a record does not depend on what comes after it.
	for i, v := range onsets(rare[:502]) {
		if v != got[i] {
			t.Fatalf("record %d changes from %v to %v with records after it", i, got[i], v)
		}
	}
}
