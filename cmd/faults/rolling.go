package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// again counts the messages that the instances say they have worked a second time, both stages together. It is read from
// their logs, which outlive them.
func again(instances []*instance) (total int, err error) {
	for _, i := range instances {
		text, err := os.ReadFile(i.lab.path(i.name + ".log"))
		if err != nil {
			return 0, fmt.Errorf("count what was worked twice: %w", err)
		}
		for line := range bytes.Lines(text) { // of any length
			var said struct{ Again, Redone int }
			if json.Unmarshal(line, &said) == nil {
				total += said.Again + said.Redone
			}
		}
	}
	return total, nil
}

// outage is the longest time in which no partition gave anything. Two gaps overlap where both are silent.
func (r *result) outage() (longest time.Duration) {
	for _, g := range r.gaps {
		from, to := g.from, g.to
		for p := range int32(r.lab.partitions) {
			best := gap{}
			for _, other := range r.gaps {
				if other.partition != p || !other.from.Before(to) || !other.to.After(from) {
					continue
				}
				if other.to.Sub(other.from) > best.to.Sub(best.from) {
					best = other
				}
			}
			if best.from.After(from) {
				from = best.from
			}
			if best.to.Before(to) {
				to = best.to
			}
		}
		longest = max(longest, to.Sub(from))
	}
	return longest
}
