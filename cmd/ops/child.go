package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// child is a program that runs beside us. What it says goes to a log file, behind what was there.
type child struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // after done
}

func spawn(log, program string, args ...string) (*child, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log of %s: %w", program, err)
	}
	defer f.Close() // the child has its own
	c := &child{cmd: exec.Command(program, args...), done: make(chan struct{})}
	c.cmd.Stdout, c.cmd.Stderr = f, f
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	go func() { c.err = c.cmd.Wait(); close(c.done) }()
	return c, nil
}

// stop ends it in order.
func (c *child) stop() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.done:
		return c.err
	case <-time.After(50 * time.Second):
		_ = c.cmd.Process.Kill()
		<-c.done
		return errors.New("had to be killed")
	}
}

// startLabwatch runs labwatch under a supervisor, as systemd or Kubernetes are: whenever it ends by itself it is started
// again a second later.
func (s *site) startLabwatch() error {
	c, err := spawn(s.path("labwatch.log"), s.program, "run", "--config", s.path("labwatch.yaml"))
	if err != nil {
		return err
	}
	s.labwatch = c
	s.supervised.Store(true)
	return nil
}

// supervise starts labwatch again if it has ended by itself.
func (s *site) supervise() error {
	select {
	case <-s.labwatch.done:
	default:
		return nil
	}
	if !s.supervised.Load() {
		return nil
	}
	s.restarts++
	return s.startLabwatch()
}

// stopLabwatch ends it in order, and the supervisor with it.
func (s *site) stopLabwatch() error {
	s.supervised.Store(false)
	if err := s.labwatch.stop(); err != nil {
		return fmt.Errorf("stop labwatch: %w", err)
	}
	return nil
}
