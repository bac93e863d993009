package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is a child. What it says goes to a log file, which later processes of the same name append to.
type process struct {
	name string
	cmd  *exec.Cmd
	log  string
	done chan struct{}
	err  error // after done
}

// spawn starts a program. With line it waits for the first line on standard output and returns it.
func spawn(name, log string, line bool, env []string, program string, args ...string) (*process, string, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, "", fmt.Errorf("open log of %s: %w", name, err)
	}
	defer f.Close() // the child has its own
	p := &process{name: name, cmd: exec.Command(program, args...), log: log, done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = f, f
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C is for us, who stop them in order
	var r, w *os.File
	if line {
		if r, w, err = os.Pipe(); err != nil {
			return nil, "", fmt.Errorf("start %s: %w", name, err)
		}
		defer r.Close()
		p.cmd.Stdout = w
	}
	err = p.cmd.Start()
	if w != nil {
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		return nil, "", fmt.Errorf("start %s: %w", name, err)
	}
	go func() { p.err = p.cmd.Wait(); close(p.done) }()
	first := ""
	if line {
		if first, err = bufio.NewReader(r).ReadString('\n'); err != nil {
			p.kill()
			return nil, "", fmt.Errorf("start %s: it said nothing: %w; %s", name, err, p.tail(3))
		}
	}
	return p, strings.TrimSpace(first), nil
}

func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) } // one that is gone needs none

func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

// errNotStopped is a process that does not end when it is asked to.
var errNotStopped = errors.New("did not end and had to be killed")

// stop ends a process in order.
func (p *process) stop(patience time.Duration) error {
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return p.err
	case <-time.After(patience):
		p.kill()
		return fmt.Errorf("%s %w after %v", p.name, errNotStopped, patience)
	}
}

// tail is the last lines of the log.
func (p *process) tail(n int) string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
