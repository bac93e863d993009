package stream

import (
	"encoding/binary"
	"math"
	"slices"

	"labwatch/record"
)

// verdict of a gate on a reading.
type verdict uint8

const (
	fresh     verdict = iota // seen for the first time
	repeated                 // the same reading was seen before
	corrected                // the same id was seen with other content
	finalized                // the same id was seen with the same content, as a preliminary result
	late                     // older than the newest by more than the grace
)

// gate remembers which readings of one device and kind were seen. Its memory is a ring of the newest ids: an id
// that was pushed out by as many later ones is not recognised any more.
type gate struct {
	newest int64 // greatest event time admitted
	leaps  int   // readings in a row that lie further ahead of it than the grace
	at     int   // next place in the ring

	// The ring: hashes of ids, of 48 bits, and of contents, of 32. A new reading that is taken for a correction by mistake is
	// a matter of one in 10^12 for a ring of hundreds, and is published all the same; to be dropped as a repeat it needs the
	// contents' 32 bits as well, one in 10^21. A correction has the id of what it corrects, so of those one in 2^32, 4·10^9,
	// is dropped as a repeat.
	ids      []uint64
	contents []uint32
	filter   filter // of ids
}

// admit says what r is and remembers it. Readings without an id cannot be recognised and are fresh or late. A reading
// whose clock runs ahead does not move the newest time, or everything after it would be late.
func (g *gate) admit(r *record.Record, size int, grace int64) verdict {
	if r.ID != "" {
		id, content := fold48(hashString(r.ID)), fold32(contentHash(r))
		if i := g.index(id); i >= 0 {
			if g.contents[i] == content {
				return repeated
			}
			preliminary := *r
			preliminary.Status = record.Preliminary
			is := corrected
			if r.Status == record.Final && g.contents[i] == fold32(contentHash(&preliminary)) {
				is = finalized
			}
			g.contents[i] = content
			return is
		}
		g.remember(id, content, size)
	}
	if r.Flags.Has(record.Early) {
		return fresh
	}
	if g.newest != 0 && r.Time < g.newest-grace {
		return late
	}
	// One absurd date must not make everything after it late: a leap counts when others confirm it.
	if g.newest != 0 && r.Time > g.newest+grace {
		if g.leaps++; g.leaps < confirmLeap {
			return fresh
		}
	}
	g.leaps = 0
	g.newest = max(g.newest, r.Time)
	return fresh
}

// index is where the ring holds an id, -1 if nowhere. Most ids are new, and the filter spares going through all of them.
func (g *gate) index(id uint64) int {
	if !g.filter.mayHold(id) {
		return -1
	}
	return slices.Index(g.ids, id)
}

func (g *gate) remember(id uint64, content uint32, size int) {
	if len(g.ids) < size {
		g.ids, g.contents = append(g.ids, id), append(g.contents, content)
	} else {
		g.ids[g.at%size], g.contents[g.at%size] = id, content
	}
	g.at = (g.at + 1) % size
	if g.at == 0 || g.filter.small(len(g.ids)) {
		g.filter = newFilter(g.filter, g.ids) // without those that were pushed out
	} else {
		g.filter.add(id)
	}
}

// confirmLeap readings in a row make a leap in time believed.
const confirmLeap = 3

// contentHash covers what a correction may change and somebody acts on: of a control also its verdict and target, of a
// result also whose it is. When it was resulted or sent, and by whom, a repeat may say otherwise. What is not there leaves
// no trace.
func contentHash(r *record.Record) uint64 {
	h := newHash.number(uint64(r.Time)).number(uint64(r.Status)<<8 | uint64(r.Value.Kind)).
		number(math.Float64bits(r.Value.Number)).number(math.Float64bits(r.Value.High))
	h = h.text(r.Value.Comparator).byte(0).text(r.Value.Text).byte(0).text(r.Unit).byte(0)
	h = h.text(r.Test.LOINC).byte(0).text(r.Test.Local).byte(0)
	for i := range r.Channels {
		h = h.text(r.Channels[i].Name).number(math.Float64bits(r.Channels[i].Value))
	}
	switch r.Kind {
	case record.Result:
		h = h.member('p', r.Patient)
	case record.Control:
		if r.Passed != record.NotSaid {
			h = h.byte('v').byte(byte(r.Passed))
		}
		if !math.IsNaN(r.Expected) {
			h = h.byte('e').number(math.Float64bits(r.Expected))
		}
		if !math.IsNaN(r.TargetSD) {
			h = h.byte('s').number(math.Float64bits(r.TargetSD))
		}
		h = h.member('l', r.Level).member('b', r.Lot)
	}
	return uint64(h)
}

// member adds a text under a letter that tells it from others, unless it is empty.
func (h hash) member(letter byte, text string) hash {
	if text == "" {
		return h
	}
	return h.byte(letter).text(text).byte(0)
}

// bytes is the memory that the ring takes.
func (g *gate) bytes() int { return 8*cap(g.ids) + 4*cap(g.contents) + 8*cap(g.filter) }

func (g *gate) append(b []byte) []byte {
	b = g.appendHead(b)
	for i, id := range g.ids {
		b = binary.LittleEndian.AppendUint32(b, uint32(id))
		b = binary.LittleEndian.AppendUint16(b, uint16(id>>32))
		b = binary.LittleEndian.AppendUint32(b, g.contents[i])
	}
	return b
}

func (g *gate) appendHead(b []byte) []byte {
	b = binary.AppendVarint(b, g.newest)
	b = binary.AppendUvarint(b, uint64(g.leaps))
	b = binary.AppendUvarint(b, uint64(g.at))
	return binary.AppendUvarint(b, uint64(len(g.ids)))
}

func (g *gate) read(r *reader) {
	for i := range g.readHead(r, 10) {
		g.ids[i] = uint64(r.uint32()) | uint64(r.uint16())<<32
		g.contents[i] = r.uint32()
	}
	g.filter = newFilter(nil, g.ids)
}

// readHead makes room for the ring and says how many places it has, of size bytes each.
func (g *gate) readHead(r *reader, size int) int {
	g.newest = r.varint()
	g.leaps = int(r.uvarint())
	g.at = int(r.uvarint())
	n := r.count(size)
	if g.at < 0 || g.at > n {
		r.fail(errRing)
	}
	g.ids, g.contents = make([]uint64, n), make([]uint32, n)
	return n
}
