package rig

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ModuleRoot is where the repository lies, wherever in it we were started.
func ModuleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	file := strings.TrimSpace(string(out))
	if filepath.Base(file) != "go.mod" {
		return "", fmt.Errorf("find the module: no go.mod above this folder")
	}
	return filepath.Dir(file), nil
}

// Build compiles labwatch as it is shipped, wherever in the repository we were started. The flags are those of go build.
func Build(ctx context.Context, program string, flags ...string) error {
	args := append([]string{"build", "-trimpath", "-o", program}, flags...)
	c := exec.CommandContext(ctx, "go", append(args, "labwatch/cmd/labwatch")...)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build labwatch (run this inside the repository): %w\n%s", err, out)
	}
	return nil
}

// The ports of FreeAddress: below those that systems give to outgoing connections (Linux from 32768 on, IANA from 49152
// on), or one of these could take the port of a child that is just being started again.
const firstPort, lastPort = 20_000, 32_767

// FreeAddress is one on the loopback interface on which a child can listen. Somebody else may take it first; then the
// child says so.
func FreeAddress() (string, error) {
	draw := rand.New(rand.NewPCG(uint64(os.Getpid()), uint64(time.Now().UnixNano())))
	var err error
	for range 100 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", firstPort+draw.IntN(lastPort-firstPort+1))); err == nil {
			return l.Addr().String(), l.Close()
		}
	}
	return "", fmt.Errorf("find a free port: %w", err)
}
