package alerts

import (
	"math"
	"strconv"
	"strings"
)

// decimals is how many decimals say as much as a spread of sd does: its first digit, or its first two when they
// are below 30, as is usual for stated uncertainties. SD 4 gives 0, 1.3 gives 1, 0.05 gives 2. Never below 0.
func decimals(sd float64) int {
	text := strconv.FormatFloat(sd, 'e', 1, 64) // such as 4.0e+00
	mantissa, exponent, found := strings.Cut(text, "e")
	if !found || !(sd > 0) {
		return -1 // no spread is known
	}
	e, _ := strconv.Atoi(exponent)
	d := -e
	if mantissa < "3" {
		d++
	}
	return min(max(d, 0), 9)
}

// fixed writes x with d decimals, and without the sign of a rounded zero.
func fixed(x float64, d int) string {
	if math.Abs(x) >= 1e12 {
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
	s := strconv.FormatFloat(x, 'f', d, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return s
}

// significant writes x with n significant digits, whole numbers in full, without idle zeros.
func significant(x float64, n int) string {
	if x != 0 && (math.Abs(x) >= 1e12 || math.Abs(x) < 1e-6) || math.IsNaN(x) {
		return strconv.FormatFloat(x, 'g', n, 64)
	}
	_, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', n-1, 64), "e")
	e, _ := strconv.Atoi(exponent)
	s := fixed(x, max(0, n-1-e))
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// plain writes a single reading.
func plain(x float64) string { return significant(x, 4) }

// apart writes x with as many digits as show that it is not one of others.
func apart(x float64, others ...float64) string {
	for n := 4; ; n++ {
		s, clash := significant(x, n), false
		for _, y := range others {
			clash = clash || y != x && significant(y, n) == s
		}
		if !clash || n == 17 {
			return s
		}
	}
}

// pair writes two readings of a quantity whose normal spread is sd: with the decimals that sd deserves, or up to
// three more when the two would look the same.
func pair(x, y, sd float64) (string, string) {
	d := decimals(sd)
	if d < 0 {
		return apart(x, y), apart(y, x)
	}
	for last := d + 3; ; d++ {
		a, b := fixed(x, d), fixed(y, d)
		if a != b || x == y || d == last {
			return a, b
		}
	}
}

// score writes the score of a statistic: "z 3.2", "D 0.31"; nothing when it is not known.
func score(statistic string, x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	var s string
	switch {
	case statistic == "":
		statistic = "score"
		s = significant(x, 3)
	case math.Abs(x) >= 1000:
		s = significant(x, 1)
	case statistic == StatZ && math.Abs(x) < 100:
		s = fixed(x, 1)
	default:
		s = fixed(x, 2)
		if math.Abs(x) >= 10 {
			s = fixed(x, 0)
		}
	}
	return statistic + " " + s
}
