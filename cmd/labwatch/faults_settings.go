package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// set reads the value of one setting.
func (f *simFault) set(key, value string) (err error) {
	switch key {
	case "device":
		f.Device = value
	case "test":
		f.Test = value
	case "at":
		f.At, err = parseSpan(value)
	case "for":
		f.For, err = parseSpan(value)
	case "ramp":
		f.Ramp, err = parseSpan(value)
	case "shift":
		f.Shift, err = parseShift(value)
	case "factor":
		f.Factor, err = strconv.ParseFloat(value, 64)
		if err == nil && !(f.Factor > 0 && f.Factor <= 1000) {
			err = errors.New("must lie above 0 and not above 1000")
		}
	case "share":
		f.Share, err = strconv.ParseFloat(value, 64)
		if err == nil && !(f.Share > 0 && f.Share <= 1) {
			err = errors.New("must lie above 0 and not above 1")
		}
	case "value":
		f.Value, err = strconv.ParseFloat(value, 64)
	}
	if errors.Is(err, strconv.ErrSyntax) || errors.Is(err, strconv.ErrRange) {
		err = errors.New("is no number")
	}
	if err != nil {
		return fmt.Errorf("%s %q %w", key, value, err)
	}
	return nil
}

func parseSpan(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, errors.New("is no duration such as 30s, 5m or 1h30m")
	}
	return d, nil
}

func parseShift(text string) (shift, error) {
	s := shift{}
	number := text
	for _, unit := range []string{"sd", "%"} {
		if head, ok := strings.CutSuffix(text, unit); ok {
			number, s.unit = head, unit
		}
	}
	var err error
	if s.by, err = strconv.ParseFloat(number, 64); err != nil || s.by == 0 || s.by-s.by != 0 {
		return s, errors.New("is no shift such as 1.5sd, -10% or 12 (in the test's unit)")
	}
	return s, nil
}
