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
	// MemoryMB bounds memtables and caches together, in MiB; 32 to 4096, default 64. The process takes more:
	// mapped tables count as resident while they are hot.
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

// valueThreshold is the size from which Badger moves a value to its value log; MaxBlob stays below it.
// It must fit a transaction, which is 15 % of a memtable: 1.2 MiB at the smallest MemoryMB.
const valueThreshold = 1 << 20

// badgerOptions are small settings for a store that is asked for a thousand writes a second, off the path of a
// record: a quarter of the memory for each of two memtables and for the indices.
func (c Config) badgerOptions(dir string) badger.Options {
	quarter := int64(c.MemoryMB) << 20 / 4
	return badger.DefaultOptions(dir).
		WithMemTableSize(quarter).
		WithNumMemtables(2).
		WithBlockCacheSize(0). // the system's page cache has the tables already, unless they are encrypted: see encrypt
		WithIndexCacheSize(quarter).
		WithNumLevelZeroTables(2).
		WithNumLevelZeroTablesStall(6).
		WithNumCompactors(2). // Badger refuses one
		WithValueThreshold(valueThreshold).
		WithValueLogFileSize(64 << 20).
		WithCompression(options.None). // compressing stalls the writer for a second and saves little
		WithChecksumVerificationMode(options.OnBlockRead).
		WithDetectConflicts(false). // there is one writer
		WithMetricsEnabled(false)   // expvar; ours are in metrics.go
}
