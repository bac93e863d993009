package stream

import (
	"bytes"
	"encoding/binary"

	"labwatch/alerts"
	"labwatch/detectors"
)

// former is what a series held for normal before it was last learned anew, so that a person can take that back. A series
// has one at most, no larger than a reference; the next learning anew replaces it.
type former struct {
	baseline []byte      // see detectors.Baseline.Former
	ended    []alerts.ID // the alerts that were ended then, by which a person names it
}

// names says whether the former baseline may be named by an alert's id.
func (f *former) names(id string) bool {
	if f == nil {
		return false
	}
	for _, ended := range f.ended {
		if ended.String() == id {
			return true
		}
	}
	return false
}

func (f *former) bytes() int {
	if f == nil {
		return 0
	}
	return formerBytes + len(f.baseline) + len(alerts.ID{})*len(f.ended)
}

// append writes nothing but a zero where there is no former baseline.
func (f *former) append(b []byte) []byte {
	if f == nil {
		return appendBytes(b, nil)
	}
	b = binary.AppendUvarint(appendBytes(b, f.baseline), uint64(len(f.ended)))
	for _, id := range f.ended {
		b = append(b, id[:]...)
	}
	return b
}

func readFormer(r *reader) *former {
	baseline := r.bytes()
	if len(baseline) == 0 {
		return nil
	}
	f := &former{baseline: bytes.Clone(baseline)} // which must not keep the whole snapshot in memory
	f.ended = make([]alerts.ID, r.count(len(alerts.ID{})))
	for i := range f.ended {
		copy(f.ended[i][:], r.b)
		r.b = r.b[len(f.ended[i]):]
	}
	return f
}

// relearn ends the alerts of a series for the reason that the statistic names, and lets its level be learned anew from
// the time at on. What counted until now is kept. What does not count yet is not: what was kept before it stays.
func (w *Worker) relearn(statistic string, about subject, s *series, at int64, emit Emit) {
	kept := &former{baseline: s.baseline.Former()}
	for i := range s.states {
		if state := &s.states[i]; state.Phase == alerts.Open {
			kept.ended = append(kept.ended, state.ID)
		}
	}
	w.endAll(statistic, about, s, emit)
	if kept.baseline != nil {
		s.former = kept
	}
	s.baseline.Reset(at)
	s.standing = detectors.Standing{}
}

// rollBack takes back that a series was last learned anew: what was normal before is normal again. It ends the alerts,
// which speak of what is dropped, and opens none: the detectors begin with the next reading. False when nothing is kept.
func (w *Worker) rollBack(about subject, s *series, emit Emit) bool {
	if s.former == nil || s.baseline.RollBack(s.former.baseline, s.seen) != nil {
		return false
	}
	w.endAll(alerts.StatRolledBack, about, s, emit)
	s.former, s.standing = nil, detectors.Standing{}
	w.tally.rollbacks++
	return true
}
