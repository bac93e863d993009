package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// smallDisk is a file system in memory for one state folder, small enough to be filled. Only root may mount one.
type smallDisk string

// stateDisk is its size. Badger's files are sparse: some hundred MB of them take a few.
const stateDisk = "size=192m"

func mountSmall(folder string) (smallDisk, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("mount a small disk: %w", err)
	}
	if err := syscall.Mount("faults", folder, "tmpfs", 0, stateDisk); err != nil {
		return "", fmt.Errorf("mount a small disk: %w", err)
	}
	return smallDisk(folder), nil
}

// fill takes all the space that is left, and returns what gives it back.
func (d smallDisk) fill() (free func() error, err error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(string(d), &st); err != nil {
		return nil, fmt.Errorf("fill the disk: %w", err)
	}
	name := filepath.Join(string(d), "filler")
	f, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("fill the disk: %w", err)
	}
	defer f.Close()
	for left := int64(st.Bavail); left > 0; left /= 2 { // what fallocate cannot have as a whole, it has in parts
		at, _ := f.Seek(0, 2)
		_ = syscall.Fallocate(int(f.Fd()), 0, at, left*st.Bsize)
	}
	return func() error { return os.Remove(name) }, nil
}

func (d smallDisk) unmount() { _ = syscall.Unmount(string(d), syscall.MNT_DETACH) }
