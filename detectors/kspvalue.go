package detectors

import "math"

// KSPValue is the probability that the two-sample Kolmogorov-Smirnov statistic of n1 and n2 values from one
// continuous distribution is d or larger. It is exact up to n1·n2 = 1e6 (a walk over all orders of the two
// samples, Hodges 1957) and the plain limit distribution beyond, or where the exact value drowns in
// rounding (below 1e-12). The limit errs on the safe side for two samples; the corrections made for one
// sample do not. With ties both are conservative. It holds for one look at fresh data: on a sliding window
// looked at on every record it says nothing about false alarms, see KSLimit.
//
// d outside 0 to 1 is taken as the nearer end. Panics when n1 or n2 is below 1.
func KSPValue(d float64, n1, n2 int) float64 {
	if n1 < 1 || n2 < 1 {
		panic("detectors: KSPValue of an empty sample")
	}
	d = math.Max(0, math.Min(1, d))
	if n1*n2 <= 1e6 {
		if p := ksExact(d, n1, n2); p > 1e-12 {
			return p
		}
	}
	return KolmogorovTail(d * math.Sqrt(float64(n1)*float64(n2)/float64(n1+n2)))
}

// ksExact follows the merged order of the two samples as a path from (0,0) to (n1,n2). All orders are
// equally likely, so the last step to (i,j) came from the first sample with probability i/(i+j). What is
// computed is the probability that the path never reaches a distance of d.
func ksExact(d float64, n1, n2 int) float64 {
	// Distances are multiples of 1/(n1 n2); the half step guards the comparison against rounding.
	reach := int(math.Floor(d*float64(n1)*float64(n2) + 0.5))
	if reach <= 0 {
		return 1
	}
	inside := make([]float64, n2+1)
	for i := 0; i <= n1; i++ {
		for j := 0; j <= n2; j++ {
			switch gap := i*n2 - j*n1; {
			case gap >= reach || -gap >= reach:
				inside[j] = 0
			case i == 0 && j == 0:
				inside[j] = 1
			case j == 0:
				// only from (i-1, 0): unchanged
			default:
				f := float64(i) / float64(i+j)
				inside[j] = float64(f*inside[j]) + float64((1-f)*inside[j-1])
			}
		}
	}
	return 1 - inside[n2]
}

// KolmogorovTail is the limit distribution's upper tail Q(λ) = 2 Σ (-1)^(j-1) exp(-2 j² λ²) at
// λ = D √(n1 n2/(n1+n2)). Below λ = 0.5 that series converges slowly and the dual one of the Jacobi theta
// function is used: 1 - √(2π)/λ Σ exp(-(2j-1)² π²/(8 λ²)). Source: Kolmogorov 1933, Smirnov 1948.
func KolmogorovTail(lambda float64) float64 {
	if lambda <= 0 {
		return 1
	}
	sum := 0.0
	if lambda < 0.5 {
		for j := 1; j <= 7; j += 2 {
			k := float64(j) * math.Pi / lambda
			sum += math.Exp(-k * k / 8)
		}
		return 1 - float64(math.Sqrt(2*math.Pi)/lambda*sum)
	}
	sign := 2.0
	for j := 1.0; j <= 12; j++ {
		sum += float64(sign * math.Exp(-2*j*j*lambda*lambda))
		sign = -sign
	}
	return math.Max(0, math.Min(1, sum))
}
