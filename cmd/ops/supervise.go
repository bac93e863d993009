package main

import (
	"fmt"
	"os/exec"
	"time"

	"labwatch/cmd/rig"
)

// stopPatience is more than labwatch's own: 30 s to drain, 10 s to close.
const stopPatience = 50 * time.Second

// spawn starts a program that logs into the site's folder, behind what was there.
func (s *site) spawn(name, program string, args ...string) (*rig.Process, error) {
	return rig.Start(name, s.path(name+".log"), exec.Command(program, args...))
}

// startLabwatch runs labwatch under a supervisor, as systemd or Kubernetes are: whenever it ends by itself it is started
// again a second later.
func (s *site) startLabwatch() error {
	p, err := s.spawn("labwatch", s.program, "run", "--config", s.path("labwatch.yaml"))
	if err != nil {
		return err
	}
	s.labwatch = p
	s.supervised.Store(true)
	return nil
}

// supervise starts labwatch again if it has ended by itself.
func (s *site) supervise() error {
	select {
	case <-s.labwatch.Done:
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
	if err := s.labwatch.Stop(stopPatience); err != nil {
		return fmt.Errorf("stop labwatch: %w", err)
	}
	return nil
}
