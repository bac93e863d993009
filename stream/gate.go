package stream

import (
	"encoding/binary"
	"hash/fnv"
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
	late                     // older than the newest by more than the grace
)

// gate remembers which readings of one device and kind were seen. Its memory is a ring of the newest ids: an id
// that was pushed out by as many later ones is not recognised any more.
type gate struct {
	newest int64 // greatest event time admitted
	leaps  int   // readings in a row that lie further ahead of it than the grace
	at     int   // next place in the ring

	// The ring: hashes of ids and of contents. They lie apart, because nearly every reading goes through all ids and
	// looks at no content. 64 bits make a false repeat a matter of one in 10^16 for a ring of hundreds.
	ids, contents []uint64
}

// admit says what r is and remembers it. Readings without an id cannot be recognised and are fresh or late. A reading
// whose clock runs ahead does not move the newest time, or everything after it would be late.
func (g *gate) admit(r *record.Record, size int, grace int64) verdict {
	if r.ID != "" {
		id, content := hashString(r.ID), contentHash(r)
		if i := slices.Index(g.ids, id); i >= 0 {
			if g.contents[i] == content {
				return repeated
			}
			g.contents[i] = content
			return corrected
		}
		if len(g.ids) < size {
			g.ids, g.contents = append(g.ids, id), append(g.contents, content)
		} else {
			g.ids[g.at%size], g.contents[g.at%size] = id, content
		}
		g.at = (g.at + 1) % size
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

// confirmLeap readings in a row make a leap in time believed.
const confirmLeap = 3

func hashString(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

// contentHash covers what a correction may change.
func contentHash(r *record.Record) uint64 {
	h := fnv.New64a()
	var b [8]byte
	number := func(v uint64) {
		binary.LittleEndian.PutUint64(b[:], v)
		h.Write(b[:])
	}
	number(uint64(r.Time))
	number(uint64(r.Status)<<8 | uint64(r.Value.Kind))
	number(math.Float64bits(r.Value.Number))
	number(math.Float64bits(r.Value.High))
	for _, s := range [...]string{r.Value.Comparator, r.Value.Text, r.Unit, r.Test.LOINC, r.Test.Local} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	for i := range r.Channels {
		h.Write([]byte(r.Channels[i].Name))
		number(math.Float64bits(r.Channels[i].Value))
	}
	return h.Sum64()
}

func (g *gate) append(b []byte) []byte {
	b = binary.AppendVarint(b, g.newest)
	b = binary.AppendUvarint(b, uint64(g.leaps))
	b = binary.AppendUvarint(b, uint64(g.at))
	b = binary.AppendUvarint(b, uint64(len(g.ids)))
	for i, id := range g.ids {
		b = binary.LittleEndian.AppendUint64(b, id)
		b = binary.LittleEndian.AppendUint64(b, g.contents[i])
	}
	return b
}

func (g *gate) read(r *reader) {
	g.newest = r.varint()
	g.leaps = int(r.uvarint())
	g.at = int(r.uvarint())
	n := r.count(16)
	g.ids, g.contents = make([]uint64, n), make([]uint64, n)
	for i := range g.ids {
		g.ids[i], g.contents[i] = r.uint64(), r.uint64()
	}
	if g.at > n {
		r.fail(errRing)
	}
}
