//go:build !linux

package main

import "errors"

// smallDisk needs Linux.
type smallDisk string

func mountSmall(string) (smallDisk, error) {
	return "", errors.New("mount a small disk: only on Linux")
}

func (d smallDisk) fill() (func() error, error) { return nil, errors.New("no small disk") }

func (d smallDisk) unmount() {}
