package record

import "encoding/binary"

// cursor reads from the front of b. Once it is bad it reads zeros.
type cursor struct {
	b   []byte
	sum uint64 // of the lengths read
	bad bool
}

func (c *cursor) uvarint() uint64 {
	if len(c.b) > 0 && c.b[0] < 0x80 {
		x := uint64(c.b[0])
		c.b = c.b[1:]
		return x
	}
	x, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.b, c.bad = nil, true
		return 0
	}
	c.b = c.b[n:]
	return x
}

func (c *cursor) upTo(limit uint64) uint64 {
	x := c.uvarint()
	if x > limit {
		c.bad = true
		return 0
	}
	return x
}

func (c *cursor) length() int {
	n := c.upTo(uint64(len(c.b)))
	c.sum += n
	return int(n)
}

func (c *cursor) signed(low, high int64) int64 {
	x := c.uvarint()
	v := int64(x>>1) ^ -int64(x&1)
	if v < low || v > high {
		c.bad = true
		return 0
	}
	return v
}

func (c *cursor) fixed() uint64 {
	if len(c.b) < 8 {
		c.b, c.bad = nil, true
		return 0
	}
	x := binary.LittleEndian.Uint64(c.b)
	c.b = c.b[8:]
	return x
}
