package main

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// newRand makes the generator of one fault.
func newRand(draw uint64) *rand.Rand { return rand.New(rand.NewPCG(draw, 0)) }

// damageFolder changes bytes of some files below a folder, or cuts some off. It returns how many it touched.
func damageFolder(folder string, rng *rand.Rand) (touched int, err error) {
	err = filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || info.Size() == 0 || rng.IntN(2) == 0 {
			return err
		}
		touched++
		if rng.IntN(3) == 0 {
			return os.Truncate(path, rng.Int64N(info.Size()))
		}
		return flip(path, info.Size(), rng)
	})
	if err != nil {
		return touched, fmt.Errorf("damage %s: %w", folder, err)
	}
	return touched, nil
}

// flip overwrites some short stretches. Most of a large file of Badger's is room that was never written, so half of
// them fall into its first 64 KB.
func flip(path string, size int64, rng *rand.Rand) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	for range 4 {
		at := rng.Int64N(size)
		if rng.IntN(2) == 0 {
			at = rng.Int64N(min(size, 64<<10))
		}
		junk := make([]byte, min(1+rng.Int64N(32), size-at))
		for i := range junk {
			junk[i] = byte(rng.Uint32())
		}
		if _, err := f.WriteAt(junk, at); err != nil {
			_ = f.Close()
			return err
		}
	}
	return f.Close()
}
