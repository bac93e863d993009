package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"labwatch/config"
	"labwatch/formats"
	"labwatch/stream"
)

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
			if before, after, named := strings.Cut(arg, "="); named && o.input == "" && !strings.ContainsAny(before, "/\\") {
				return nil, fmt.Errorf("%s: %s is no input; write TOPIC=%s with one of %s", arg, before, after, strings.Join(topics, ", "))
			}
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
