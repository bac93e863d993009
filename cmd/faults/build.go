package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// moduleRoot is where the repository lies, wherever in it we were started.
func moduleRoot() (string, error) {
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

// build compiles labwatch, with the sabotage hooks if one of them is wanted.
func build(ctx context.Context, root, into string, sabotage bool) (string, error) {
	program := filepath.Join(into, "labwatch")
	args := []string{"build", "-o", program}
	if sabotage {
		args = append(args, "-tags", "sabotage")
	}
	c := exec.CommandContext(ctx, "go", append(args, "./cmd/labwatch")...)
	c.Dir, c.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build labwatch: %w\n%s", err, out)
	}
	return program, nil
}
