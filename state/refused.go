package state

import (
	"errors"
	"strings"
	"syscall"
)

// refused says whether an error of opening is the system's refusal, which says nothing about the content. Badger
// formats its causes into text, so the text is searched as well.
func refused(err error) bool {
	for _, errno := range []syscall.Errno{syscall.EACCES, syscall.EPERM, syscall.EROFS, syscall.ENOSPC, syscall.EDQUOT,
		syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EIO, syscall.EBUSY} {
		if errors.Is(err, errno) || strings.Contains(err.Error(), errno.Error()) {
			return true
		}
	}
	return strings.Contains(err.Error(), "Another process is using this Badger database")
}
