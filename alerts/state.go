package alerts

import "math"

// Phase is where the life of an alert stands.
type Phase uint8

// The phases. Their numbers are part of the state's encoding and never change.
const (
	Idle    Phase = 0 // nothing wrong
	Pending Phase = 1 // breaches, but too few to open
	Open    Phase = 2
	Ended   Phase = 3 // resolved by the last Step, which the next one forgets
)

// State is what is remembered about one alert of one series and rule. The zero State is the healthy one.
// It holds no pointers, so copying it is all that Step needs to be pure.
type State struct {
	Phase     Phase
	Severity  Severity // worst since the first breach
	Direction int8     // of all breaches; 0 when they disagree
	ID        ID       // set by the caller when it opens
	Breaches  uint32   // in a row, not counting observations that were not ready
	Clears    uint32   // in a row
	Count     uint32   // breaches since FirstSeen
	Sequence  uint32   // of the last message
	FirstSeen int64    // time of the first breach, nanoseconds since 1970 UTC
	Opened    int64    // time of the record that opened the alert
	Said      int64    // time of the last message
	Newest    int64    // newest time seen since FirstSeen
	Peak      float64  // worst score since FirstSeen
	PeakValue float64  // the reading that had it; the first one of equals
	// Acknowledged is when somebody said that he looks after it, by the time of that entry; 0: nobody has. An alert
	// that is looked after is not said again, unless it gets worse or ends.
	Acknowledged int64
	// values holds the readings of the last breaches as a ring: the breach numbered n from 0 is at n % MaxValues.
	values [MaxValues]float64
}

// Healthy says that there is nothing to remember: neither a breach nor an open alert.
func (s *State) Healthy() bool { return s.Phase == Idle || s.Phase == Ended }

// breach counts o, which is one of the given severity, unless what it says again was counted.
func (s *State) breach(o Observation, severity Severity, again bool) {
	if s.Count == 0 || o.Score > s.Peak {
		s.Peak, s.PeakValue = o.Score, o.Value
	}
	if s.Direction != int8(o.Direction) {
		s.Direction = 0
	}
	s.Severity = max(s.Severity, severity)
	s.Clears = 0
	if !again {
		s.values[s.Count%MaxValues] = o.Value
		s.Breaches = more(s.Breaches)
		s.Count = more(s.Count)
	}
}

// more adds one. At the top it stays within the last full turn of the ring, so that the ring goes on turning.
func more(n uint32) uint32 {
	if n == math.MaxUint32 {
		return n - MaxValues + 1
	}
	return n + 1
}

// AppendValues appends the readings of the last breaches, oldest first, at most MaxValues, without NaN.
func (s *State) AppendValues(dst []float64) []float64 {
	n := min(s.Count, MaxValues)
	for i := s.Count - n; i != s.Count; i++ {
		if v := s.values[i%MaxValues]; !math.IsNaN(v) {
			dst = append(dst, v)
		}
	}
	return dst
}

// Fill writes into a what the state knows: ID, Sequence, Severity, Opened, and of the evidence Peak, FirstSeen,
// Count, Values and, where nothing better is there, Direction. The rest is the caller's. The peak of a rule
// whose statistic is the value is the worst reading; else it is the worst score.
func (s *State) Fill(a *Alert) {
	a.ID = s.ID.String()
	a.Sequence = int(s.Sequence)
	a.Severity = s.Severity
	a.Opened = s.Opened
	a.Acknowledged = s.Acknowledged
	e := &a.Evidence
	e.Peak = s.Peak
	if e.Statistic == StatValue {
		e.Peak = s.PeakValue
	}
	e.FirstSeen = s.FirstSeen
	e.Count = int(s.Count)
	e.Values = s.AppendValues(e.Values[:0])
	if e.Direction == 0 {
		e.Direction = int(s.Direction)
	}
}
