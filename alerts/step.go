package alerts

import (
	"math"
	"time"
)

// Observation is what one record says about one alert.
type Observation struct {
	At    int64 // event time of the record, nanoseconds since 1970 UTC
	Ready bool  // false: too few values yet, or nothing to judge. The minimum n is enforced by whoever sets this.
	Score float64
	// Warning and Critical are the levels in the unit of Score: at or above one is a breach. NaN means that there
	// is no such level; without any level an observation is clear, so that an alert ends whose limit was removed.
	Warning, Critical float64
	Value             float64 // the reading, kept as evidence; NaN when there is no single one
	Direction         int     // +1 high, -1 low, 0 none
	// Again says that the record corrects another. A breach of it is not one more if it lies between the first breach of the
	// alert and the newest time seen: there it was counted. One from before or after counts, as it passed until now.
	Again bool
}

// Step takes an observation into account and says what there is to say. It is pure: the same state and
// observation always give the same result, and the caller's state, of which this is a copy, is not touched.
//
// An observation that is not ready, or whose score is NaN, neither breaches nor clears: it changes nothing.
// An alert opens with the worst severity of the row that opened it. While it is open its severity never falls, so
// that a score between two levels does not flap; a rise is said at once. Times that go back count as the newest
// time seen. A breach of an open alert breaks a row of clear observations, and so does a score between the
// resolve ratio and the level.
//
// When the change is Opened the caller sets the ID of the returned state, see NewID. A state that says Resolved
// still knows its alert, so that the message can be written; the next Step starts from nothing.
func (p Policy) Step(s State, o Observation) (State, Change) {
	if s.Phase == Ended {
		s = State{}
	}
	if !o.Ready || math.IsNaN(o.Score) {
		return s, Quiet
	}
	severity := p.severity(o)
	again := o.Again && s.Phase != Idle && s.FirstSeen <= o.At && o.At <= s.Newest
	if s.Phase == Idle {
		if severity == 0 {
			return s, Quiet
		}
		s = State{Phase: Pending, FirstSeen: o.At, Newest: o.At, Direction: int8(o.Direction)}
	}
	s.Newest = max(s.Newest, o.At)

	if severity != 0 {
		if o.Again {
			s.FirstSeen = min(s.FirstSeen, o.At) // corrected once more, it is counted
		}
		worse := severity > s.Severity
		s.breach(o, severity, again)
		switch {
		case s.Phase == Pending && int(s.Breaches) >= p.OpenAfter:
			s.Phase, s.Opened, s.Said, s.Sequence = Open, s.Newest, s.Newest, 0
			return s, Opened
		case s.Phase == Open && (worse || s.Acknowledged == 0 && elapsed(s.Said, s.Newest) >= p.UpdateEvery):
			s.Said = s.Newest
			s.Sequence++
			return s, Updated
		}
		return s, Quiet
	}

	if s.Phase == Pending {
		return State{}, Quiet
	}
	s.Breaches = 0
	if !p.clear(o) {
		s.Clears = 0
		return s, Quiet
	}
	s.Clears++
	if int(s.Clears) < p.ResolveAfter {
		return s, Quiet
	}
	s.Phase, s.Said = Ended, s.Newest
	s.Sequence++
	return s, Resolved
}

// severity is what o asks for, 0 when it is no breach.
func (p Policy) severity(o Observation) Severity {
	s := Severity(0)
	switch { // a comparison with NaN is false
	case o.Score >= o.Critical:
		s = Critical
	case o.Score >= o.Warning:
		s = Warning
	}
	if p.Severity != 0 && s > p.Severity {
		s = p.Severity
	}
	return s
}

// clear says whether o, which is no breach, is far enough below its lowest level.
func (p Policy) clear(o Observation) bool {
	level := o.Warning
	if !(level <= o.Critical) && !math.IsNaN(o.Critical) {
		level = o.Critical
	}
	if p.ResolveRatio > 0 {
		level *= p.ResolveRatio
	}
	return math.IsNaN(level) || o.Score < level
}

// elapsed is to-from for to >= from. A span beyond 292 years counts as that.
func elapsed(from, to int64) time.Duration {
	return time.Duration(min(uint64(to)-uint64(from), math.MaxInt64))
}
