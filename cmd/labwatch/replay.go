package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"labwatch/config"
	"labwatch/formats"
	"labwatch/stream"
)

type replayOptions struct {
	config string
	out    string
	input  string
}

func newReplayCommand() *cobra.Command {
	var o replayOptions
	c := &cobra.Command{
		Use:   "replay [TOPIC=]FILE...",
		Short: "Judge readings from files, without Kafka",
		Long: `Reads files as if each were a topic of one partition, in the order given, through the
same engine as run, and writes JSON lines: records, alerts and rejects. The same files,
config and keys give the same bytes.

A file holds one message a line, or rows of CSV where the input's format is csv; .gz is
unpacked. The topic tells which input of the config a file belongs to; with one input, or
with --input, it may be left out. A file knows no time of arrival: the readings' own
times take its place.`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	configFlag(c, &o.config)
	c.Flags().StringVar(&o.out, "out", "", "folder for records.jsonl, alerts.jsonl and rejects.jsonl; without it records and alerts go to standard output")
	c.Flags().StringVar(&o.input, "input", "", "topic of files that are given without one")
	return c
}

func (o *replayOptions) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg, err := config.Load(o.config)
	if err != nil {
		return usageError{err}
	}
	sources, err := o.sources(cfg, args)
	if err != nil {
		return usageError{err}
	}
	e, err := newEngine(cfg, nil)
	if err != nil {
		return usageError{err}
	}
	sink, err := newReplaySink(o.out, stdout)
	if err != nil {
		return err
	}
	worker := e.worker(true)
	for _, s := range sources {
		if err := s.replay(ctx, worker, total(sources), sink.emit, stderr); err != nil {
			return errors.Join(err, sink.close())
		}
	}
	worker.Committed(0)
	if err := sink.close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stderr, "replayed %d messages: %d records, %d duplicates, %d rejects, %d alert messages\n",
		total(sources), e.metrics.Standardized(), e.metrics.Duplicates(), sink.rejects, sink.alerts)
	return err
}

// replaySource is one file and the input that it is read as.
type replaySource struct {
	input    config.Input
	path     string
	messages int64
}

func total(sources []*replaySource) (n int64) {
	for _, s := range sources {
		n += s.messages
	}
	return n
}

// sources finds the input of every file.
func (o *replayOptions) sources(cfg *config.Config, args []string) ([]*replaySource, error) {
	byTopic := map[string]config.Input{}
	topics := cfg.Topics()
	for _, in := range cfg.Inputs {
		byTopic[in.Topic] = in
	}
	var sources []*replaySource
	for _, arg := range args {
		topic, path, ok := strings.Cut(arg, "=")
		if _, known := byTopic[topic]; !ok || !known {
			topic, path = o.input, arg
			if topic == "" && len(topics) == 1 {
				topic = topics[0]
			}
		}
		in, ok := byTopic[topic]
		if !ok {
			return nil, fmt.Errorf("%s: which input is it? write TOPIC=%s with one of %s", arg, path, strings.Join(topics, ", "))
		}
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("replay: %w", err)
		}
		sources = append(sources, &replaySource{input: in, path: path})
	}
	return sources, nil
}

// replay hands every message of the file to the worker. Offsets are running numbers over all files, from first on: the
// worker takes one that it has seen for a repeat of the message.
func (s *replaySource) replay(ctx context.Context, w *stream.Worker, first int64, emit stream.Emit, stderr io.Writer) error {
	f, err := os.Open(s.path)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	defer f.Close()
	r, err := s.reader(f, stderr)
	if err != nil {
		return fmt.Errorf("replay %s: %w", s.path, err)
	}
	next := s.lines(r)
	for offset := first; ; offset++ {
		value, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("replay %s: %w", s.path, err)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("replay %s: %w", s.path, ctx.Err())
		}
		m := stream.Message{Topic: s.input.Topic, Offset: offset, Value: value}
		if err := w.Process(m, emit); err != nil {
			return fmt.Errorf("replay %s: %w", s.path, err)
		}
		s.messages++
		if s.messages%1000 == 0 {
			w.Committed(0)
		}
	}
}

// reader unpacks a .gz and, on a terminal, shows how far it has got.
func (s *replaySource) reader(f *os.File, stderr io.Writer) (io.Reader, error) {
	var r io.Reader = f
	if t, ok := stderr.(*os.File); ok && term.IsTerminal(int(t.Fd())) {
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		bar := progressbar.DefaultBytes(info.Size(), filepath.Base(s.path))
		r = io.TeeReader(f, bar)
	}
	if strings.HasSuffix(s.path, ".gz") {
		return gzip.NewReader(bufio.NewReader(r))
	}
	return r, nil
}

// lines yields one message at a time: a row of CSV, or a line that is not blank.
func (s *replaySource) lines(r io.Reader) func() ([]byte, error) {
	if s.input.Format == "csv" {
		return formats.NewRows(r).Next
	}
	b := bufio.NewReaderSize(r, 1<<20)
	return func() ([]byte, error) {
		for {
			line, err := b.ReadBytes('\n')
			line = bytes.TrimSpace(line)
			if len(line) > 0 {
				return line, nil
			}
			if err != nil {
				return nil, err
			}
		}
	}
}

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
