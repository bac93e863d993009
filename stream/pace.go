package stream

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// The alarm budget. A user asks for at most so many false alarms of detectors a device and month. Each pair of a
// series and a detector that may raise alerts gets an equal share; what a share means in readings follows from how
// often the series is read.

const (
	month      = 30 * 24 * time.Hour // of the budget, in the records' time
	paceEvery  = 16                  // readings of a series between two looks at its pace
	paceLeast  = 20                  // readings that make a pace
	paceMemory = 2 * month           // after which the older half of what was counted is forgotten
	slack      = 4                   // a run length holds until the one wanted is beyond it, or so many times shorter
)

// Pace is how often a series is read, in the records' time: an average over up to two months, to which a night without
// samples and a morning's batch belong alike. Early on it takes the first readings' pace for all of it.
type Pace struct {
	from  int64 // nanoseconds since 1970 UTC
	to    int64 // of the newest reading
	count uint32
	since uint8   // readings since the last look
	asked float64 // run length that the detectors of the series were asked for, in readings; 0: none yet
}

// Note counts a reading at a time in nanoseconds since 1970 UTC, and says whether it is time to ask.
func (p *Pace) Note(at int64) bool {
	if p.count == 0 {
		p.from, p.to = at, at
	}
	p.count++
	p.to = max(p.to, at)
	for p.count > 1 && uint64(p.to)-uint64(p.from) > uint64(paceMemory) {
		p.from += int64((uint64(p.to) - uint64(p.from)) / 2)
		p.count = p.count/2 + 1
	}
	p.since = (p.since + 1) % paceEvery
	return p.since == 0
}

// Ask is the run length, in readings, that keeps the share of one of shares detectors in falseAlarms a month. It is a
// power of two, and one that is near enough stays, so that limits change seldom. False when there is nothing to ask
// anew.
func (p *Pace) Ask(shares int, falseAlarms float64) (arl0 float64, changed bool) {
	readings, ok := p.aMonth()
	if !ok || falseAlarms == 0 {
		return p.asked, false
	}
	want := readings * float64(shares) / falseAlarms
	if p.asked > 0 && want <= p.asked && want > p.asked/slack {
		return p.asked, false
	}
	was := p.asked
	p.asked = math.Exp2(math.Ceil(math.Log2(math.Max(want, 1))))
	return p.asked, p.asked != was
}

// aMonth is the readings to be expected in a month; false before there is a span to tell it from.
func (p *Pace) aMonth() (float64, bool) {
	span := float64(p.to) - float64(p.from)
	if p.count < paceLeast || !(span > 0) {
		return 0, false
	}
	return float64(p.count-1) * float64(month) / span, true
}

// append writes the run length as its power of two, see Ask: 0 for none, and one more than the power.
func (p *Pace) append(b []byte) []byte {
	b = binary.AppendUvarint(binary.AppendVarint(b, p.from), uint64(p.to)-uint64(p.from))
	b = append(binary.AppendUvarint(b, uint64(p.count)), p.since)
	power := uint64(0)
	if p.asked > 0 {
		power = 1 + uint64(math.Ilogb(p.asked))
	}
	return binary.AppendUvarint(b, power)
}

func (p *Pace) read(r *reader) {
	p.from = r.varint()
	p.to = p.from + int64(r.uvarint())
	count, since, power := r.uvarint(), r.byte(), r.uvarint()
	p.asked = 0
	if power > 0 && power <= 1023 {
		p.asked = math.Exp2(float64(power - 1))
	}
	p.check(r, count, since)
	if r.err == nil && power > 1023 {
		r.fail(fmt.Errorf("a run length of two to the power of %d", power-1))
	}
}

func (p *Pace) check(r *reader, count uint64, since byte) {
	p.count, p.since = uint32(count), since
	if r.err == nil && (count > math.MaxUint32 || since >= paceEvery || p.to < p.from || !(p.asked >= 0) || math.IsInf(p.asked, 0)) {
		r.fail(fmt.Errorf("a pace of %d readings, run length %g", count, p.asked))
		*p = Pace{}
	}
}
