package stream

import (
	"labwatch/detectors"
	"labwatch/record"
)

// fetch brings what judging a number will read of the series from memory, all at once; see detectors.Fetcher.
func (s *series) fetch(value float64) uint64 {
	sum := uint64(s.seen) + uint64(s.votes.at) + uint64(s.pace.count) + uint64(s.standing.Direction) + s.baseline.Fetch(value)
	for i, d := range s.dets {
		if f, ok := d.(detectors.Fetcher); ok {
			sum += f.Fetch(value)
		}
		sum += s.usual[i].Fetch()
	}
	for i := range s.promises {
		sum += uint64(s.promises[i].index)
	}
	if v := &s.votes; len(v.patients) == maxVotes {
		sum += uint64(v.patients[0]) + uint64(v.patients[maxVotes-1]) + uint64(v.times[v.at])
	}
	if s.unit != "" {
		sum += uint64(s.unit[0])
	}
	return sum
}

// fetch does so for what is looked at of a device before its series.
func (d *device) fetch(kind record.Kind) uint64 {
	g := &d.gates[gateIndex(kind)]
	sum := uint64(d.newest) + uint64(g.newest) + uint64(d.series.len()) + uint64(len(d.rules))
	if i := g.at; i < len(g.ids) {
		sum += g.ids[i] + uint64(g.contents[i])
	}
	return sum
}
