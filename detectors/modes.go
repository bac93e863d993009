package detectors

import "math"

// modes is a library of what the newest 50 readings of a series have looked like: histograms over bins cut at the deciles of
// a reference. A series may have many ways to be, by the hour, the lot, the load; one reference knows one of them. The
// statistic is how far the present histogram is from the most similar one in the library, Σ p ln(p/q) times the readings,
// with +1/2 a bin on both sides. When that is beyond chance the histogram is new and joins the library; of 32 the one that
// was least recently alike leaves it. Source: Wang, Viswanathan, Choudur, Talwar, Satterfield & Schwan, Statistical
// techniques for online anomaly detection in data centers (HPL-2011-8), who compare with several learned histograms.
//
// It is a memory of what was seen, good or bad: it tells of what is new, not of what is wrong.
type modes struct {
	edges  []float64 // upper edges of all bins but the last, rising; none until the first reference
	bins   []uint8   // of the newest readings, a ring
	pos, n int
	taken  uint64           // readings
	counts [][maxMode]uint8 // by bin: readings of each mode in it
	seen   [maxMode]uint64  // taken when a mode was last the most similar
	known  int              // modes
	now    []uint8          // readings of the ring by bin
	logs   *modeLogs        // shared and never written

	// What follows is derived, and is not state. c are the readings of the ring in a bin, q those of a mode.
	own   int64            // Σ (2c+1) ln(c + 1/2) over the bins
	cross [maxMode]int64   // Σ (2c+1) ln(q + 1/2), of each mode
	apart [][maxMode]int32 // by bin: ln(q + 1/2)
}

// modeLogs are logarithms in units of 2⁻²⁰: sums of integers do not depend on their order.
type modeLogs struct {
	of    [modeReadings + 1]int32 // ln(c + 1/2)
	times [modeReadings + 1]int64 // (2c+1) ln(c + 1/2)
}

const (
	maxMode      = 32
	modeReadings = 50 // five a bin when nothing has changed, as is asked for of a test by chi-square
	modeBins     = 10
	logUnit      = 1 << 20
)

func newModeLogs() *modeLogs {
	logs := new(modeLogs)
	for c := range logs.of {
		logs.of[c] = int32(math.Round(math.Log(float64(c)+0.5) * logUnit))
		logs.times[c] = int64(2*c+1) * int64(logs.of[c])
	}
	return logs
}

// of is the distance to the most similar mode once x has been seen; not before the ring is full and a mode is known.
func (m *modes) of(x float64) (distance float64, ready bool) {
	if m.known == 0 {
		return 0, false
	}
	in, out := m.bin(x), int(m.bins[m.pos])
	own, most := m.own, int64(math.MinInt64)
	if in == out {
		for _, cross := range m.cross[:m.known] {
			most = max(most, cross)
		}
	} else {
		own += m.change(in, 1) + m.change(out, -1)
		up, down := &m.apart[in], &m.apart[out]
		for j, cross := range m.cross[:m.known] {
			most = max(most, cross+2*int64(up[j]-down[j]))
		}
	}
	return m.distance(own - most), true
}

// change is that of own when the readings in a bin change by one.
func (m *modes) change(bin, by int) int64 {
	c := int(m.now[bin])
	return m.logs.times[c+by] - m.logs.times[c]
}

func (m *modes) distance(twice int64) float64 { return float64(max(0, twice)) / (2 * logUnit) }

// learn takes x in, and what the readings now look like, if that is new. The distance is that of the readings with x.
func (m *modes) learn(x float64) (distance float64, ready bool) {
	if m.edges == nil {
		return 0, false
	}
	in := m.bin(x)
	m.taken++
	if m.n < modeReadings {
		m.bins[m.pos] = uint8(in)
		m.move(in, 1)
		m.pos = (m.pos + 1) % modeReadings
		if m.n++; m.n == modeReadings {
			m.remember()
		}
		return 0, false
	}
	if out := int(m.bins[m.pos]); in != out {
		m.move(in, 1)
		m.move(out, -1)
		up, down := &m.apart[in], &m.apart[out]
		for j := range m.cross[:m.known] {
			m.cross[j] += 2 * int64(up[j]-down[j])
		}
		m.bins[m.pos] = uint8(in)
	}
	m.pos = (m.pos + 1) % modeReadings
	nearest := 0
	for j, cross := range m.cross[:m.known] {
		if cross > m.cross[nearest] {
			nearest = j
		}
	}
	distance = m.distance(m.own - m.cross[nearest])
	if distance > modeNew[min(len(m.edges), len(modeNew)-1)] {
		m.remember()
	} else {
		m.seen[nearest] = m.taken
	}
	return distance, true
}

// move changes the readings in a bin by one.
func (m *modes) move(bin, by int) {
	m.own += m.change(bin, by)
	m.now[bin] = uint8(int(m.now[bin]) + by)
}

// remember makes a mode of the present histogram.
func (m *modes) remember() {
	j := m.known
	if j < maxMode {
		m.known++
	} else {
		for k, t := range m.seen {
			if j == maxMode || t < m.seen[j] {
				j = k
			}
		}
	}
	m.seen[j] = m.taken
	for i, c := range m.now {
		m.counts[i][j] = c
	}
	m.derive(j)
}

// derive makes what goes with a mode's counts.
func (m *modes) derive(j int) {
	m.cross[j] = 0
	for i := range m.now {
		m.apart[i][j] = m.logs.of[m.counts[i][j]]
		m.cross[j] += int64(2*int(m.now[i])+1) * int64(m.apart[i][j])
	}
}

// modeNew is the 99 % quantile of chi-square by degrees of freedom, one less than the bins: two samples of 50 readings
// that are alike are further apart once in a hundred times.
var modeNew = [...]float64{0, 6.63, 9.21, 11.34, 13.28, 15.09, 16.81, 18.48, 20.09, 21.67, 23.21, 24.72, 26.22, 27.69, 29.14,
	30.58, 32.00, 33.41, 34.81}
