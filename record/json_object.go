package record

import "strconv"

// The members of JSON objects. A key is given as it is written, with the comma before it, its quotes and colon, and for a
// text with the quote that opens it: `,"device":"`. So a member costs one copy for what is always the same. Keys are ours
// and need no escaping.

// enclose makes an object or a list of what was appended since from, each part behind a comma: the first comma becomes the
// opening bracket.
func enclose(dst []byte, from int, brackets string) []byte {
	if len(dst) == from {
		return append(dst, brackets...)
	}
	dst[from] = brackets[0]
	return append(dst, brackets[1])
}

func appendText(dst []byte, key, v string) []byte {
	dst = append(dst, key...)
	if !plain(v) {
		return appendEscaped(dst, v)
	}
	return append(append(dst, v...), '"')
}

// appendOptional leaves out an empty text.
func appendOptional(dst []byte, key, v string) []byte {
	if v == "" {
		return dst
	}
	return appendText(dst, key, v)
}

// appendWord is a text of ours, which needs no escaping.
func appendWord(dst []byte, key, v string) []byte {
	return append(append(append(dst, key...), v...), '"')
}

func appendInteger(dst []byte, key string, v int64) []byte {
	return strconv.AppendInt(append(dst, key...), v, 10)
}

func appendBoolean(dst []byte, key string, v bool) []byte {
	return strconv.AppendBool(append(dst, key...), v)
}

// appendNumber leaves out what JSON cannot hold: NaN, which stands for a number that is not there, and infinities.
func appendNumber(dst []byte, key string, v float64) []byte {
	if !finite(v) {
		return dst
	}
	return appendShortest(append(dst, key...), v)
}

// appendStatistic is a number of a statistic, left out likewise.
func appendStatistic(dst []byte, key string, v float64) []byte {
	if !finite(v) {
		return dst
	}
	return appendFigure(append(dst, key...), v)
}

// appendMoment leaves out 0: the time is unknown.
func appendMoment(dst []byte, key string, at int64) []byte {
	if at == 0 {
		return dst
	}
	return append(AppendTime(append(dst, key...), at), '"')
}
