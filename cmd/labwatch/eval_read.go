package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// evalReader says which columns of a file are what.
type evalReader struct {
	label     []string
	time      string
	skip      []string // patterns of path.Match
	separator string
}

// evalSet is one labelled file in memory.
type evalSet struct {
	name     string
	channels []string
	at       []int64     // nanoseconds since 1970 UTC; the record's number in seconds where there is no time
	timed    bool        // at is from the file
	rows     [][]float64 // NaN where a channel has no reading
	truth    []bool
	left     []string // columns that hold no number
}

// read reads a file, unpacking gzip.
func (r *evalReader) read(file string) (*evalSet, error) {
	set, err := r.open(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return set, nil
}

func (r *evalReader) open(file string) (*evalSet, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	magic, err := in.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(magic) != "\x1f\x8b" { // the first two bytes of gzip (RFC 1952), whatever the file is called
		return r.parse(evalName(file), in)
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return r.parse(evalName(file), z)
}

// evalName is a file's name without its folder and its endings of form.
func evalName(file string) string {
	return strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".gz"), ".csv")
}

func (r *evalReader) parse(name string, in io.Reader) (*evalSet, error) {
	buffered := bufio.NewReader(in)
	rows := csv.NewReader(buffered)
	rows.Comma = r.comma(buffered)
	rows.ReuseRecord = true
	rows.LazyQuotes = true
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	header = slices.Clone(header)
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	first, bare := header, !slices.ContainsFunc(header, func(field string) bool { _, ok := evalNumber(field); return !ok })
	if bare {
		header = numbered(len(header))
	}
	cols, err := r.columns(header)
	if err != nil {
		return nil, err
	}
	set := &evalSet{name: name, timed: cols.time >= 0}
	if bare {
		if err := set.add(cols, first); err != nil {
			return nil, fmt.Errorf("line 1: %w", err)
		}
	}
	for {
		record, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := set.add(cols, record); err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	if len(set.rows) == 0 {
		return nil, errors.New("there are no records")
	}
	for _, i := range cols.values {
		set.channels = append(set.channels, header[i])
	}
	set.dropEmpty()
	if len(set.channels) == 0 {
		return nil, errors.New("no column of numbers is left")
	}
	return set, nil
}

// comma is the separator: the one given, else the one of , ; and tab that the first line has most of.
func (r *evalReader) comma(in *bufio.Reader) rune {
	if r.separator != "" {
		return []rune(r.separator)[0]
	}
	head, _ := in.Peek(in.Size())
	line, _, _ := strings.Cut(string(head), "\n")
	best := ','
	for _, c := range ";\t" {
		if strings.Count(line, string(c)) > strings.Count(line, string(best)) {
			best = c
		}
	}
	return best
}
