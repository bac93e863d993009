package record

import (
	"math"
	"strconv"
)

// appendShortest writes the shortest decimal that reads back to the same bits, with an exponent only below 1e-6 and
// from 1e21 on. x is finite.
func appendShortest(dst []byte, x float64) []byte {
	// Readings have few digits: x is then the float64 nearest to n/10^places with n below 2^53, and no shorter decimal
	// is. The division rounds correctly, because both numbers are exact.
	scale := 1.0
	for places := 0; places <= 4; places++ {
		if n := math.Round(x * scale); math.Abs(n) < 1e15 && n/scale == x && n != 0 {
			return appendDecimal(dst, int64(n), places)
		}
		scale *= 10
	}
	format := byte('f')
	if abs := math.Abs(x); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, x, format, -1, 64)
}

// appendDecimal writes n/10^places.
func appendDecimal(dst []byte, n int64, places int) []byte {
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	if places == 0 {
		return strconv.AppendInt(dst, n, 10)
	}
	power := int64(1)
	for range places {
		power *= 10
	}
	dst = append(strconv.AppendInt(dst, n/power, 10), '.')
	for n %= power; places > 0; places-- {
		power /= 10
		dst = append(dst, byte('0'+n/power))
		n %= power
	}
	return dst
}

// figureDigits are the significant digits of a statistic: more than it has, and half the bytes of all.
const figureDigits = 6

// appendFigure writes x as strconv does with format 'g' and six digits. x is finite.
func appendFigure(dst []byte, x float64) []byte {
	abs := math.Abs(x)
	if abs < 0.001 || abs >= 1e6 {
		return strconv.AppendFloat(dst, x, 'g', figureDigits, 64)
	}
	// Scaled to six digits before the point. The product is off by at most 2^-33 here, so only a fraction that near
	// to a half could be rounded to the wrong side; strconv decides those.
	places, scale := 0, 1.0
	for abs*scale < 1e5 {
		scale *= 10
		places++
	}
	whole, part := math.Modf(abs * scale)
	if math.Abs(part-0.5) < 1e-6 || whole >= 999_999 || part > 1-1e-6 {
		return strconv.AppendFloat(dst, x, 'g', figureDigits, 64)
	}
	n := int64(whole)
	if part > 0.5 {
		n++
	}
	for places > 0 && n%10 == 0 {
		n /= 10
		places--
	}
	if x < 0 {
		n = -n
	}
	return appendDecimal(dst, n, places)
}
