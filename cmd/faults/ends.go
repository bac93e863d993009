package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
)

// unexplained says whether no fault explains that a daemon ended so. With 1 it ends when its group went on without it or
// the broker was away too long, and is started again; with 2 it refuses its config, or Go's runtime gave up.
func unexplained(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == 2
}

// fill tells that its disk is full, which explains that it refuses to start, and that Badger dies of a page it had asked for.
func (i *instance) fill(yes bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.excused, i.full = yes, yes
}

func (i *instance) excuse(yes bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.excused = yes
}

// refusals is how many ends in a row are taken for a refusal to start.
const refusals = 6

// refused says whether it was given up on, and what it said.
func (i *instance) refused() (string, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.failed < refusals {
		return "", false
	}
	return i.ends[len(i.ends)-1], true
}

// ended lists the ends of an instance by itself, and those of them that nothing explains.
func (i *instance) ended() (all, wrong []string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.ends), slices.Clone(i.wrong)
}

// pageFault is the death by a page of a mapped file that the file system cannot back. Badger writes its tables so, and nobody
// can catch it; a disk that is filled from outside while it does so explains it, see state/room.go.
const pageFault = "fatal error: fault"

// deathLines are more than a dying process says of its goroutines.
const deathLines = 20_000

// crashes are the panics and the runtime's own fatal errors that instances have ever died of, asked to stop or not, but for
// page faults on a full disk. They are read from the logs, which outlive the processes; what the daemon itself says are lines
// of JSON.
func crashes(instances []*instance) (said []string, err error) {
	for _, i := range instances {
		text, err := os.ReadFile(i.lab.path(i.name + ".log"))
		if errors.Is(err, fs.ErrNotExist) { // it was never started
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look for panics: %w", err)
		}
		forgiven := i.pageFaults()
		for line := range bytes.Lines(text) {
			if forgiven > 0 && bytes.HasPrefix(line, []byte(pageFault)) {
				forgiven--
				continue
			}
			if bytes.HasPrefix(line, []byte("panic: ")) || bytes.HasPrefix(line, []byte("fatal error: ")) {
				said = append(said, fmt.Sprintf("%s died of a %s", i.name, bytes.TrimSpace(line)))
			}
		}
	}
	return said, nil
}

// pageFaults counts the deaths that a full disk explains.
func (i *instance) pageFaults() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.faulted
}
