package main

import (
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// dropEmpty leaves out channels without a single number, and remembers their names.
func (s *evalSet) dropEmpty() {
	for c := len(s.channels) - 1; c >= 0; c-- {
		if slices.ContainsFunc(s.rows, func(row []float64) bool { return !math.IsNaN(row[c]) }) {
			continue
		}
		s.left = append(s.left, s.channels[c])
		s.channels = slices.Delete(s.channels, c, c+1)
		for i := range s.rows {
			s.rows[i] = slices.Delete(s.rows[i], c, c+1)
		}
	}
}

// numbered are the names of columns that have none.
func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, "f"+strconv.Itoa(i))
	}
	return names
}

// evalNumber reads a number; false for what stands for a missing one, and for text.
func evalNumber(field string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return math.NaN(), false
	}
	return v, true
}

// matchesAny says whether a column's name is one of the patterns.
func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return p == name || err == nil && ok
	})
}
