package main

import (
	"fmt"
	"io"
	"sync/atomic"

	"github.com/rs/zerolog"
)

// levelFilter passes on what is at or above a level that may change at any time. zerolog's own level is part of each
// copy of a logger, and its global one would be that of every daemon in the process.
type levelFilter struct {
	to    io.Writer
	level atomic.Int32
}

var _ zerolog.LevelWriter = (*levelFilter)(nil)

// Write implements io.Writer, for lines without a level.
func (f *levelFilter) Write(b []byte) (int, error) { return f.to.Write(b) }

// WriteLevel implements zerolog.LevelWriter.
func (f *levelFilter) WriteLevel(level zerolog.Level, b []byte) (int, error) {
	if level < zerolog.Level(f.level.Load()) {
		return len(b), nil
	}
	return f.to.Write(b)
}

// Set takes one of the words of log.level.
func (f *levelFilter) Set(level string) error {
	switch level {
	case "debug", "info", "warn", "error":
	default:
		return fmt.Errorf("log level %q is none of debug, info, warn, error", level)
	}
	parsed, err := zerolog.ParseLevel(level)
	if err != nil {
		return err
	}
	f.level.Store(int32(parsed))
	return nil
}

func (f *levelFilter) String() string { return zerolog.Level(f.level.Load()).String() }
