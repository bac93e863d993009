//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lab is a broker, labwatch and instruments, each a process of its own.
type lab struct {
	dir      string
	http     string
	children []*exec.Cmd // in the order in which they are stopped
	watched  int         // process id of labwatch
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
	program := filepath.Join(l.dir, "labwatch")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "labwatch/cmd/labwatch")
	if out, err := build.CombinedOutput(); err != nil {
		return l, fmt.Errorf("build labwatch: %w\n%s", err, out)
	}
	broker, address, err := l.spawn(program, true, "broker", "--dir", filepath.Join(l.dir, "broker"), "--port", "24600")
	if err != nil {
		return l, err
	}
	l.children = append(l.children, broker)
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return l, fmt.Errorf("find a port: %w", err)
	}
	l.http = port.Addr().String()
	if err := port.Close(); err != nil {
		return l, fmt.Errorf("find a port: %w", err)
	}
	keys, config := filepath.Join(l.dir, "keys"), filepath.Join(l.dir, "labwatch.yaml")
	if out, err := exec.CommandContext(ctx, program, "keys", "new", keys).CombinedOutput(); err != nil {
		return l, fmt.Errorf("make keys: %w\n%s", err, out)
	}
	text := fmt.Sprintf("standardize: {key_file: %q}\nkafka: {brokers: [%q], instance: soak}\nstate: {dir: %q}\nhttp: {listen: %q}\n",
		keys, address, filepath.Join(l.dir, "state"), l.http)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return l, fmt.Errorf("write config: %w", err)
	}
	watched, _, err := l.spawn(program, false, "run", "--config", config)
	if err != nil {
		return l, err
	}
	l.watched = watched.Process.Pid
	l.children = append([]*exec.Cmd{watched}, l.children...)
	instruments, _, err := l.spawn(program, false, "simulate", "--brokers", address, "--devices", strconv.Itoa(s.devices), "--rate", strconv.Itoa(s.rate))
	if err != nil {
		return l, err
	}
	l.children = append([]*exec.Cmd{instruments}, l.children...)
	return l, nil
}

// spawn starts a process; with line it waits for its first line and returns it.
func (l *lab) spawn(program string, line bool, args ...string) (*exec.Cmd, string, error) {
	log, err := os.Create(filepath.Join(l.dir, args[0]+".log"))
	if err != nil {
		return nil, "", fmt.Errorf("make log: %w", err)
	}
	defer log.Close() // the child has its own
	c := exec.Command(program, args...)
	c.Stderr = log
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return nil, "", fmt.Errorf("start %s: %w", args[0], err)
	}
	if !line {
		return c, "", nil
	}
	first, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, "", fmt.Errorf("start %s: %w", args[0], err)
	}
	return c, strings.TrimSpace(first), nil
}

// stop ends what runs, the instruments first, and leaves nothing behind.
func (l *lab) stop() error {
	var errs []error
	for _, c := range l.children {
		_ = c.Process.Signal(syscall.SIGTERM)
		timer := time.AfterFunc(time.Minute, func() { _ = c.Process.Kill() })
		if err := c.Wait(); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", c.Args[1], err))
		}
		timer.Stop()
	}
	if len(errs) > 0 {
		return fmt.Errorf("%w; the logs are in %s", errors.Join(errs...), l.dir)
	}
	return os.RemoveAll(l.dir)
}
