package stream

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"labwatch/detectors"
	"labwatch/record"
)

// standingAge is how long a score counts for its device, by the readings that were judged: after it nobody measures the
// number any more, such as a control of a former lot.
const standingAge = int64(24 * time.Hour)

// stand is the one score of what the detectors said of a sample. It is asked before they learn it.
func (p *panel) stand(opinions []opinion, sample detectors.Sample) (now detectors.Standing) {
	for i, o := range opinions {
		if o.ready && p.heard[i] {
			now.Hear(p.dets[i], &p.usual[i], o.score, sample)
		}
	}
	return now
}

// current is a standing of the time at, unless that is too long before newest.
func current(s detectors.Standing, at, newest int64) detectors.Standing {
	if newest-at > standingAge {
		return detectors.Standing{}
	}
	return s
}

// stand is the worst of the newest readings of the device's series, and the time of the newest of all.
func (d *device) stand() (worst detectors.Standing, newest int64) {
	for _, s := range d.series.all {
		newest = max(newest, s.seen)
	}
	for _, s := range d.series.all {
		worst = worst.Worst(current(s.standing, s.seen, newest))
	}
	return worst, newest
}

// standingOf is the one score of the device that an alert is about, of its vectors too. What is said about both may rest
// on both: it is published and never kept. An alert that a tick makes has none, because the device may lie on disk.
func (w *Worker) standingOf(about subject) detectors.Standing {
	d := w.devices[about.device]
	if about.tick || d == nil || d.held == nil {
		return detectors.Standing{}
	}
	worst, newest := d.held.stand()
	for _, g := range w.groups {
		if m := g.members[about.device]; m != nil {
			worst = worst.Worst(current(m.standing, m.newest, newest))
		}
	}
	return worst
}

// published is the form in which records and alerts carry it.
func published(s detectors.Standing) record.Standing {
	return record.Standing{Score: s.Score, Direction: s.Direction.String(), Known: s.Known}
}

func appendStanding(b []byte, s detectors.Standing) []byte {
	if !s.Known {
		return append(b, 0)
	}
	return binary.LittleEndian.AppendUint32(append(b, 1+byte(s.Direction)), math.Float32bits(s.Score))
}

func readStanding(r *reader) detectors.Standing {
	known := r.byte()
	if known == 0 {
		return detectors.Standing{}
	}
	s := detectors.Standing{Direction: detectors.Direction(known - 1), Known: true, Score: math.Float32frombits(r.uint32())}
	if r.err == nil && (s.Direction > detectors.Pattern || !(s.Score >= 0 && s.Score <= 1)) {
		r.fail(fmt.Errorf("stands at %g in direction %d", s.Score, known-1))
		return detectors.Standing{}
	}
	return s
}
