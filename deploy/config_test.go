package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// labwatchBinary builds the daemon, for the tests that ask it.
func labwatchBinary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "labwatch")
	run(t, "..", "go", "build", "-o", path, "./cmd/labwatch")
	return path
}

// checkConfig has labwatch itself read a config that is deployed, with files of keys and tokens of the test in the place of its own.
func checkConfig(t *testing.T, labwatch, name, text string) {
	t.Helper()
	dir := t.TempDir()
	keys := filepath.Join(dir, "keys.txt")
	run(t, dir, labwatch, "keys", "new", keys)
	var lines []string
	replaced := 0
	for line := range strings.Lines(text) {
		if before, _, ok := strings.Cut(line, "key_file: /"); ok && !strings.HasPrefix(line, "#") {
			after := ""
			if strings.Contains(line, "}") {
				after = "}"
			}
			line = before + "key_file: " + keys + after + "\n"
			replaced++
		}
		if before, _, ok := strings.Cut(line, "token_file: /"); ok && !strings.HasPrefix(line, "#") {
			tokens := filepath.Join(dir, "tokens.txt")
			write(t, tokens, "prometheus 0123456789abcdef\n")
			line = before + "token_file: " + tokens + "\n"
		}
		lines = append(lines, line)
	}
	if replaced != 1 {
		t.Fatalf("%s names %d key files", name, replaced)
	}
	file := filepath.Join(dir, "config.yaml")
	write(t, file, strings.Join(lines, ""))
	if out, err := exec.Command(labwatch, "check", "--config", file).CombinedOutput(); err != nil {
		t.Errorf("labwatch refuses %s: %v\n%s", name, err, out)
	}
}

func TestDeployedConfigs(t *testing.T) {
	labwatch := labwatchBinary(t)
	for _, file := range []string{"systemd/config.yaml", "compose/labwatch.yaml"} {
		checkConfig(t, labwatch, file, readText(t, file))
	}
}

// stopLimit is how long the daemon's stop may take: what it takes to commit, and then to close. It stands in
// cmd/labwatch/daemon.go; whoever raises it must raise what waits for it.
func stopLimit(t *testing.T) time.Duration {
	t.Helper()
	source := readText(t, "../cmd/labwatch/daemon.go")
	for _, line := range []string{"drainPatience = 30 * time.Second", "closePatience = 10 * time.Second", "drainPatience*3/4"} {
		if !strings.Contains(source, line) {
			t.Fatalf("cmd/labwatch/daemon.go has no %q: see that unit, chart and stack wait for long enough", line)
		}
	}
	return 30*time.Second*3/4 + 10*time.Second
}

// exposure is the greatest exposure that systemd-analyze may find in the unit, of 10.
const exposure = "1.5"

func TestUnit(t *testing.T) {
	unit := readText(t, "systemd/labwatch.service")
	settings := map[string]string{}
	for line := range strings.Lines(unit) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			settings[name] = value
		}
	}
	for name, want := range map[string]string{"Type": "notify", "DynamicUser": "yes", "StateDirectory": "labwatch",
		"ExecReload": "kill -HUP $MAINPID", "RestartPreventExitStatus": "2"} {
		if settings[name] != want {
			t.Errorf("%s is %q, want %q", name, settings[name], want)
		}
	}
	if d, err := time.ParseDuration(settings["TimeoutStopSec"]); err != nil || d <= stopLimit(t) {
		t.Errorf("TimeoutStopSec is %q, a stop may take %v", settings["TimeoutStopSec"], stopLimit(t))
	}
	analyze := tool(t, "systemd-analyze")
	dir := t.TempDir()
	copied := filepath.Join(dir, "labwatch.service")
	threshold := strings.ReplaceAll(exposure, ".", "") // in tenths
	write(t, copied, unit)
	out, err := exec.Command(analyze, "security", "--offline=true", "--no-pager", "--threshold="+threshold, copied).CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil {
		t.Errorf("systemd-analyze security: above %s: %v\n%s", exposure, err, out)
	}
	t.Log(lines[len(lines)-1])
	// A program must be there for systemd to find the unit good.
	write(t, copied, strings.ReplaceAll(unit, "/usr/bin/labwatch", "/bin/true"))
	if out, err := exec.Command(analyze, "verify", copied).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	if info, err := os.Stat("/run/systemd/system"); err != nil || !info.IsDir() {
		t.Log("NOT CHECKED: no systemd runs here, so the unit was read and not started")
	}
}
