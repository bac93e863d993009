package record

// exactDigits are so few that they make a whole number which a float64 holds exactly, as it does the powers of ten up to
// the same. The quotient of two exact numbers is rounded once, which is what reading a numeral means (W. D. Clinger, How
// to read floating point numbers accurately, PLDI 1990).
const exactDigits = 15

// powersOfTen are exact.
var powersOfTen = [exactDigits + 1]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// exactNumber is whole with its last digits behind the point.
func exactNumber(negative bool, whole uint64, behind int) float64 {
	x := float64(whole) / powersOfTen[behind]
	if negative {
		return -x
	}
	return x
}
