package detectors

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Neighbouring readings of a slow sensor, or of one patient, resemble each other. A window of them holds
// less than it seems: at a lag-1 correlation of 0.9 a hundred readings say as much as five. The window
// detectors therefore take only every stride-th reading, and the baseline collects its next block so.

const (
	maxStride = 50  // at a correlation of 0.96 and above
	muchLeft  = 0.3 // correlation between readings that count from which on they are taken further apart
)

// spacing is what a baseline knows about the resemblance of neighbours.
type spacing struct {
	rho    float64 // lag-1 correlation of neighbouring readings; 0 when not significant
	left   float64 // lag-1 correlation of the readings that count
	stride int     // readings from one that counts to the next, 1 to maxStride
	of     int     // stride at which the reference was collected
}

func unspaced() spacing { return spacing{stride: 1, of: 1} }

// after is the spacing once a block of n readings, collected at the stride, has shown a lag-1 correlation
// of r. A positive r beyond two standard errors, 2/√n, counts. Readings (1+ρ)/(1-ρ) apart, rounded, are worth
// about as much for a mean as independent ones (3 at 0.5, 19 at 0.9); of the correlation ρ^stride is left
// then, by which the levels are widened. So a correlation below 0.2 only widens them. A block that was
// collected at a stride shows directly what is left.
func (s spacing) after(r float64, n int) spacing {
	if s.stride == 1 {
		if !(r > 2/math.Sqrt(float64(n))) {
			return unspaced()
		}
		t := strideFor(r)
		return spacing{rho: r, left: math.Pow(r, float64(t)), stride: t, of: 1}
	}
	next := spacing{rho: s.rho, left: math.Max(0, r), stride: s.stride, of: s.stride}
	switch {
	case r > muchLeft: // the memory is longer than that of an AR(1) series
		next.stride = min(maxStride, s.stride*strideFor(r))
		if next.stride > s.stride {
			next.left = math.Pow(r, float64(next.stride)/float64(s.stride))
		}
	case r <= 0: // nothing is left: perhaps the stride is longer than it need be
		next.stride = (s.stride + 1) / 2
		if next.stride == 1 {
			next = unspaced()
		}
	}
	return next
}

func strideFor(r float64) int {
	if r >= 1-2.0/(maxStride+1) {
		return maxStride
	}
	return min(maxStride, int(math.Round((1+r)/(1-r))))
}

// provisional says that the reference was collected closer than the readings that count.
func (s spacing) provisional() bool { return s.of < s.stride }

// worth is the number of independent readings that n values of the reference stand for, at least 2.
func (s spacing) worth(n int) int {
	if s.provisional() {
		n = n * s.of / s.stride
	}
	return max(n, 2)
}

// A statistic is a power: of n readings of an AR(1) series with correlation ρ it knows as much as it would of
// n (1-ρᵏ)/(1+ρᵏ) independent ones.
type statistic float64

const (
	ofMean   statistic = 1
	ofSD     statistic = 2   // exact: squares have the correlation ρ²
	ofGap    statistic = 1.4 // KS: of the share below the median, (2/π) arcsin ρᵏ, 1.34 to 1.44 for ρ of 0.5 to 0.95
	ofShares statistic = 3.5 // PSI: of the shares in ten bins, 3.0 to 4.9
)

// share is the part of a correlation that the statistic sees.
func (s statistic) share(r float64) float64 { return math.Pow(r, float64(s)) }

// inflation is the factor by which the variance of a mean of many readings with lag-1 correlation r exceeds
// that of independent ones.
func inflation(r float64) float64 { return (1 + r) / (1 - r) }

// lagOne is the lag-1 correlation of normal scores in the order of arrival, with the bias of short series,
// -(1+3ρ)/n, taken out (Kendall 1954); 0.99 at most.
func lagOne(scores []int32) float64 {
	products, squares, last := 0.0, 0.0, 0.0
	for i, score := range scores {
		s := float64(score) / scoreUnit
		squares += float64(s * s)
		if i > 0 {
			products += float64(s * last)
		}
		last = s
	}
	n := float64(len(scores))
	if squares == 0 || n < 5 {
		return 0
	}
	return math.Max(-0.99, math.Min(0.99, (products/squares+1/n)/(1-3/n)))
}

func (s spacing) append(b []byte) []byte {
	b = append(b, byte(s.stride), byte(s.of))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.rho))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(s.left))
}

func readSpacing(r *reader) spacing {
	stride, of := int(r.byte()), int(r.byte())
	s := spacing{rho: r.float(), left: r.float(), stride: stride, of: of}
	if r.err != nil {
		return unspaced()
	}
	if stride < 1 || stride > maxStride || of < 1 || of > maxStride || !(s.rho >= 0 && s.rho < 1) || !(s.left >= 0 && s.left < 1) {
		r.fail(fmt.Errorf("spacing %+v", s))
	}
	return s
}

// limitOf is what a limit was computed for; a cache, not state.
type limitOf struct {
	n    int     // independent readings behind the baseline
	m    int     // behind its SD
	left float64 // correlation of the readings that count
	tied float64 // probability of a tie
	row  int     // breaches in a row that make an alarm
	arl0 float64 // readings that count
}
