package record

import "strconv"

// scanGrouped reads s[:end], whose mantissa s[start:stop] holds commas or several points.
func scanGrouped(s string, start, stop, end int, dec Decimal) (float64, int) {
	sign := decimalSign(s[start:stop], dec)
	if sign == refused {
		return 0, 0
	}
	var buf [maxNumeral]byte
	n := copy(buf[:], s[:start])
	group, groups := 0, 0 // digits since the last separator, separators so far
	fraction := false
	for i := start; i < stop; i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			group++
			buf[n] = c
			n++
			continue
		case fraction, groups > 0 && group != 3, groups == 0 && (group == 0 || group > 3) && c != sign:
			return 0, 0
		case c == sign:
			fraction = true
			buf[n] = '.'
			n++
		default:
			groups++
		}
		group = 0
	}
	if !fraction && group != 3 {
		return 0, 0
	}
	n += copy(buf[n:], s[stop:end])
	x, err := strconv.ParseFloat(string(buf[:n]), 64)
	if err != nil || vanished(x, s[start:stop]) {
		return 0, 0
	}
	return x, end
}

const refused = 1 // returned by decimalSign for a numeral that could mean two things

// decimalSign finds which character of the mantissa is the decimal sign; 0 when it has none.
func decimalSign(m string, dec Decimal) byte {
	commas, points, last := 0, 0, -1
	for i := range len(m) {
		switch m[i] {
		case ',':
			commas, last = commas+1, i
		case '.':
			points, last = points+1, i
		}
	}
	switch {
	case commas > 0 && points > 0:
		return m[last]
	case commas != 1:
		return 0 // only thousands are parted
	}
	ambiguous := len(m)-last == 4 && last >= 1 && last <= 3 && m[0] != '0'
	switch {
	case !ambiguous || dec == DecimalComma:
		return ','
	case dec == DecimalPoint:
		return 0
	}
	return refused
}
