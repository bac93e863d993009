package state

import (
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// checkTables looks at the end of each table that Badger is about to open. There stand, in this order, the index, its length,
// the checksum and its length. Badger 4.9.6 believes both lengths before it has checked anything, in a goroutine of its own,
// where a wrong one ends the process with a panic. What else may be wrong with a table it tells by an error, or by a panic
// that the marker of openBadger is for.
func checkTables(options badger.Options) error {
	f, err := os.Open(filepath.Join(options.Dir, badger.ManifestFilename))
	if err != nil {
		return nil // a new folder, or Badger tells
	}
	defer f.Close()
	manifest, _, err := badger.ReplayManifestFile(f, options.ExternalMagicVersion, options)
	if err != nil {
		return nil // Badger tells
	}
	for _, id := range slices.Sorted(maps.Keys(manifest.Tables)) {
		if err := checkTable(table.NewFilename(id, options.Dir)); err != nil {
			return fmt.Errorf("read table %s: %w", table.IDToFilename(id), err)
		}
	}
	return nil
}

func checkTable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	left := info.Size()
	for _, of := range []string{"checksum", "index"} {
		var length [4]byte
		if _, err := f.ReadAt(length[:], left-int64(len(length))); err != nil {
			return err
		}
		left -= int64(len(length))
		n := int64(binary.BigEndian.Uint32(length[:]))
		if n > left {
			return fmt.Errorf("its %s has %d bytes, of which there are %d: it is damaged", of, n, left)
		}
		left -= n
	}
	return nil
}
