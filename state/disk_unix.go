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
			return nil //nolint:nilerr // see above
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

// freeBytes is the space that the file system of a folder has left for us.
func freeBytes(dir string) (n int64, known bool) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return 0, false
	}
	return int64(stat.Bavail) * int64(stat.Bsize), true
}
