//go:build unix

package state

import (
	"bytes"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"github.com/rs/zerolog"
)

// BenchmarkEncryption compares the processor time of an encrypted folder with that of one in clear, for the same
// writes, loads and the closing, in turns. Its figure is the median of the ratios, which the load of the machine
// changes little:
//
//	go test -run xxx -bench Encryption -benchtime 15x ./state
func BenchmarkEncryption(b *testing.B) {
	keys := keyFile(b, 1)
	var ratios []float64
	for b.Loop() {
		clear := processorTime(b, func() { useStore(b, "") })
		ratios = append(ratios, processorTime(b, func() { useStore(b, keys) })/clear)
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "encrypted/clear")
	b.ReportMetric(ratios[0], "least")
	b.ReportMetric(ratios[len(ratios)-1], "most")
	b.ReportMetric(0, "ns/op")
}

// useStore is 100 commits of 200 devices with 4 KB each, then a start that loads them.
func useStore(b *testing.B, keys string) {
	config := DefaultConfig().at(b.TempDir())
	config.EncryptionKeyFile = keys
	s, err := Open(config, zerolog.Nop(), owner)
	must(b, err)
	blob := bytes.Repeat([]byte{7}, 4096)
	names, blobs := make([]string, 200), make([][]byte, 200)
	for n := range 100 {
		for i := range names {
			names[i], blobs[i] = fmt.Sprintf("device-%05d", (n*200+i)%5000), blob
		}
		must(b, s.Write(0, []byte("position"), names, blobs))
	}
	must(b, s.Close())
	s, err = Open(config, zerolog.Nop(), owner)
	must(b, err)
	_, err = s.Load(0, nil, func(string, []byte) error { return nil })
	must(b, err)
	must(b, s.Close())
}

// processorTime is that of the whole process, in seconds.
func processorTime(b *testing.B, what func()) float64 {
	used := func() float64 {
		var u syscall.Rusage
		must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	before := used()
	what()
	return used() - before
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
