package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestEnds lets a daemon end by itself. With 1 it does when its group goes on without it; 2 is a panic or a refusal. That it
// dies of a page is forgiven only while its disk is full.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		code          int
		excused, full bool
		said          string
		wrong, died   int
	}{
		{0, false, false, "", 0, 0},
		{1, false, false, "", 0, 0},
		{2, false, false, "", 1, 0},
		{2, true, false, "", 0, 0},
		{2, false, false, pageFault, 1, 1},
		{2, true, false, pageFault, 0, 1},
		{2, false, true, pageFault, 0, 0},
		{2, false, true, "panic: index out of range", 0, 1},
	} {
		dir := t.TempDir()
		program := filepath.Join(dir, "daemon")
		if err := os.WriteFile(program, fmt.Appendf(nil, "#!/bin/sh\necho '%s'\nexit %d\n", c.said, c.code), 0o700); err != nil {
			t.Fatal(err)
		}
		i := &instance{lab: &lab{settings: &settings{}, dir: dir, program: program, out: io.Discard}, name: "i0",
			failed: refusals, excused: c.excused} // it is not started again
		if c.full {
			i.fill(true)
		}
		if err := i.start(); err != nil {
			t.Fatal(err)
		}
		var ends, wrong []string
		for began := time.Now(); len(ends) == 0 && time.Since(began) < time.Minute; time.Sleep(time.Millisecond) {
			ends, wrong = i.ended()
		}
		if died, err := crashes([]*instance{i}); len(ends) != 1 || len(wrong) != c.wrong || len(died) != c.died || err != nil {
			t.Errorf("%+v: ends %q, wrong %q, died %q, %v", c, ends, wrong, died, err)
		}
		if err := i.stop(); (err != nil) != (c.code != 0) {
			t.Errorf("stop after exit code %d gave %v", c.code, err)
		}
	}
}

// TestCrashes finds what a process died of, whatever came after it in its log and however long a line is.
func TestCrashes(t *testing.T) {
	l := &lab{dir: t.TempDir()}
	long := `{"message":"` + strings.Repeat("panic: ", 20_000) + `"}`
	for name, text := range map[string]string{
		"i0": long + "\n" + `{"again":2,"redone":1}` + "\n",
		"i1": `{"message":"panic: no"}` + "\npanic: index out of range\n\ngoroutine 1 [running]:\n" + long + "\n" + `{"again":4}` + "\n",
		"i2": "fatal error: concurrent map writes\n",
		"i3": "fatal error: fault\n[signal SIGBUS]\nfatal error: fault\n",
	} {
		if err := os.WriteFile(l.path(name+".log"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all := []*instance{{lab: l, name: "i0"}, {lab: l, name: "i1"}, {lab: l, name: "i2"}, {lab: l, name: "i3", faulted: 1}}
	said, err := crashes(append(all, &instance{lab: l, name: "never started"}))
	if got, want := strings.Join(said, "; "), "i1 died of a panic: index out of range; i2 died of a fatal error: concurrent map writes; i3 died of a fatal error: fault"; got != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if n, err := again(all); n != 7 || err != nil {
		t.Errorf("%d messages were worked twice, %v, want 7", n, err)
	}
}

// TestWithoutDisks misses the disks unless a fault took them away.
func TestWithoutDisks(t *testing.T) {
	for _, c := range []struct {
		kind      kind
		fromDisks int
		want      bool
	}{{kill, 0, true}, {kill, 3, false}, {stateDeleted, 0, false}, {stateDamaged, 0, false}, {diskFull, 0, false}} {
		r := &result{faults: []injected{{fault: fault{kind: c.kind}}}, finding: &finding{state: &stateCheck{compared: 9, fromDisks: c.fromDisks}}}
		if r.withoutDisks() != c.want {
			t.Errorf("%s with %d from disks: %v", c.kind, c.fromDisks, !c.want)
		}
	}
}

// TestStartKafka stops the nodes that do not start in time, before another try and after the last.
func TestStartKafka(t *testing.T) {
	for _, c := range []struct {
		starts int // the try that works
		want   string
	}{{1, "start "}, {2, "start stop start "}, {9, "start stop start stop "}} {
		root := t.TempDir()
		said, script := filepath.Join(root, "said"), filepath.Join(root, "deploy", "kafka", "kafka")
		if err := os.MkdirAll(filepath.Dir(script), 0o700); err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("#!/bin/sh\necho $1 >>%s\n[ $1 = stop ] || [ $(grep -c start %[1]s) -ge %d ]\n", said, c.starts)
		if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := startKafka(root, t.TempDir(), 3)
		got, _ := os.ReadFile(said)
		if words := strings.ReplaceAll(string(got), "\n", " "); words != c.want || (err == nil) != (c.starts <= 2) {
			t.Errorf("the script was told %q, want %q; error %v", words, c.want, err)
		}
	}
}

// TestNothingCheckedIsNotZero: a run that was broken off before its outputs were read has lost nothing that anybody knows of,
// and must not say so.
func TestNothingCheckedIsNotZero(t *testing.T) {
	var out strings.Builder
	r := &result{faults: []injected{{}, {}}}
	r.print(&out, &settings{seed: 7, broker: "embedded", sabotage: "disk_first"})
	if said := out.String(); strings.Contains(said, "lost=") || strings.Contains(said, "caught=") || !strings.HasSuffix(said, "faults=2, and nothing was checked: seed=7 broker=embedded\n") {
		t.Errorf("it says %q", said)
	}
}
