package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"labwatch/stream/kafka"
)

func newBrokerCommand() *cobra.Command {
	var dir string
	var port int
	var tied bool
	c := &cobra.Command{
		Use:   "broker",
		Short: "Run the embedded Kafka broker",
		Long: `Runs the embedded broker on 127.0.0.1 until it is told to stop. It is meant for a
bench and for one machine: it keeps no replicas, and a kill -9 or a power loss can
hide output that was committed. Stop it with SIGTERM.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if port < 1 || port > 65435 { // the next free one is looked for among a hundred
				return usageError{fmt.Errorf("--port %d: is outside 1 to 65435", port)}
			}
			syscall.Umask(0o077) // what it writes is nobody else's
			b, err := kafka.StartBroker(dir, port)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), b.Address())
			gone := make(chan struct{})
			if tied {
				go func() { // ends with the process
					_, _ = io.Copy(io.Discard, os.Stdin)
					close(gone)
				}()
			}
			select {
			case <-cmd.Context().Done():
			case <-gone:
			}
			return b.Close()
		},
	}
	c.Flags().StringVar(&dir, "dir", "data/broker", "folder of its data")
	c.Flags().IntVar(&port, "port", 9092, "port on 127.0.0.1; the next free one if taken")
	c.Flags().BoolVar(&tied, "tied", false, "stop when standard input ends; for run, which starts it as a child")
	return c
}

// childBroker is the embedded broker in a process of its own, so that a kill -9 of the daemon does not take the
// broker with it: the pipe to its standard input breaks, and it stops in order.
type childBroker struct {
	cmd     *exec.Cmd
	stdin   io.Closer
	address string
}

func startChildBroker(ctx context.Context, dir string, port int, log zerolog.Logger) (*childBroker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find own program: %w", err)
	}
	cmd := exec.Command(self, "broker", "--tied", "--dir", dir, "--port", fmt.Sprint(port))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C is for the daemon, which stops its broker last
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start embedded broker: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start embedded broker: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start embedded broker: %w", err)
	}
	b := &childBroker{cmd: cmd, stdin: stdin}
	defer context.AfterFunc(ctx, func() { _ = stdin.Close() })() // told to stop while it waits for its folder
	line := make([]byte, 64)
	n, err := stdout.Read(line) // its address is the first and only thing it writes
	if err != nil {
		return nil, fmt.Errorf("start embedded broker: it ended before it was ready: %w", cmd.Wait())
	}
	b.address = strings.TrimSpace(string(line[:n]))
	if !strings.HasSuffix(b.address, fmt.Sprintf(":%d", port)) {
		log.Warn().Int("wanted", port).Str("address", b.address).Msg("the embedded broker's port was taken; it listens on the next free one")
	}
	log.Info().Str("address", b.address).Str("dir", dir).Msg("embedded broker started; it is for a bench and one machine")
	return b, nil
}

// stop asks the broker to end and waits until it has written everything.
func (b *childBroker) stop(ctx context.Context) error {
	_ = b.cmd.Process.Signal(syscall.SIGTERM)
	_ = b.stdin.Close()
	done := make(chan error, 1)
	go func() { done <- b.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("stop embedded broker: %w", err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop embedded broker: it has not ended in time and is left to finish: %w", ctx.Err())
	}
}
