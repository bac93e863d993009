package rig

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

// Process is a child. What it says goes to a log file, which later processes of the same log append to.
type Process struct {
	Name string
	Cmd  *exec.Cmd
	Done chan struct{} // closed when it has ended
	Err  error         // how it ended, after Done

	log  string
	from int64 // where in the log its own lines begin
}

// Start starts a prepared command; what it prints on both outputs goes to the log. A Ctrl-C does not reach it: it is for
// us, who stop our children in order. On Linux the kernel kills it when this program dies, however that happens.
func Start(name, log string, cmd *exec.Cmd) (*Process, error) {
	p, _, err := start(name, log, cmd, false)
	return p, err
}

// StartAndHear starts a command, waits for its first line on standard output, and returns that. Nobody reads what follows
// there: the command must say no more.
func StartAndHear(name, log string, cmd *exec.Cmd) (p *Process, first string, err error) {
	return start(name, log, cmd, true)
}

func start(name, log string, cmd *exec.Cmd, line bool) (*Process, string, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, "", fmt.Errorf("open log of %s: %w", name, err)
	}
	defer f.Close() // the child has its own
	p := &Process{Name: name, Cmd: cmd, Done: make(chan struct{}), log: log}
	if at, err := f.Stat(); err == nil {
		p.from = at.Size()
	}
	cmd.Stdout, cmd.Stderr = f, f
	cmd.SysProcAttr = attributes()
	var r, w *os.File
	if line {
		if r, w, err = os.Pipe(); err != nil {
			return nil, "", fmt.Errorf("start %s: %w", name, err)
		}
		defer r.Close()
		cmd.Stdout = w
	}
	err = cmd.Start()
	if w != nil {
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		return nil, "", fmt.Errorf("start %s: %w", name, err)
	}
	go func() { p.Err = cmd.Wait(); close(p.Done) }()
	first := ""
	if line {
		if first, err = bufio.NewReader(r).ReadString('\n'); err != nil {
			p.Kill()
			return nil, "", fmt.Errorf("start %s: it said nothing: %w; %s", name, err, p.Tail(3))
		}
	}
	return p, strings.TrimSpace(first), nil
}

// Signal sends a signal; one that is gone needs none.
func (p *Process) Signal(s syscall.Signal) { _ = p.Cmd.Process.Signal(s) }

// Kill ends it with SIGKILL and waits until it is gone.
func (p *Process) Kill() {
	p.Signal(syscall.SIGKILL)
	<-p.Done
}

// Stop ends it in order, with SIGTERM, and returns how it ended. After patience it is killed, which is an error.
func (p *Process) Stop(patience time.Duration) error {
	p.Signal(syscall.SIGTERM)
	select {
	case <-p.Done:
		return p.Err
	case <-time.After(patience):
		p.Kill()
		return fmt.Errorf("%s did not end and had to be killed after %v", p.Name, patience)
	}
}

// Tail is the last n lines of what it has said, or why they cannot be read.
func (p *Process) Tail(n int) string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b[min(p.from, int64(len(b))):])), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
