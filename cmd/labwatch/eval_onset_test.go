package main

import (
	"math"
	"testing"
)

func TestOnsets(t *testing.T) {
	scores := make([]float64, 1000)
	for i := range scores {
		scores[i] = float64(i % 10) // 0 to 9, median 5, 99th percentile 9
	}
	scores[500], scores[501], scores[502], scores[900] = 17, 17, 25, math.NaN()
	got := onsets(rarity(scores))
	for i := range onsetWarm {
		if got[i] != 0 {
			t.Fatalf("record %d counts after %d scores", i, i)
		}
	}
	// Rarer than 500 earlier scores; (17-9)/(9-5) beyond them. A repeat is quiet, a greater one speaks.
	if want := math.Log10(501) + 2; !near(got[500], want, 1e-12) || got[501] != 0 || !near(got[502], math.Log10(503)+4, 1e-12) {
		t.Errorf("onsets %v, want %v, 0 and %v", got[500:503], want, math.Log10(503)+4)
	}
	for i := 503; i <= 502+onsetQuiet; i++ {
		if got[i] != 0 {
			t.Fatalf("record %d speaks %d records after a greater one", i, i-502)
		}
	}
	if got[900] != 0 {
		t.Errorf("a record without a score counts %v", got[900])
	}
	// What is known at a record does not depend on what comes after it.
	for i, v := range onsets(rarity(scores[:700])) {
		if v != got[i] {
			t.Fatalf("record %d changes from %v to %v with records after it", i, v, got[i])
		}
	}
	// A constant series has nothing rare.
	for i, v := range onsets(rarity(make([]float64, 300))) {
		if v != 0 {
			t.Fatalf("record %d of a constant series counts %v", i, v)
		}
	}
}
