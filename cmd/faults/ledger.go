package main

import (
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"sync"
)

// ledger holds, for each device, what was said about it and in which order: a hash of each message, and the offset
// it stands at or comes from, so that a difference can be looked up. Ten million messages take 120 MB.
type ledger struct {
	mu      sync.Mutex
	devices map[string]*account
}

type account struct {
	hashes  []uint64
	offsets []uint32
}

func newLedger() *ledger { return &ledger{devices: map[string]*account{}} }

func (l *ledger) add(device string, hash uint64, offset int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.devices[device]
	if a == nil {
		a = &account{}
		l.devices[device] = a
	}
	a.hashes = append(a.hashes, hash)
	a.offsets = append(a.offsets, uint32(offset))
}

func (l *ledger) count() (n int) {
	for _, a := range l.devices {
		n += len(a.hashes)
	}
	return n
}

// difference is what the checker found.
type difference struct {
	lost       int // expected and not there
	doubled    int // there more often than expected
	foreign    int // there and never expected: changed on the way, or of work that was not committed
	disordered int // there, but before one of the same device that it should follow
	examples   []string
}

// mostExamples is enough to begin to look.
const mostExamples = 8

func (d *difference) example(format string, args ...any) {
	if len(d.examples) < mostExamples {
		d.examples = append(d.examples, fmt.Sprintf(format, args...))
	}
}

func (d *difference) add(o difference) {
	d.lost += o.lost
	d.doubled += o.doubled
	d.foreign += o.foreign
	d.disordered += o.disordered
	d.examples = append(d.examples, o.examples...)
}

// compare holds what was published against what had to be.
func compare(what string, want, got *ledger) (d difference) {
	devices := map[string]bool{}
	for name := range want.devices {
		devices[name] = true
	}
	for name := range got.devices {
		devices[name] = true
	}
	none := &account{}
	for _, name := range slices.Sorted(maps.Keys(devices)) {
		w, g := want.devices[name], got.devices[name]
		if w == nil {
			w = none
		}
		if g == nil {
			g = none
		}
		if !slices.Equal(w.hashes, g.hashes) {
			d.account(what+" of "+name, w, g)
		}
	}
	return d
}

// account compares one device's messages.
func (d *difference) account(whose string, want, got *account) {
	places := make(map[uint64][]int, len(want.hashes)) // where in want, ascending
	for i, h := range want.hashes {
		places[h] = append(places[h], i)
	}
	known := make(map[uint64]bool, len(places))
	for h := range places {
		known[h] = true
	}
	furthest := -1
	for i, h := range got.hashes {
		p := places[h]
		switch {
		case len(p) > 0:
			if p[0] < furthest {
				d.disordered++
				d.example("%s: published at offset %d after what should follow it", whose, got.offsets[i])
			}
			furthest = max(furthest, p[0])
			places[h] = p[1:]
		case known[h]:
			d.doubled++
			d.example("%s: published again at offset %d", whose, got.offsets[i])
		default:
			d.foreign++
			d.example("%s: published at offset %d, but nothing of the kind was expected", whose, got.offsets[i])
		}
	}
	for i, h := range want.hashes {
		if p := places[h]; len(p) > 0 && p[0] == i {
			places[h] = p[1:]
			d.lost++
			d.example("%s: what input offset %d gives was not published", whose, want.offsets[i])
		}
	}
}

// hasher makes the hashes of one run.
type hasher struct{ seed maphash.Seed }

func (h hasher) of(parts ...[]byte) uint64 {
	var m maphash.Hash
	m.SetSeed(h.seed)
	for _, p := range parts {
		maphash.WriteComparable(&m, len(p))
		_, _ = m.Write(p)
	}
	return m.Sum64()
}
