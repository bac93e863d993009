package record

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The writers of numbers, times and texts give the bytes of the standard library, which is slower: what was published
// once must be published again with the same bytes.
func FuzzAppendNumbers(f *testing.F) {
	for _, x := range []float64{0, 1, -1, 0.1, 100.88736, 0.6254166666666666, 5e-324, 1e-6, 1e21, 999999.5, 0.001, 123456.5, 1.0000005, 2.5e-7, 1e15, 1e22, 99999.95, 0.00999999499} {
		f.Add(math.Float64bits(x))
		f.Add(math.Float64bits(-x))
	}
	f.Fuzz(func(t *testing.T, bits uint64) { checkNumber(t, math.Float64frombits(bits)) })
}

func checkNumber(t *testing.T, x float64) {
	t.Helper()
	if !finite(x) {
		return
	}
	format := byte('f')
	if abs := math.Abs(x); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	if got, want := string(appendShortest(nil, x)), strconv.FormatFloat(x, format, -1, 64); got != want {
		t.Errorf("shortest %s, want %s", got, want)
	}
	if got, want := string(appendFigure(nil, x)), strconv.FormatFloat(x, 'g', figureDigits, 64); got != want {
		t.Errorf("figure %s, want %s", got, want)
	}
}

func TestAppendNumbersLikeReadings(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300_000 {
		places := rng.IntN(8)
		n := float64(rng.Int64N(2_000_000) - 1_000_000)
		checkNumber(t, n/math.Pow10(places))
		checkNumber(t, (n+0.5)/math.Pow10(places)) // halves of the sixth digit, which round to even
		checkNumber(t, math.Nextafter((n+0.5)/math.Pow10(places), 0))
		checkNumber(t, math.Nextafter((n+0.5)/math.Pow10(places), math.Inf(1)))
		checkNumber(t, rng.NormFloat64()*math.Pow10(rng.IntN(12)-5))
	}
}

func FuzzAppendTime(f *testing.F) {
	for _, at := range []int64{0, 1, -1, 1763801551_500000000, math.MaxInt64, math.MinInt64, 951782400e9, 951868800e9, -2208988800e9} {
		f.Add(at)
	}
	f.Fuzz(func(t *testing.T, at int64) {
		if got, want := string(AppendTime(nil, at)), time.Unix(0, at).UTC().Format(time.RFC3339Nano); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestAppendTimeOnEveryDay(t *testing.T) {
	for day := int64(-106751); day <= 106751; day++ {
		at := day*86400e9 + 1
		if got, want := string(AppendTime(nil, at)), time.Unix(0, at).UTC().Format(time.RFC3339Nano); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "a", "12345678", "1234567\"", "\\2345678", "abcdefgh\x7f", "é", "\xff", "abc\u2028", "\x1f\x20!#[]~\x80", "0123456789012345678901234567890\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if plain(s) != plainByBytes(s) {
			t.Fatalf("%q is plain: %t", s, plain(s))
		}
		if got, err := strconv.Unquote(string(appendText(nil, `"`, string([]rune(s))))); err != nil || got != string([]rune(s)) {
			t.Errorf("%q reads back as %q, %v", s, got, err)
		}
	})
}

// plainByBytes is plain, one byte at a time.
func plainByBytes(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f || s[i] == '"' || s[i] == '\\' {
			return false
		}
	}
	return true
}

// Every byte is seen at every place of a text of every length, however the words that are looked at overlap.
func TestPlainSeesEveryByte(t *testing.T) {
	for n := range 21 {
		for _, around := range []string{"a", " ", "!", "~"} { // the last three are next to what is not plain
			s := []byte(strings.Repeat(around, n))
			if !plain(string(s)) {
				t.Errorf("%q is not plain", s)
			}
			for at := range s {
				for b := range 256 {
					s[at] = byte(b)
					if got, want := plain(string(s)), plainByBytes(string(s)); got != want {
						t.Errorf("%q is plain: %t, want %t", s, got, want)
					}
				}
				s[at] = around[0]
			}
		}
	}
}
