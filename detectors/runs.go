package detectors

import (
	"encoding/binary"
	"fmt"
)

// runs say how often neighbouring readings are equal without a fault: the display has few digits.
type runs struct {
	ties    int // readings equal to the one before
	longest int // equal readings in a row
	of      int // readings
	mode    int // readings that show the commonest value
}

// countRuns reads values in the order of arrival.
func countRuns(values []float64) runs {
	r := runs{of: len(values)}
	run := 0
	for i, v := range values {
		run++
		if i > 0 && v == values[i-1] {
			r.ties++
		} else {
			run = 1
		}
		r.longest = max(r.longest, run)
	}
	return r
}

// common counts the commonest of sorted values.
func common(sorted []float64) (most int) {
	for i := 0; i < len(sorted); {
		j := i
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		most = max(most, j-i)
		i = j
	}
	return most
}

// again is the probability that a reading repeats the one before, on the safe side: the share of ties or
// of the commonest value, whichever is larger, with two more seen than there were.
func (r runs) again() float64 {
	return float64(max(r.ties, r.mode)+2) / float64(r.of+4)
}

func (r runs) append(b []byte) []byte {
	for _, n := range []int{r.ties, r.longest, r.of, r.mode} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

func readRuns(r *reader) runs {
	ties, longest, of, mode := r.uvarint(), r.uvarint(), r.uvarint(), r.uvarint()
	if of > longestBlock || ties > of || longest > of || mode > of {
		r.fail(fmt.Errorf("runs %d, %d, %d of %d readings", ties, longest, mode, of))
		return runs{}
	}
	return runs{int(ties), int(longest), int(of), int(mode)}
}
