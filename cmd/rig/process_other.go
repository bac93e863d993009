//go:build !linux

package rig

import "syscall"

// attributes put a child into a process group of its own. To end it when we die takes Linux.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
