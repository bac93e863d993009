package detectors

// Builtin returns the detectors that come with labwatch, by the name that the config uses. The map is
// fresh: a caller may add to it.
func Builtin() map[string]Plugin {
	return map[string]Plugin{
		"zscore":  newZScore,
		"zmean":   newZMean,
		"ewma":    newEWMA,
		"cusum":   newCUSUM,
		"ks":      newKS,
		"psi":     newPSI,
		"stuck":   newStuck,
		"novelty": newNovelty,
		"iforest": newIForest,
	}
}
