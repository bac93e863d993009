package rig

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// FreeAddress is one on the loopback interface on which a child can listen. Somebody else may take it first; then the
// child says so.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
