package detectors

import (
	"encoding/binary"
	"fmt"
	"slices"
)

func (m *modes) append(b []byte) []byte {
	b = appendFloats(b, m.edges)
	if m.edges == nil {
		return b
	}
	b = binary.AppendUvarint(b, m.taken)
	b = append(b, byte(m.n))
	for i := range m.n {
		b = append(b, m.bins[(m.pos+modeReadings-m.n+i)%modeReadings])
	}
	b = append(b, byte(m.known))
	for j := range m.known {
		b = binary.AppendUvarint(b, m.taken-m.seen[j])
		for i := range m.counts {
			b = append(b, m.counts[i][j])
		}
	}
	return b
}

func (m *modes) read(r *reader) {
	edges := r.floats(nil, fewLevels)
	if len(edges) == 0 {
		*m = modes{logs: m.logs}
		return
	}
	if !slices.IsSorted(edges) {
		r.fail(fmt.Errorf("edges of bins that do not rise: %v", edges))
	}
	m.place(edges)
	m.taken = r.uvarint()
	n := int(r.byte())
	if n > modeReadings {
		r.fail(fmt.Errorf("%d readings, at most %d are kept", n, modeReadings))
	}
	for _, bin := range r.bytes(n) {
		if int(bin) > len(edges) {
			r.fail(fmt.Errorf("bin %d of %d", bin, len(edges)+1))
			return
		}
		m.bins[m.n] = bin
		m.move(int(bin), 1)
		m.n++
	}
	m.pos = m.n % modeReadings
	known := int(r.byte())
	if known > maxMode || (known > 0) != (n == modeReadings) {
		r.fail(fmt.Errorf("%d modes of %d readings, at most %d are kept, the first of %d", known, n, maxMode, modeReadings))
		return
	}
	for j := range known {
		since := r.uvarint()
		if since > m.taken {
			r.fail(fmt.Errorf("mode %d was seen before the first reading", j))
		}
		m.seen[j] = m.taken - since
		sum := 0
		for i, c := range r.bytes(len(m.counts)) {
			m.counts[i][j] = min(c, modeReadings)
			sum += int(c)
		}
		if r.err == nil && sum != modeReadings {
			r.fail(fmt.Errorf("mode %d of %d readings", j, sum))
		}
		m.derive(j)
	}
	m.known = known
}

func (m *modes) bytes() int {
	return 8*cap(m.edges) + cap(m.bins) + cap(m.now) + (1+4)*maxMode*len(m.counts) + 16*maxMode + 150
}
