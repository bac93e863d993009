package state

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4/table"
)

// TestDamagedEndOfTable: wrong lengths at the end of a table are an error like other damage, and not the end of the process,
// which is what Badger makes of them. A table that a crash left behind half written is none that Badger opens.
func TestDamagedEndOfTable(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(path string, b []byte) error
		harm   bool
	}{
		{"length of the checksum", func(path string, b []byte) error { return os.WriteFile(path, end(b, 0, 0xea), 0o600) }, true},
		{"length of the index", func(path string, b []byte) error {
			return os.WriteFile(path, end(b, 4+int(b[len(b)-1]), 0x7f), 0o600)
		}, true},
		{"cut to three bytes", func(path string, b []byte) error { return os.WriteFile(path, b[:3], 0o600) }, true},
		{"another one half written", func(path string, b []byte) error {
			return os.WriteFile(table.NewFilename(999, filepath.Dir(path)), b[:len(b)/2], 0o600)
		}, false},
	} {
		dir := t.TempDir()
		s, _ := open(t, dir)
		write(t, s, 0, "p1", "a", "1")
		shut(t, s)
		found, err := filepath.Glob(filepath.Join(dir, badgerName, "*.sst"))
		if err != nil || len(found) == 0 {
			t.Fatalf("no tables: %v", err)
		}
		b, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := c.damage(found[0], b); err != nil {
			t.Fatal(err)
		}
		s, log := open(t, dir)
		if said := strings.Contains(log.String(), "set aside"); said != c.harm {
			t.Errorf("%s: log says %q", c.name, log)
		}
		if c.harm {
			expect(t, s, 0, "absent")
		} else {
			expect(t, s, 0, "p1: a=1")
		}
		shut(t, s)
	}
}

// end writes four bytes that end so many before the end of b.
func end(b []byte, before int, value byte) []byte {
	for i := range 4 {
		b[len(b)-before-1-i] = value
	}
	return b
}
