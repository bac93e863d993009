package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The clock of one process. labwatch is built with a time package whose Now adds what a file says, by an overlay of the
// compiler: Kafka's client, Badger and TLS see the leap too, and the monotonic clock does not, as when somebody sets the
// clock of a machine. labwatch's own code is the same.

// clockVariable, which is no setting of labwatch, names the file in which a process finds by how many seconds its clock is wrong.
const clockVariable = "FAULTS_CLOCK"

// clockSource joins Go's package time. A goroutine reads the file: Now itself is called where nothing may wait.
const clockSource = `package time

import (
	"sync/atomic"
	"syscall"
)

var setBy atomic.Int64

func init() {
	file, ok := syscall.Getenv("` + clockVariable + `")
	if !ok {
		return
	}
	go func() {
		for ; ; Sleep(20 * Millisecond) {
			if text, err := readFile(file); err == nil {
				if by, err := atoi(text); err == nil {
					setBy.Store(int64(by))
				}
			}
		}
	}()
}
`

// The line of time.Now behind which the leap is added.
const (
	clockFunc = "func Now() Time {\n"
	clockLine = "	sec, nsec, mono := runtimeNow()\n"
)

var errNow = errors.New("this release of Go has another time.Now than cmd/faults/clock.go knows")

// clockOverlay writes what go build -overlay needs and returns the path.
func (l *lab) clockOverlay(ctx context.Context) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("find Go's own source: %w", err)
	}
	folder := filepath.Join(strings.TrimSpace(string(root)), "src", "time")
	now := filepath.Join(folder, "time.go")
	text, err := os.ReadFile(now)
	if err != nil {
		return "", fmt.Errorf("read Go's own source: %w", err)
	}
	if bytes.Count(text, []byte(clockFunc+clockLine)) != 1 {
		return "", errNow
	}
	text = bytes.Replace(text, []byte(clockFunc+clockLine), []byte(clockFunc+clockLine+"	sec += setBy.Load()\n"), 1)
	overlay := struct{ Replace map[string]string }{map[string]string{
		now: l.path("time.go.txt"), filepath.Join(folder, "labwatch_faults.go"): l.path("clock.go.txt"),
	}}
	list, err := json.Marshal(overlay)
	if err != nil {
		return "", fmt.Errorf("write overlay: %w", err)
	}
	for name, b := range map[string][]byte{"time.go.txt": text, "clock.go.txt": []byte(clockSource), "overlay.json": list} {
		if err := os.WriteFile(l.path(name), b, 0o600); err != nil {
			return "", fmt.Errorf("write overlay: %w", err)
		}
	}
	return l.path("overlay.json"), nil
}

func (i *instance) clockFile() string { return i.lab.path(i.name + ".clock") }

// setClock makes the clock of the instance wrong by so much, to the second. It holds over a restart, too.
func (i *instance) setClock(by time.Duration) error {
	whole := fmt.Sprintf("%d", int64(by/time.Second))
	next := i.clockFile() + ".next"
	if err := os.WriteFile(next, []byte(whole), 0o600); err != nil {
		return fmt.Errorf("set clock: %w", err)
	}
	if err := os.Rename(next, i.clockFile()); err != nil { // never read half written
		return fmt.Errorf("set clock: %w", err)
	}
	return nil
}

// misset sets the clock wrong for a while: up to 50 minutes ahead or back, or, one time in four, up to two days ahead, with
// which Kafka takes nothing from the instance. Half of the times it is started anew meanwhile, with the wrong clock.
func (i *instance) misset(ctx context.Context, f fault, rng *rand.Rand) error {
	by := time.Duration(rng.Int64N(int64(100*time.Minute))) - 50*time.Minute
	if rng.IntN(4) == 0 {
		by = 2*time.Hour + time.Duration(rng.Int64N(int64(46*time.Hour)))
		i.excuse(true)
		defer i.excuse(false)
	}
	if err := i.setClock(by); err != nil {
		return err
	}
	if err := i.endure(ctx, f, rng); err != nil {
		return err
	}
	return i.setClock(0)
}
