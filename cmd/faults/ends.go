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

// ended lists the ends of an instance by itself, and those of them that nothing explains.
func (i *instance) ended() (all, wrong []string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.ends), slices.Clone(i.wrong)
}

// crashes are the panics and the runtime's own fatal errors that instances have ever died of, asked to stop or not. They
// are read from the logs, which outlive the processes; what the daemon itself says are lines of JSON.
func crashes(instances []*instance) (said []string, err error) {
	for _, i := range instances {
		text, err := os.ReadFile(i.lab.path(i.name + ".log"))
		if errors.Is(err, fs.ErrNotExist) { // it was never started
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look for panics: %w", err)
		}
		for line := range bytes.Lines(text) {
			if bytes.HasPrefix(line, []byte("panic: ")) || bytes.HasPrefix(line, []byte("fatal error: ")) {
				said = append(said, fmt.Sprintf("%s died of a %s", i.name, bytes.TrimSpace(line)))
			}
		}
	}
	return said, nil
}
