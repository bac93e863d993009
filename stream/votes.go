package stream

import "encoding/binary"

// votes lets a patient count once in a span. Results of one patient resemble each other: ten of a patient in
// intensive care would look like a shift of the analyser, and be learned as one. It is the rule of patient-based
// quality control to take one of them (IFCC C-AQ, Clin Chem 2019;65:962).
//
// It remembers the last maxVotes patients of a series; one who was pushed out by as many others counts again.
type votes struct {
	cast []vote
	at   int // next place in the ring
}

type vote struct {
	patient uint64 // hash of the token
	time    int64
}

// maxVotes patients are remembered: more than the windows of the detectors that react fastest.
const maxVotes = 32

// counts says whether a result of patient at the given time counts, and remembers it if it does. A result without
// patient always counts.
func (v *votes) counts(patient string, at, span int64) bool {
	if patient == "" || span <= 0 {
		return true
	}
	p := hashString(patient)
	for i := range v.cast {
		if c := v.cast[i]; c.patient == p && at-c.time < span && c.time-at < span {
			return false
		}
	}
	if len(v.cast) < maxVotes {
		v.cast = append(v.cast, vote{p, at})
	} else {
		v.cast[v.at] = vote{p, at}
	}
	v.at = (v.at + 1) % maxVotes
	return true
}

func (v *votes) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(v.at))
	b = binary.AppendUvarint(b, uint64(len(v.cast)))
	for _, c := range v.cast {
		b = binary.LittleEndian.AppendUint64(b, c.patient)
		b = binary.AppendVarint(b, c.time)
	}
	return b
}

func (v *votes) read(r *reader) {
	v.at = int(r.uvarint())
	v.cast = make([]vote, r.count(9))
	for i := range v.cast {
		v.cast[i] = vote{r.uint64(), r.varint()}
	}
	if v.at >= maxVotes || len(v.cast) > maxVotes || len(v.cast) < maxVotes && v.at != len(v.cast) {
		r.fail(errRing)
	}
}
