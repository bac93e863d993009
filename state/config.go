package state

import (
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// Config says where the state lives and how much memory it may take.
type Config struct {
	// Dir is the folder of the state. It is made if missing, and only one process may use it at a time.
	// Default "data/state".
	Dir string `yaml:"dir"`
	// MemoryMB bounds memtables and caches together, in MiB; 32 to 4096, default 64. Pages of its files that were read
	// count as resident too; the system takes them back when it needs memory.
	MemoryMB int `yaml:"memory_mb"`
	// EncryptionKeyFile holds keys, the first in use: "labwatch keys state FILE" makes one. Default "": not encrypted.
	EncryptionKeyFile string `yaml:"encryption_key_file"`
}

// DefaultConfig holds the defaults given at the fields.
func DefaultConfig() Config { return Config{Dir: "data/state", MemoryMB: 64} }

// Validate returns every mistake, each with the path of its field below the section.
func (c Config) Validate() []error {
	var errs []error
	if c.Dir == "" {
		errs = append(errs, errors.New("dir: must name a folder"))
	}
	if c.MemoryMB < 32 || c.MemoryMB > 4096 {
		errs = append(errs, fmt.Errorf("memory_mb: %d is outside 32 to 4096", c.MemoryMB))
	}
	return errs
}

func (c Config) bytes() int64 { return int64(c.MemoryMB) << 20 }

// valueThreshold is the size from which Badger keeps a value in its value log and only a pointer in its tables. The
// index stays in the tables, blobs that lie apart go to the log. Measured with 15 kB blobs of 8,000 keys, overwritten at
// random: with all in the tables, compaction kept 800 MB of buffers; so, 15 MB, in three quarters of the time.
const valueThreshold = 1 << 10

// logFile is the size of one file of the value log.
const logFile = 16 << 20

// badgerOptions are small settings for a store that is asked for a few thousand writes a second, off the path of a
// record. Memtables are small, as they hold the index only, and because what is overwritten in the value log is known
// only once they are compacted: with 1 MiB after some 20,000 entries, 300 MB of 15 kB each.
func (c Config) badgerOptions(dir string) badger.Options {
	return badger.DefaultOptions(dir).
		WithMemTableSize(min(1<<20, c.bytes()/32)).
		WithNumMemtables(2).
		WithBaseTableSize(1 << 20). // Badger keeps eight buffers of twice that, and takes 3 MB for each table that it builds
		WithBlockCacheSize(0).      // the system's page cache has the tables already, unless they are encrypted: see Store.options
		WithIndexCacheSize(0).      // Badger asks it for tables that are encrypted, and holds the index of others anyway
		WithNumLevelZeroTables(1).
		WithNumLevelZeroTablesStall(6).
		WithNumCompactors(2). // Badger refuses one
		WithValueThreshold(valueThreshold).
		WithValueLogFileSize(logFile).
		WithCompression(options.None). // compressing stalls the writer for a second and saves little
		WithChecksumVerificationMode(options.OnBlockRead).
		WithDetectConflicts(false). // there is one writer
		WithMetricsEnabled(false)   // expvar; ours are in metrics.go
}
