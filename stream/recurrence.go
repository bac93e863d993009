package stream

import (
	"encoding/binary"
	"fmt"
	"math"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// Recurrence lets a detector of vectors keep its share of the alarm budget. Its level is a share of good vectors, alpha,
// which cannot be less than its calibration tells apart; one vector in a thousand of a sensor that speaks each second would
// be 86 alarms a day. So an alarm takes several breaches in a row, as many as the budget asks for: neighbouring vectors
// resemble each other, so how often a second high score follows a first is counted, not assumed.
//
// With alpha the share of breaches, and rho the probability that a high score of a device is followed by another, m
// breaches in a row begin once in 1/(alpha rho^(m-1)) vectors. Rho is that of the highest twentieth of the scores, of
// which there are enough to count: where scores depend on each other as normal ones do it is less for higher ones.
type Recurrence struct {
	gaps  int64  // between a vector and the one before it of the same device, nanoseconds in sum
	count uint32 // of them
	since uint8  // vectors since the last look
	tops  uint32 // high scores of a device, as counted
	again uint32 // of them, those that were followed by another

	asked float64 // run length asked for, in vectors of a device; 0: none yet
	alpha float64 // what the level holds then
	row   uint32  // breaches in a row that make an alarm

	promise float64 // run length that level and row are for, in vectors of a device
}

const (
	gapsMost   = 1 << 14 // gaps, and high scores, after which half of them are forgotten
	topsLeast  = 20      // high scores before their recurrence is known
	rhoLeast   = 0.05    // that of scores that do not depend on each other
	rhoUnknown = 0.7
	rhoMost    = 0.97
	alphaMost  = 0.01
	rowMost    = 200 // breaches in a row: beyond it the budget is not kept, and the alert says so
)

// Budget counts a vector that comes gap nanoseconds after the one before it of the same device, and now and then asks d to
// keep the share of one of shares detectors in falseAlarms a device and month, where the policy of its alerts wants at least
// row breaches in a row.
func (r *Recurrence) Budget(d detectors.Detector, gap int64, shares, row int, falseAlarms float64) {
	if c, ok := d.(detectors.Conformal); ok && r.note(gap) && asks(d, falseAlarms) {
		r.ask(c, shares, row, falseAlarms)
	}
}

// asks says whether there is a budget, and d leaves its level to it.
func asks(d detectors.Detector, falseAlarms float64) bool {
	c, ok := d.(detectors.Conformal)
	return ok && falseAlarms > 0 && c.Alpha() > 0
}

// forgetAsked goes back to what holds without a budget: a row that nobody asks for any more would mute alerts for good.
// What is counted stays.
func (r *Recurrence) forgetAsked() { r.asked, r.alpha, r.row, r.promise = 0, 0, 0, 0 }

// note says whether it is time to ask.
func (r *Recurrence) note(gap int64) bool {
	if gap > 0 && gap < int64(paceMemory) {
		r.gaps += gap
		if r.count++; r.count == gapsMost || r.gaps > math.MaxInt64/4 {
			r.gaps, r.count = r.gaps/2, r.count/2
		}
	}
	r.since = (r.since + 1) % paceEvery
	return r.since == 0
}

// Hear takes in a score that d was ready to give; was says whether the one before it, of the same device, was high. It says
// whether this one is.
func (r *Recurrence) Hear(d detectors.Detector, score float64, was bool) (high bool) {
	c, ok := d.(detectors.Conformal)
	high = ok && c.High(score)
	if !was {
		return high
	}
	if r.tops++; high {
		r.again++
	}
	if r.tops == gapsMost {
		r.tops, r.again = r.tops/2, r.again/2
	}
	return high
}

// rho is the probability that a high score follows a high score, by two standard errors too large.
func (r *Recurrence) rho() float64 {
	if r.tops < topsLeast {
		return rhoUnknown
	}
	n := float64(r.tops)
	p := (float64(r.again) + 1) / (n + 2)
	return math.Max(rhoLeast, math.Min(rhoMost, p+2*math.Sqrt(p*(1-p)/n)))
}

// aMonth is the vectors of a device to be expected in a month; false before there is a pace.
func (r *Recurrence) aMonth() (float64, bool) {
	if r.count < paceLeast || r.gaps <= 0 {
		return 0, false
	}
	return float64(month) / (float64(r.gaps) / float64(r.count)), true
}

func (r *Recurrence) ask(d detectors.Conformal, shares, row int, falseAlarms float64) {
	vectors, ok := r.aMonth()
	if !ok {
		return
	}
	if want := vectors * float64(shares) / falseAlarms; !(want <= r.asked && want > r.asked/slack) {
		r.asked = math.Exp2(math.Ceil(math.Log2(math.Max(want, 1))))
	}
	rho := r.rho()
	alpha := math.Min(alphaMost, 1/(r.asked*math.Pow(rho, float64(row-1))))
	d.AskAlpha(math.Exp2(math.Floor(math.Log2(alpha)))) // a power of two, so that the level changes seldom
	r.alpha, r.row = d.Alpha(), uint32(row)
	for r.promise = 1 / (r.alpha * math.Pow(rho, float64(row-1))); r.promise < r.asked && r.row < rowMost; r.row++ {
		r.promise /= rho
	}
}

// RunLength is the mean number of vectors of a device to a false alarm that its level and row are for; 0 when nothing is
// asked yet.
func (r *Recurrence) RunLength() float64 { return r.promise }

// Row is p with the breaches in a row that make an alarm.
func (r *Recurrence) Row(p alerts.Policy) alerts.Policy {
	p.OpenAfter = max(p.OpenAfter, int(r.row))
	return p
}

// Again asks d after a restart for what it was asked for before.
func (r *Recurrence) Again(d detectors.Detector) {
	if c, ok := d.(detectors.Conformal); ok && r.row > 0 {
		c.AskAlpha(r.alpha)
	}
}

// VectorShares is how many of a group's detectors share the budget: those that may raise alerts and whose level is a share
// that the config leaves open.
func VectorShares(dets []detectors.Detector, named []Named, policies map[string]alerts.DetectorPolicy) (n int) {
	for i, d := range dets {
		policy := policies[named[i].Name]
		if c, ok := d.(detectors.Conformal); ok && c.Alpha() > 0 && policy.Alerts(record.Telemetry) {
			n++
		}
	}
	return n
}

func (r *Recurrence) append(b []byte) []byte {
	b = append(binary.AppendUvarint(binary.AppendVarint(b, r.gaps), uint64(r.count)), r.since)
	for _, v := range [...]uint32{r.tops, r.again, r.row} {
		b = binary.AppendUvarint(b, uint64(v))
	}
	for _, v := range [...]float64{r.asked, r.alpha, r.promise} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

func (r *Recurrence) read(in *reader) {
	r.gaps = in.varint()
	count, since := in.uvarint(), in.byte()
	tops, again, row := in.uvarint(), in.uvarint(), in.uvarint()
	for _, v := range [...]*float64{&r.asked, &r.alpha, &r.promise} {
		*v = math.Float64frombits(in.uint64())
	}
	if in.err == nil && (r.gaps < 0 || count > gapsMost || since >= paceEvery || tops > gapsMost || again > tops || row > alerts.MaxRow ||
		!(r.asked >= 0) || math.IsInf(r.asked, 0) || !(r.alpha >= 0 && r.alpha <= 1) || !(r.promise >= 0)) {
		in.fail(fmt.Errorf("a recurrence of %d after %d high scores, run length %g", again, tops, r.asked))
		*r = Recurrence{}
		return
	}
	r.count, r.since, r.tops, r.again, r.row = uint32(count), since, uint32(tops), uint32(again), uint32(row)
}
