package state

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/rs/zerolog"
)

// One write of 200 changed devices with 4 KB each: a fifth of a second at a thousand changes a second.
func BenchmarkWrite(b *testing.B) {
	s, err := Open(DefaultConfig().at(b.TempDir()), zerolog.Nop(), owner)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	blob := bytes.Repeat([]byte{7}, 4096)
	keys, blobs := make([]string, 200), make([][]byte, 200)
	n := 0
	for b.Loop() {
		for i := range keys {
			keys[i], blobs[i] = fmt.Sprintf("device-%05d", n%10_000), blob
			n++
		}
		if err := s.Write(0, []byte("position"), keys, blobs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkLoad(b *testing.B) {
	s, err := Open(DefaultConfig().at(b.TempDir()), zerolog.Nop(), owner)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	const devices = 10_000
	keys, blobs := make([]string, devices), make([][]byte, devices)
	for i := range keys {
		keys[i], blobs[i] = fmt.Sprintf("device-%05d", i), bytes.Repeat([]byte{7}, 4096)
	}
	if err := s.Write(0, []byte("position"), keys, blobs); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Load(0, nil, func(string, []byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*devices/b.Elapsed().Seconds(), "entries/s")
}

func (c Config) at(dir string) Config {
	c.Dir = dir
	return c
}
