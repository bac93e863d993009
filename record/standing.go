package record

// Standing is the one score of all detectors that judged a reading; the zero Standing is that of which nothing is known.
type Standing struct {
	Score     float32 // 0 to 1, higher is worse: 1/2 is what one reading in a hundred passes
	Direction string  // high, low, wider, narrower or pattern; empty below 1/2
	Known     bool
}

// appendStanding writes the score with three decimals, and nothing while it is not known or is none.
func appendStanding(dst []byte, s Standing) []byte {
	if !s.Known || !finite(float64(s.Score)) {
		return dst
	}
	dst = append(dst, `,"score":`...)
	n := uint32(1000*min(1, max(0, float64(s.Score))) + 0.5) // other numbers would not be JSON in what follows
	if n%1000 == 0 {
		dst = append(dst, byte('0'+n/1000))
	} else {
		dst = appendSix(dst, 1000*n, 6)
	}
	return appendOptional(dst, `,"direction":"`, s.Direction)
}
