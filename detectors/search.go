package detectors

import "cmp"

// below is the number of sorted values that are below x. It halves without a branch on the values, which a processor
// would guess wrong every other time.
func below[T cmp.Ordered](sorted []T, x T) int {
	i := 0
	for n := len(sorted); n > 0; {
		half := (n + 1) / 2
		less := 0
		if sorted[i+half-1] < x {
			less = 1
		}
		i += half & -less
		n -= half
	}
	return i
}
