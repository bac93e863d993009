//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"labwatch/cmd/rig"
)

// child is a process of ours.
type child struct {
	*rig.Process
	address string // of its metrics, empty if it has none
}

func (b *bench) startChild(name, program string, args ...string) (*child, error) {
	p, err := rig.Start(name, b.log(name), exec.Command(program, args...))
	return &child{Process: p}, err
}

// log is the file that holds what the children of a name say.
func (b *bench) log(name string) string { return b.path(strings.ReplaceAll(name, " ", "-") + ".log") }

// said is the end of what the child has said.
func (c *child) said() string { return c.Tail(50) }

// ended tells of a child that is gone, nil while it runs.
func (c *child) ended() error {
	select {
	case <-c.Done:
		return fmt.Errorf("%s ended: %w; it said: %s", c.Name, errors.Join(c.Err, errGone), c.said())
	default:
		return nil
	}
}

var errGone = errors.New("it should still be running")

// wait returns when the child has ended by itself. It is killed when ctx ends, or after patience.
func (c *child) wait(ctx context.Context, patience time.Duration) error {
	select {
	case <-ctx.Done():
		c.Kill()
		return fmt.Errorf("%s was killed: %w", c.Name, context.Cause(ctx))
	case <-c.Done:
		if c.Err != nil {
			return fmt.Errorf("%s: %w; it said: %s", c.Name, c.Err, c.said())
		}
		return nil
	case <-time.After(patience):
		c.Kill()
		return fmt.Errorf("%s has not ended after %v; it was killed", c.Name, patience)
	}
}

// stop asks the child to end, and kills it if that takes long.
func (c *child) stop() error {
	err := c.Stop(45 * time.Second)
	switch said := c.said(); {
	case err != nil:
		return fmt.Errorf("%s: %w; it said: %s", c.Name, err, said)
	case said != "": // warnings that may explain a figure
		fmt.Fprintf(os.Stderr, "%s said: %s\n", c.Name, said)
	}
	return nil
}

// cpu is the processor time that the child has used, user and system.
func (c *child) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.Cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read CPU time of %s: %w", c.Name, err)
	}
	return parseCPU(string(text))
}

// parseCPU takes utime and stime out of /proc/PID/stat, see proc(5): fields 14 and 15, in ticks of 1/100 s. The second
// field, the program's name in brackets, may hold anything.
func parseCPU(stat string) (time.Duration, error) {
	_, rest, _ := strings.Cut(stat[max(strings.LastIndexByte(stat, ')'), 0):], " ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("read CPU time: %q has too few fields", stat)
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		return 0, fmt.Errorf("read CPU time: %w", err)
	}
	return time.Duration(user+system) * (time.Second / 100), nil
}

// peakMB is the most memory that was resident, in MiB.
func (c *child) peakMB() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read memory of %s: %w", c.Name, err)
	}
	return parsePeak(string(text))
}

func parsePeak(status string) (float64, error) {
	for line := range strings.Lines(status) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
			if err != nil {
				return 0, fmt.Errorf("read memory: %w", err)
			}
			return kb / 1024, nil
		}
	}
	return 0, errors.New("read memory: /proc/PID/status has no VmHWM")
}
