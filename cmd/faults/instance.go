package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"labwatch/cmd/rig"
)

// instance is one labwatch under supervision: whenever it ends by itself it is started again a second later, as
// systemd or Kubernetes would.
type instance struct {
	lab    *lab
	name   string
	config string
	http   string
	link   *network

	mu      sync.Mutex
	process *rig.Process
	wanted  bool
	ready   bool     // it has been since its last start
	excused bool     // a fault explains it if it ends by itself
	full    bool     // its state folder has no space
	faulted int      // ends by a page that a full disk could not back
	failed  int      // ends by itself in a row, without an excuse and without being ready in between
	ends    []string // all ends by itself, with the last words
	wrong   []string // those of them that nothing explains
}

func (l *lab) newInstance(name string) (*instance, error) {
	i := &instance{lab: l, name: name}
	var err error
	if i.link, err = startNetwork(l.bus.addresses()); err != nil {
		return nil, err
	}
	if i.http, err = rig.FreeAddress(); err != nil {
		return nil, err
	}
	i.config, err = l.config(name, i.link.addresses(), i.http)
	return i, err
}

func (i *instance) start() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.wanted = true
	return i.startLocked()
}

func (i *instance) startLocked() error {
	cmd := exec.Command(i.lab.program, "run", "--config", i.config)
	cmd.Env = append(os.Environ(), "GOMEMLIMIT=400MiB", clockVariable+"="+i.clockFile())
	if i.lab.sabotage != "" {
		cmd.Env = append(cmd.Env, "LABWATCH_SABOTAGE="+i.lab.sabotage)
	}
	p, err := rig.Start(i.name, i.lab.path(i.name+".log"), cmd)
	if err != nil {
		return err
	}
	i.process, i.ready = p, false
	go i.supervise(p)
	return nil
}

func (i *instance) supervise(p *rig.Process) {
	<-p.Done
	i.mu.Lock()
	asked := !i.wanted || i.process != p
	if i.full && strings.Contains(p.Tail(deathLines), pageFault) {
		i.faulted++
	}
	if !asked {
		if !i.excused {
			i.failed++
		}
		end := fmt.Sprintf("%s ended by itself: %v: %s", i.name, p.Err, p.Tail(1))
		i.ends = append(i.ends, end)
		if !i.excused && unexplained(p.Err) {
			i.wrong = append(i.wrong, end)
		}
		i.lab.say("%s", end)
	}
	i.mu.Unlock()
	if asked {
		return
	}
	time.Sleep(time.Second)
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.wanted && i.process == p && i.failed < refusals {
		if err := i.startLocked(); err != nil {
			i.lab.say("%v", err)
		}
	}
}

// kill ends it with SIGKILL; it stays down until start.
func (i *instance) kill() {
	i.mu.Lock()
	i.wanted = false
	p := i.process
	i.mu.Unlock()
	p.Kill()
}

// stopPatience is more than the daemon's own: 30 s to drain, 10 s to close.
const stopPatience = 45 * time.Second

// stop ends it in order.
func (i *instance) stop() error {
	i.mu.Lock()
	i.wanted = false
	p := i.process
	i.mu.Unlock()
	select {
	case <-p.Done:
		if p.Err != nil {
			return fmt.Errorf("stop %s: it had ended by itself: %w: %s", i.name, p.Err, p.Tail(1))
		}
		return nil
	default:
	}
	if err := p.Stop(stopPatience); err != nil {
		return fmt.Errorf("stop %s: %w: %s", i.name, err, p.Tail(1))
	}
	return nil
}

func (i *instance) signal(s syscall.Signal) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.process.Signal(s)
}

// isReady asks the instance.
func (i *instance) isReady() bool {
	client := http.Client{Timeout: time.Second}
	resp, err := client.Get("http://" + i.http + "/readyz")
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	ok := resp.StatusCode == http.StatusOK
	if ok {
		i.mu.Lock()
		i.ready, i.failed = true, 0
		i.mu.Unlock()
	}
	return ok
}

// waitReady waits until it is, at most patience.
func (i *instance) waitReady(patience time.Duration) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if i.isReady() {
			return true
		}
	}
	return false
}
