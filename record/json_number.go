package record

import (
	"math"
	"strconv"
)

// appendShortest writes the shortest decimal that reads back to the same bits, with an exponent only below 1e-6 and
// from 1e21 on. x is finite.
func appendShortest(dst []byte, x float64) []byte {
	// Readings have few digits: x is then the float64 nearest to n/10^places, and no shorter decimal is. Below 1e10 the
	// product is off by less than 0.1, so n is the right one; the division rounds correctly, because both numbers are
	// exact.
	abs := math.Abs(x)
	if abs < 1e10 {
		for places := range 5 {
			n := int64(abs*powersOfTen[places] + 0.5)
			if n != 0 && float64(n)/powersOfTen[places] == abs {
				return appendDecimal(appendSign(dst, x), n, places)
			}
		}
	}
	format := byte('f')
	if abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, x, format, -1, 64)
}

func appendSign(dst []byte, x float64) []byte {
	if x < 0 {
		return append(dst, '-')
	}
	return dst
}

// appendDecimal writes n/10^places; n is not negative.
func appendDecimal(dst []byte, n int64, places int) []byte {
	var space [20]byte
	digits := strconv.AppendInt(space[:0], n, 10)
	if places == 0 {
		return append(dst, digits...)
	}
	if whole := len(digits) - places; whole > 0 {
		return append(append(append(dst, digits[:whole]...), '.'), digits[whole:]...)
	}
	dst = append(dst, "0."...)
	for range places - len(digits) {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

// figureDigits are the significant digits of a statistic: more than it has, and half the bytes of all.
const figureDigits = 6

// appendFigure writes x as strconv does with format 'g' and six digits. x is finite.
func appendFigure(dst []byte, x float64) []byte {
	abs := math.Abs(x)
	if abs < 0.001 || abs >= 1e6 {
		return strconv.AppendFloat(dst, x, 'g', figureDigits, 64)
	}
	// Scaled to six digits before the point, by the power of ten that the one of two is above. The product is off by at
	// most 2^-33 here, so only a fraction that near to a half could be rounded to the wrong side; strconv decides those,
	// and what gets a seventh digit.
	binary := int(math.Float64bits(abs)>>52) - 1023
	places := 5 - binary*1233>>12 // 1233/4096 is the decimal logarithm of 2 to 5 digits
	scaled := abs * powersOfTen[places]
	if scaled >= 1e6 {
		places--
		scaled = abs * powersOfTen[places]
	}
	n := int64(scaled + 0.5)
	if math.Abs(scaled-float64(n)) > 0.5-1e-6 || n > 999_999 {
		return strconv.AppendFloat(dst, x, 'g', figureDigits, 64)
	}
	return appendSix(appendSign(dst, x), uint32(n), places)
}

// appendSix writes n/10^places without the zeros at its end. n has six digits, of which only with six places the first may
// be zero, and places is at most eight. All six are written, which is the quickest, and then cut.
func appendSix(dst []byte, n uint32, places int) []byte {
	high, low := n/1000, n%1000
	six := [figureDigits]byte{byte('0' + high/100), byte('0' + high/10%10), byte('0' + high%10),
		byte('0' + low/100), byte('0' + low/10%10), byte('0' + low%10)}
	end, whole := len(six), len(six)-places
	for end > max(whole, 1) && six[end-1] == '0' {
		end--
	}
	from := len(dst)
	if whole <= 0 {
		dst = append(dst, "0.00"...)[:from+2-whole]
		return append(dst, six[:]...)[:from+2-whole+end]
	}
	dst = append(append(dst, '0'), six[:]...)
	copy(dst[from:], six[:whole])
	if end == whole {
		return dst[:from+whole]
	}
	dst[from+whole] = '.'
	return dst[:from+1+end]
}
