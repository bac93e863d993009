package stream

import (
	"bytes"
	"fmt"
	"testing"

	"labwatch/alerts"
	"labwatch/record"
)

// TestRoomForRulesIsNoMatterOfTheMap: of very many alerts that are pending since one moment the same ones make room, in
// whatever order the map that holds them has them: by chance, or as a restart reads them.
func TestRoomForRulesIsNoMatterOfTheMap(t *testing.T) {
	var first []byte
	for run := range 4 {
		j := onlyZScore(t, func(c *alerts.Config) { c.ErrorCode.Policy.OpenAfter = 2 })
		j.MaxSeries, j.Plan.Group = 3, nil // there is room for leastRules all the same
		b := newBedside(t, j)
		for i := range 3 * leastRules {
			if run%2 == 1 && i%50 == 49 {
				b.restart(j)
			}
			r := sample("bath", seconds(0), record.Channel{Name: fmt.Sprint("c", i*7919%10_007), Value: -999, Flags: record.ErrorCode})
			r.ID = fmt.Sprint("r", i)
			b.hear(r)
		}
		if n := len(b.w.devices["bath"].held.rules); n != leastRules {
			t.Fatalf("%d alerts are pending", n)
		}
		if got := state(b.w)["d/bath"]; first == nil {
			first = got
		} else if !bytes.Equal(got, first) {
			t.Errorf("run %d: the same input left another state", run)
		}
	}
}
