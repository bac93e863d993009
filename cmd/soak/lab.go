//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"labwatch/cmd/rig"
)

// lab is a broker, labwatch and instruments, each a process of its own.
type lab struct {
	dir      string
	program  string // labwatch
	http     string
	children []*rig.Process // in the order in which they are stopped
	watched  int            // process id of labwatch
}

func start(ctx context.Context, s settings) (l *lab, err error) {
	l = &lab{}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.stop())
		}
	}()
	if l.dir, err = os.MkdirTemp("", "soak-"); err != nil {
		return l, fmt.Errorf("make folder: %w", err)
	}
	l.program = filepath.Join(l.dir, "labwatch")
	if err := rig.Build(ctx, l.program); err != nil {
		return l, err
	}
	broker, address, err := rig.StartAndHear(l.command("broker", "--dir", filepath.Join(l.dir, "broker"), "--port", "24600"))
	if err != nil {
		return l, err
	}
	l.children = append(l.children, broker)
	if err := makeTopics(ctx, address, s.keep); err != nil {
		return l, err
	}
	if l.http, err = rig.FreeAddress(); err != nil {
		return l, err
	}
	keys, config := filepath.Join(l.dir, "keys"), filepath.Join(l.dir, "labwatch.yaml")
	if out, err := exec.CommandContext(ctx, l.program, "keys", "new", keys).CombinedOutput(); err != nil {
		return l, fmt.Errorf("make keys: %w\n%s", err, out)
	}
	text := fmt.Sprintf("standardize: {key_file: %q}\nkafka: {brokers: [%q], instance: soak}\nstate: {dir: %q}\nhttp: {listen: %q}\n",
		keys, address, filepath.Join(l.dir, "state"), l.http)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return l, fmt.Errorf("write config: %w", err)
	}
	watched, err := rig.Start(l.command("run", "--config", config))
	if err != nil {
		return l, err
	}
	l.watched = watched.Cmd.Process.Pid
	l.children = append([]*rig.Process{watched}, l.children...)
	instruments, err := rig.Start(l.command("simulate", "--brokers", address, "--devices", strconv.Itoa(s.devices), "--rate", strconv.Itoa(s.rate)))
	if err != nil {
		return l, err
	}
	l.children = append([]*rig.Process{instruments}, l.children...)
	return l, nil
}

// command prepares a command of labwatch and its log.
func (l *lab) command(name string, args ...string) (_, log string, cmd *exec.Cmd) {
	return name, filepath.Join(l.dir, name+".log"), exec.Command(l.program, append([]string{name}, args...)...)
}

// stop ends what runs, the instruments first, and leaves nothing behind.
func (l *lab) stop() error {
	var errs []error
	for _, p := range l.children {
		if err := p.Stop(time.Minute); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", p.Name, err))
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("%w; the logs are in %s", errors.Join(errs...), l.dir)
	}
	return os.RemoveAll(l.dir)
}
