package stream

import "math"

// Up to state version 3 gates and votes kept hashes of 64 bits, and each vote and pace whole times. Their shorter hashes
// follow from those, so nothing that was seen is forgotten.

func (g *gate) readWide(r *reader) {
	for i := range g.readHead(r, 16) {
		g.ids[i], g.contents[i] = fold48(r.uint64()), fold32(r.uint64())
	}
}

func (v *votes) readWide(r *reader) {
	v.at = int(r.uvarint())
	v.patients = make([]uint32, r.count(9))
	v.times = make([]int64, len(v.patients))
	for i := range v.patients {
		v.patients[i], v.times[i] = fold32(r.uint64()), r.varint()
	}
	v.check(r)
}

func (p *Pace) readWide(r *reader) {
	p.from, p.to = r.varint(), r.varint()
	count, since := r.uvarint(), r.byte()
	p.asked = math.Float64frombits(r.uint64())
	p.check(r, count, since)
}
