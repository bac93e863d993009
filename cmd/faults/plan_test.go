package main

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func anything(kind) bool { return true }

// TestPlanRepeats draws the same faults from the same seed, and others from another seed or for another target.
func TestPlanRepeats(t *testing.T) {
	draw := func(seed uint64, hits target) (all [50]fault) {
		p := newPlan(seed, hits, anything, time.Second, sessionTimeout)
		for i := range all {
			all[i] = p.next()
			all[i].hits = 0 // the target itself makes no difference
		}
		return all
	}
	if once, again := draw(7, 1), draw(7, 1); once != again {
		t.Error("the same seed gave other faults")
	}
	if draw(7, 1) == draw(8, 1) {
		t.Error("another seed gave the same faults")
	}
	if draw(7, 1) == draw(7, 0) {
		t.Error("another target got the same faults")
	}
}

// TestPlanCoversKinds makes sure that every kind of fault is drawn, for its own kind of target and with its length.
func TestPlanCoversKinds(t *testing.T) {
	seen := map[kind]bool{}
	for _, hits := range []target{theBroker, theExtra, theClocks, 0, 1} {
		p := newPlan(3, hits, anything, time.Second, sessionTimeout)
		for range 500 {
			f := p.next()
			seen[f.kind] = true
			if f.kind == freeze && f.lasts <= sessionTimeout {
				t.Fatalf("a freeze of %v is within the session timeout", f.lasts)
			}
			if slices.Contains(brokerKinds, f.kind) != (hits == theBroker) || (f.kind == storm || f.kind == pair) != (hits == theExtra) || (f.kind == clockJump) != (hits == theClocks) {
				t.Fatalf("%s on target %d", f.kind, hits)
			}
		}
	}
	for _, k := range kinds {
		if !seen[k.kind] {
			t.Errorf("%s was never drawn", k.kind)
		}
	}
}

// TestPlanOfTheBroker has every kind among as many faults as there are kinds.
func TestPlanOfTheBroker(t *testing.T) {
	for seed := range uint64(20) {
		p := newPlan(seed, theBroker, anything, time.Second, sessionTimeout)
		for range 3 {
			seen := map[kind]bool{}
			for range brokerKinds {
				seen[p.next().kind] = true
			}
			if len(seen) != len(brokerKinds) {
				t.Errorf("seed %d: only %d of %d kinds in a round", seed, len(seen), len(brokerKinds))
			}
		}
	}
}

// TestPlanWithout leaves out what cannot be had.
func TestPlanWithout(t *testing.T) {
	only := func(k kind) bool { return k == kill }
	if newPlan(1, theBroker, only, time.Second, sessionTimeout) != nil {
		t.Error("a plan for the broker without a fault of the broker")
	}
	p := newPlan(1, 0, only, time.Second, sessionTimeout)
	for range 20 {
		if f := p.next(); f.kind != kill {
			t.Fatalf("%s was drawn", f.kind)
		}
	}
}

// TestSaysWhatCannotBeHad: a fault that was asked for by name and that this labwatch cannot have is told, not left out unseen.
func TestSaysWhatCannotBeHad(t *testing.T) {
	for _, c := range []struct {
		binary string
		kinds  []kind
		told   bool
	}{{"labwatch", nil, true}, {"labwatch", []kind{clockSet}, true}, {"labwatch", []kind{kill}, false}, {"", []kind{clockSet}, false}} {
		l := &lab{settings: &settings{binary: c.binary, kinds: c.kinds}, bus: foreignBroker("a:1"), out: io.Discard}
		r := &result{}
		l.choose(r, true)
		if told := slices.ContainsFunc(r.skipped, func(said string) bool { return strings.HasPrefix(said, string(clockSet)) }); told != c.told {
			t.Errorf("--labwatch %q, --kinds %v: said %q", c.binary, c.kinds, r.skipped)
		}
	}
}
