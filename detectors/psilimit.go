package detectors

import "gonum.org/v1/gonum/mathext"

// PSIThreshold is the level that the index of a fresh window of n values passes with probability alpha when
// it comes from the distribution of the reference of m values: (1/n + 1/m) times the upper alpha quantile
// of chi-square with bins-1 degrees of freedom (Yurdakul 2018). It holds for one look; on a sliding window
// looked at on every record use PSILimit.
func PSIThreshold(m, n, bins int, alpha float64) float64 {
	return (1/float64(n) + 1/float64(m)) * chiSquareUpper(alpha, bins-1)
}

// chiSquareUpper is the x with P(X > x) = p, by the small tail itself.
func chiSquareUpper(p float64, df int) float64 {
	return 2 * mathext.GammaIncRegCompInv(float64(df)/2, p)
}

// PSILimit is the level on the index that a window of w values, looked at on every record, passes by chance
// once in arl0 records on average. The table is simulated for 10 bins and a reference of 500 on the scale of
// its chi-square; another number of bins is taken at the same tail probability.
func PSILimit(m, w, bins int, arl0 float64) float64 {
	const tabled = 10
	x := psiTable.at(float64(w), arl0)
	if bins != tabled {
		x = chiSquareUpper(mathext.GammaIncRegComp((tabled-1)/2.0, x/2), max(bins, 2)-1)
	}
	return (1/float64(w) + 1/float64(m)) * x
}
