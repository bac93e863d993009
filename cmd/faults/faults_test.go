package main

import (
	"bytes"
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// enabled skips what takes minutes and starts processes. Such runs wait more than they compute: -parallel 4 is no risk on
// two cores.
func enabled(t *testing.T) {
	t.Helper()
	if os.Getenv("LABWATCH_FAULTS") == "" {
		t.Skip("NOT RUN: set LABWATCH_FAULTS=1 to run labwatch under faults, which takes some minutes")
	}
}

// freshSeed is another one each time, unless LABWATCH_FAULTS_SEED asks for one that was printed.
func freshSeed(t *testing.T) string {
	t.Helper()
	seed := os.Getenv("LABWATCH_FAULTS_SEED")
	if seed == "" {
		seed = strconv.FormatInt(time.Now().UnixMilli()%1_000_000, 10)
	}
	t.Logf("seed %s; LABWATCH_FAULTS_SEED=%s repeats the faults", seed, seed)
	return seed
}

// TestKills kills labwatch thirty times with SIGKILL, in each way. Nothing may be lost, said twice, or out of order.
func TestKills(t *testing.T) {
	enabled(t)
	seed := freshSeed(t)
	for _, way := range []string{"sequenced", "fused"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			code := execute(context.Background(), []string{"--kills", "30", "--for", "4m", "--seed", seed, "--way", way}, &out)
			if code != exitOK || !strings.Contains(out.String(), "\nfaults=30 ") {
				t.Errorf("exit code %d\n%s", code, &out)
			}
			t.Log(lastLine(&out))
		})
	}
}

// TestSabotage makes each deliberate mistake, and wants the checker to see it.
func TestSabotage(t *testing.T) {
	enabled(t)
	seed := freshSeed(t)
	for _, m := range sabotages {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			sabotage := func(seed string) int {
				out.Reset()
				return execute(context.Background(), []string{"--sabotage", m.name, "--for", "20s", "--seed", seed}, &out)
			}
			code := sabotage(seed)
			// One needs luck, a restore beside an open transaction; and of disk_first a kill before the first commit leaves
			// a state that labwatch refuses to begin with, so that there is nothing to check.
			if code != exitOK && (m.name == "restore_to_lso" || m.name == "disk_first") {
				t.Logf("not caught with seed %s; once more with another", seed)
				code = sabotage("1" + seed)
			}
			if code != exitOK {
				t.Errorf("%s: not caught\n%s", m.what, &out)
			}
			t.Log(lastLine(&out))
		})
	}
}

func lastLine(out *bytes.Buffer) string {
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	return lines[len(lines)-1]
}

// TestUsage refuses what makes no sense before anything is started.
func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"--way", "sideways"}, {"--broker", "rabbit"}, {"--kinds", "kill,flood"}, {"--sabotage", "everything"},
		{"--for", "1ms"}, {"--instances", "0"}, {"--rate", "0"}, {"--brokers", "somewhere:9092"}, {"seven"}, {"--nonsense"},
		{"--alone", "cut"}, {"--alone", "gone", "--instances", "1"},
	} {
		var out bytes.Buffer
		if code := execute(context.Background(), args, &out); code != exitUsage || out.Len() == 0 {
			t.Errorf("%q: exit code %d, said %q", args, code, &out)
		}
	}
}
