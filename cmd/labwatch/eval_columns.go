package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// evalColumns are the places of a file's columns.
type evalColumns struct {
	time   int // -1: none
	label  []int
	values []int
}

// evalTimeNames are columns that are taken for the time when none is named.
var evalTimeNames = [...]string{"timestamp", "datetime", "time", "date"}

// columns finds the columns by the header.
func (r *evalReader) columns(header []string) (evalColumns, error) {
	cols := evalColumns{time: -1}
	for _, name := range r.label {
		i := slices.Index(header, name)
		if i < 0 {
			i = slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(h, name) })
		}
		if i < 0 {
			return cols, fmt.Errorf("there is no label column %q; there are %s", name, strings.Join(header, ", "))
		}
		cols.label = append(cols.label, i)
	}
	if r.time != "" {
		if cols.time = slices.Index(header, r.time); cols.time < 0 {
			return cols, fmt.Errorf("there is no time column %q; there are %s", r.time, strings.Join(header, ", "))
		}
	}
	for _, name := range evalTimeNames {
		if cols.time < 0 {
			cols.time = slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(h, name) })
		}
	}
	for i, name := range header {
		if i != cols.time && !slices.Contains(cols.label, i) && !matchesAny(r.skip, name) {
			cols.values = append(cols.values, i)
		}
	}
	return cols, nil
}

// add takes one record.
func (s *evalSet) add(cols evalColumns, record []string) error {
	at := int64(len(s.rows)) * int64(time.Second)
	if cols.time >= 0 {
		var err error
		if at, err = evalTime(record[cols.time]); err != nil {
			return err
		}
	}
	truth := false
	for _, i := range cols.label {
		marked, err := evalLabel(record[i])
		if err != nil {
			return err
		}
		truth = truth || marked
	}
	row := make([]float64, len(cols.values))
	for c, i := range cols.values {
		row[c], _ = evalNumber(record[i])
	}
	s.at, s.truth, s.rows = append(s.at, at), append(s.truth, truth), append(s.rows, row)
	return nil
}

// evalTime reads the forms of time that public sets use, as UTC where none is named, or seconds since 1970.
// A fraction of a second is read with all of them.
func evalTime(field string) (int64, error) {
	field = strings.TrimSpace(field)
	for _, layout := range [...]string{time.DateTime, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly,
		"2006/01/02 15:04:05"} {
		if t, err := time.Parse(layout, field); err == nil {
			return t.UnixNano(), nil
		}
	}
	if v, ok := evalNumber(field); ok && v > -9e9 && v < 9e9 {
		return int64(v * 1e9), nil
	}
	return 0, fmt.Errorf("time %q is none that is known, such as 2006-01-02 15:04:05", field)
}

// evalLabel reads a mark: a number other than 0, or a word for yes or for an anomaly. What stands for a missing value
// marks nothing.
func evalLabel(field string) (bool, error) {
	field = strings.ToLower(strings.TrimSpace(field))
	if v, ok := evalNumber(field); ok {
		return v != 0, nil
	}
	switch field {
	case "", "na", "nan", "null", "none", "false", "f", "no", "n", "normal", "nominal", "ok", "good", "inlier":
		return false, nil
	case "true", "t", "yes", "y", "anomaly", "anomalous", "abnormal", "bad", "fault", "outlier":
		return true, nil
	}
	return false, fmt.Errorf("label %q is neither a number nor a word such as true, false, anomaly or normal", field)
}
