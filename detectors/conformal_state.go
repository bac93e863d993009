package detectors

import (
	"encoding/binary"
	"fmt"
	"math"
)

func (c *conformal) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(c.credit))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(c.warning))
	b = binary.AppendUvarint(b, uint64(c.n))
	for i := range c.n {
		b = binary.LittleEndian.AppendUint16(b, c.scores[c.index(i)])
	}
	return b
}

// read restores the scores; a ring that was larger when it was written keeps its newest.
func (c *conformal) read(r *reader, version byte) {
	c.credit = int(r.uvarint() & math.MaxInt32)
	if version == 1 {
		r.uvarint() // scores since the level was found
	}
	c.warning = r.float()
	if version == 1 {
		r.float() // the median
	}
	if !(c.warning >= 0) {
		r.fail(fmt.Errorf("a level of %g", c.warning))
	}
	for range r.count(maxList) {
		if version > 1 {
			c.keep(r.uint16())
			continue
		}
		f := r.float32()
		if !(f >= 0 && f <= 1) {
			r.fail(fmt.Errorf("isolation score %g is outside 0 to 1", f))
			return
		}
		c.keep(gradeOf(float64(f)))
	}
}
