//go:build unix

package state

import (
	"io/fs"
	"path/filepath"
	"syscall"
)

// diskBytes adds up the blocks below a folder. Badger's logs are sparse files, so their lengths would say too much.
// Files that vanish meanwhile are not counted.
func diskBytes(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil {
			if stat, ok := info.Sys().(*syscall.Stat_t); ok {
				n += int64(stat.Blocks) * 512 // POSIX st_blocks, in units of 512 bytes
			}
		}
		return nil
	})
	return n
}
