//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// child is a process of ours. The kernel kills it when this program dies, however that happens.
type child struct {
	name    string
	address string // of its metrics, empty if it has none
	cmd     *exec.Cmd
	stdin   io.Closer
	out     io.Reader
	said    *tail
	done    chan struct{}
	err     error
}

func startChild(name, program string, args ...string) (*child, error) {
	return startChildIn(nil, name, program, args...)
}

// startChildIn starts a child with more environment.
func startChildIn(environment []string, name, program string, args ...string) (*child, error) {
	c := &child{name: name, cmd: exec.Command(program, args...), said: new(tail), done: make(chan struct{})}
	c.cmd.Stderr = c.said
	c.cmd.Env = append(os.Environ(), environment...)
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true} // a Ctrl-C is for us; we stop it
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	out, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	c.stdin, c.out, c.cmd.Stdout = in, out, w
	err = c.cmd.Start()
	_ = w.Close() // the child has its own
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	return c, nil
}

// ended tells of a child that is gone, nil while it runs.
func (c *child) ended() error {
	select {
	case <-c.done:
		return fmt.Errorf("%s ended: %w; it said: %s", c.name, errors.Join(c.err, errGone), c.said)
	default:
		return nil
	}
}

var errGone = errors.New("it should still be running")

// wait returns when the child has ended by itself. It is killed when ctx ends, or after patience.
func (c *child) wait(ctx context.Context, patience time.Duration) error {
	select {
	case <-ctx.Done():
		c.kill()
		return fmt.Errorf("%s was killed: %w", c.name, context.Cause(ctx))
	case <-c.done:
		if c.err != nil {
			return fmt.Errorf("%s: %w; it said: %s", c.name, c.err, c.said)
		}
		return nil
	case <-time.After(patience):
		c.kill()
		return fmt.Errorf("%s has not ended after %v; it was killed", c.name, patience)
	}
}

// stop asks the child to end, and kills it if that takes long.
func (c *child) stop() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may be gone already; wait tells
	err := c.wait(context.Background(), 45*time.Second)
	if said := c.said.String(); err == nil && said != "" { // warnings that may explain a figure
		fmt.Fprintf(os.Stderr, "%s said: %s\n", c.name, said)
	}
	return err
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.done
}

// cpu is the processor time that the child has used, user and system.
func (c *child) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read CPU time of %s: %w", c.name, err)
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
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read memory of %s: %w", c.name, err)
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

// tail keeps the end of what a child says.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if over := len(t.b) - 4096; over > 0 {
		t.b = t.b[over:]
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.b))
}
