package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"labwatch/stream"
)

// replaySink writes outputs as JSON lines.
type replaySink struct {
	records, alertsTo, rejectsTo *bufio.Writer
	files                        []*os.File
	err                          error
	alerts, rejects              int
}

func newReplaySink(dir string, stdout io.Writer) (*replaySink, error) {
	s := &replaySink{}
	if dir == "" {
		s.records = bufio.NewWriterSize(stdout, 1<<16)
		s.alertsTo = s.records
		s.rejectsTo = bufio.NewWriter(io.Discard)
		return s, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	for _, to := range []struct {
		name string
		w    **bufio.Writer
	}{{"records.jsonl", &s.records}, {"alerts.jsonl", &s.alertsTo}, {"rejects.jsonl", &s.rejectsTo}} {
		f, err := os.Create(filepath.Join(dir, to.name))
		if err != nil {
			return nil, fmt.Errorf("replay: %w", err)
		}
		s.files = append(s.files, f)
		*to.w = bufio.NewWriterSize(f, 1<<16)
	}
	return s, nil
}

func (s *replaySink) emit(o stream.Output) {
	switch o.To {
	case stream.Records:
		s.line(s.records, o.Value)
	case stream.Alerts:
		s.alerts++
		s.line(s.alertsTo, o.Value)
	case stream.Rejects:
		s.rejects++
		s.line(s.rejectsTo, rejectLine(o))
	}
}

// rejectLine is a reject with its headers, which in Kafka stand beside the sealed payload.
func rejectLine(o stream.Output) []byte {
	headers := map[string]string{}
	for _, h := range o.Headers {
		headers[h.Key] = string(h.Value)
	}
	b, err := json.Marshal(struct { // keys of a map are sorted
		Headers map[string]string `json:"headers"`
		Sealed  string            `json:"sealed"`
	}{headers, base64.StdEncoding.EncodeToString(o.Value)})
	if err != nil {
		panic(err) // strings always marshal
	}
	return b
}

func (s *replaySink) line(w *bufio.Writer, b []byte) {
	_, err := w.Write(b)
	if err == nil {
		err = w.WriteByte('\n')
	}
	if s.err == nil && err != nil {
		s.err = fmt.Errorf("replay: write output: %w", err)
	}
}

func (s *replaySink) close() error {
	errs := []error{s.err, s.records.Flush(), s.alertsTo.Flush(), s.rejectsTo.Flush()}
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
