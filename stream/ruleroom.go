package stream

import "labwatch/alerts"

// The alerts of plain rules are kept under names that a sender chooses: a sample number in a test code would let a device grow
// until the local state takes its snapshot no more. So each rule has room for so many, and one misused name does not mute the others.

const (
	leastRules  = 64 // room for the channels and tests of one device, whatever judge.max_series is
	maxCritical = 64 // critical results of a device that are remembered, so that a correction can take them back
)

// roomForRule says whether one more alert of a rule may be kept, of which there may be as many as series, and no fewer than
// leastRules. One that is not open yet makes room, the one that was not seen for longest; an open one never does. Critical
// values make room for themselves.
func (d *device) roomForRule(rule string, series int) bool {
	if len(d.rules) < max(series, leastRules) || rule == alerts.RuleCriticalValue {
		return true
	}
	n, pending, found := d.oldestOf(rule, func(s *alerts.State) (int64, bool) { return s.Newest, s.Phase != alerts.Open })
	if n < max(series, leastRules) {
		return true
	}
	if found {
		delete(d.rules, pending)
	}
	return found
}

// forgetCritical keeps the newest.
func (d *device) forgetCritical() {
	n, oldest, _ := d.oldestOf(alerts.RuleCriticalValue, func(s *alerts.State) (int64, bool) { return s.Opened, true })
	if n > maxCritical {
		delete(d.rules, oldest)
	}
}

// oldestOf is how many alerts of a rule there are, and of those that may go the oldest, by the time that is asked for. Equals
// go in the order of their keys, never in that of the map.
func (d *device) oldestOf(rule string, age func(*alerts.State) (at int64, mayGo bool)) (n int, oldest ruleKey, found bool) {
	first := int64(0)
	for key, s := range d.rules {
		if key.rule != rule {
			continue
		}
		n++
		at, mayGo := age(s)
		if mayGo && (!found || at < first || at == first && compareKeys(key, oldest) < 0) {
			first, oldest, found = at, key, true
		}
	}
	return n, oldest, found
}
