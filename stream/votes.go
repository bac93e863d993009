package stream

import "encoding/binary"

// votes lets a patient count once in a span. Results of one patient resemble each other: ten of a patient in
// intensive care would look like a shift of the analyser, and be learned as one. It is the rule of patient-based
// quality control to take one of them (IFCC C-AQ, Clin Chem 2019;65:962).
//
// It remembers the last maxVotes patients of a series; one who was pushed out by as many others counts again.
type votes struct {
	patients []uint32 // hashes of their tokens: two of 32 patients are taken for one once in 10^8
	times    []int64  // nanoseconds since 1970 UTC
	at       int      // next place in the ring
}

// maxVotes patients are remembered: more than the windows of the detectors that react fastest.
const maxVotes = 32

// counts says whether a result of patient at the given time counts, and remembers it if it does. A result without
// patient always counts.
func (v *votes) counts(patient string, at, span int64) bool {
	if patient == "" || span <= 0 {
		return true
	}
	p := fold32(hashString(patient))
	for i, cast := range v.patients {
		if cast != p {
			continue // the time lies elsewhere in memory
		}
		if t := v.times[i]; at-t < span && t-at < span {
			return false
		}
	}
	if len(v.patients) < maxVotes {
		v.patients, v.times = append(v.patients, p), append(v.times, at)
	} else {
		v.patients[v.at], v.times[v.at] = p, at
	}
	v.at = (v.at + 1) % maxVotes
	return true
}

// bytes is the memory that they take.
func (v *votes) bytes() int { return 4*cap(v.patients) + 8*cap(v.times) }

func (v *votes) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(v.at))
	b = binary.AppendUvarint(b, uint64(len(v.patients)))
	for _, p := range v.patients {
		b = binary.LittleEndian.AppendUint32(b, p)
	}
	return appendTimes(b, v.times)
}

func (v *votes) read(r *reader) {
	v.at = int(r.uvarint())
	v.patients = make([]uint32, r.count(5))
	for i := range v.patients {
		v.patients[i] = r.uint32()
	}
	v.times = r.times(len(v.patients))
	v.check(r)
}

func (v *votes) check(r *reader) {
	if n := len(v.patients); v.at < 0 || v.at >= maxVotes || n > maxVotes || n < maxVotes && v.at != n {
		r.fail(errRing)
	}
}
