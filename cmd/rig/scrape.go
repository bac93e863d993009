package rig

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Samples hands over every sample of a page of /metrics: its family, its labels as they are written, without braces, and
// its value.
func Samples(page io.Reader, each func(family, labels string, value float64)) error {
	lines := bufio.NewScanner(page)
	for lines.Scan() {
		if family, labels, value, ok := parseSample(lines.Text()); ok {
			each(family, labels, value)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read metrics: %w", err)
	}
	return nil
}

// parseSample takes a line of the exposition apart; comments are no samples. labwatch writes no timestamps.
func parseSample(line string) (family, labels string, value float64, ok bool) {
	last := strings.LastIndexByte(line, ' ')
	if last <= 0 || line[0] == '#' {
		return "", "", 0, false
	}
	value, err := strconv.ParseFloat(line[last+1:], 64)
	family, labels, _ = strings.Cut(line[:last], "{")
	return family, strings.TrimSuffix(labels, "}"), value, err == nil
}
