package stream

import (
	"math/bits"

	"labwatch/alerts"
	"labwatch/record"
)

// tally counts what one transaction did. It becomes metrics when the transaction is committed, so that work which is
// done twice is counted once and the counters always add up to the committed input.
type tally struct {
	sequenced    int // readings written to the log
	standardized int // readings published
	duplicates   int
	unscored     int     // numbers of series, and breaches of plain rules, beyond the bound of their device; vectors without a group
	resets       int     // learning anew after a calibration, a lot, a verdict or a long wait; rejected alerts of groups too
	rollbacks    int     // former baselines and forests that hold again
	unkept       int     // former forests given up because they or their group are too large
	idleVerdicts int     // verdicts that changed nothing
	asked        float64 // false alarms that the budget allows for the time that devices were judged
	expected     float64 // those to be expected of the levels that held
	opened       int     // alerts of detectors of series, and of forests with a share of the budget, true and false
	flags        [32]int // published readings by the bit of each flag they carry
	rejected     []codeCount
	alerts       []alertCount
}

type codeCount struct {
	code string
	n    int
}

type alertKey struct {
	rule     string
	severity alerts.Severity
	change   alerts.Change
}

type alertCount struct {
	alertKey
	n int
}

// flag counts the remarks on a published reading; most have none.
func (t *tally) flag(flags record.Flag) {
	for f := uint32(flags); f != 0; f &= f - 1 {
		t.flags[bits.TrailingZeros32(f)]++
	}
}

func (t *tally) reject(code string) {
	for i := range t.rejected {
		if t.rejected[i].code == code {
			t.rejected[i].n++
			return
		}
	}
	t.rejected = append(t.rejected, codeCount{code, 1})
}

func (t *tally) alert(rule string, severity alerts.Severity, change alerts.Change) {
	key := alertKey{rule, severity, change}
	for i := range t.alerts {
		if t.alerts[i].alertKey == key {
			t.alerts[i].n++
			return
		}
	}
	t.alerts = append(t.alerts, alertCount{key, 1})
}
