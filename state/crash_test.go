package state

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

// A write is stopped before each of its steps, as a crash would. What is found then is the old position with a
// prefix of the new entries, or the new position with all of them; and the store goes on from there.
func TestStopBetweenWrites(t *testing.T) {
	stopped := errors.New("stopped")
	wants := []string{
		"p1: a=1 b=1 c=1",
		"p1: a=2 b=1 c=1",
		"p1: a=2 c=1",
		"p1: a=2 c=1 d=2",
		"p2: a=2 c=1 d=2", // only the mark of the deletion is left
		"p2: a=2 c=1 d=2",
	}
	for _, again := range []bool{false, true} { // the retry is stopped at the same place before it succeeds
		for steps, want := range wants {
			dir := t.TempDir()
			s, _ := open(t, dir)
			write(t, s, 0, "p1", "a", "1", "b", "1", "c", "1")
			stop := func() {
				s.chunk = 1
				n := 0
				s.fault = func(string) error {
					if n++; n > steps {
						return stopped
					}
					return nil
				}
				err := tryWrite(s, 0, "p2", "a", "2", "b", "-", "d", "2")
				if (steps < 5) != errors.Is(err, stopped) {
					t.Fatalf("step %d: %v", steps, err)
				}
				s.fault = nil
			}
			stop()
			if again {
				stop()
			}
			expect(t, s, 0, want)
			shut(t, s)
			s, log := open(t, dir)
			expect(t, s, 0, want)
			if again {
				stop()
				expect(t, s, 0, want)
			}
			write(t, s, 0, "p3", "a", "3", "b", "3", "d", "3")
			expect(t, s, 0, "p3: a=3 b=3 c=1 d=3")
			shut(t, s)
			s, _ = open(t, dir)
			expect(t, s, 0, "p3: a=3 b=3 c=1 d=3")
			if log.String() != "" {
				t.Errorf("step %d: an interrupted write is no damage: %s", steps, log)
			}
		}
	}
}

// A first write that was cut short has no position to stand on.
func TestStopFirstWrite(t *testing.T) {
	for _, reload := range []bool{false, true} {
		dir := t.TempDir()
		s, _ := open(t, dir)
		s.fault = func(step string) error {
			if step == "position" {
				return errors.New("stopped")
			}
			return nil
		}
		if tryWrite(s, 0, "p1", "a", "1", "b", "1") == nil {
			t.Fatal("was not stopped")
		}
		shut(t, s)
		s, _ = open(t, dir)
		if reload {
			expect(t, s, 0, "absent")
		}
		write(t, s, 0, "p2", "a", "2")
		expect(t, s, 0, "p2: a=2")
	}
}

// A drop that is cut short after the position leaves nothing that looks whole.
func TestStopDrop(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	write(t, s, 0, "p1", "a", "1")
	remove(t, s, headKey(0))
	shut(t, s)
	s, _ = open(t, dir)
	expect(t, s, 0, "absent")
}

const crashKeys = 40

// crashWrite is the n-th write of the process that gets killed: keys n, n+3, ... modulo crashKeys, with n as blob.
func crashWrite(n int) (keys []string, blobs [][]byte) {
	for k := range n%5 + 1 {
		keys = append(keys, fmt.Sprintf("device-%02d", (n+3*k)%crashKeys))
		blobs = append(blobs, fmt.Appendf(nil, "%d %s", n, strings.Repeat("x", 3000)))
	}
	return keys, blobs
}

// writeForEver goes on from where the folder is, and says each write that was acknowledged.
func writeForEver(dir string) error {
	s, err := Open(small(dir), zerolog.New(os.Stderr).Level(zerolog.InfoLevel), owner)
	if err != nil {
		return err
	}
	s.chunk = 2
	position, err := s.Load(0, nil, func(string, []byte) error { return nil })
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(string(position))
	for {
		n++
		keys, blobs := crashWrite(n)
		if err := s.Write(0, strconv.AppendInt(nil, int64(n), 10), keys, blobs); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

func part(name, dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), partVariable+"="+name+":"+dir)
	return cmd
}

// killWriter lets a process write until it has acknowledged some writes, and kills it.
func killWriter(t *testing.T, dir string, writes int) (acknowledged int) {
	t.Helper()
	cmd := part("write", dir)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for seen := 0; lines.Scan(); {
		if acknowledged, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if seen++; seen == writes {
			if err := cmd.Process.Kill(); err != nil { // SIGKILL; goes on reading what was said before it died
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // it was killed
	if complaints.Len() > 0 {
		t.Fatalf("the writer said: %s", complaints.String())
	}
	return acknowledged
}

func TestKill(t *testing.T) {
	dir := t.TempDir()
	for round := range 6 {
		acknowledged := killWriter(t, dir, 40+500*round)
		s, log := open(t, dir)
		position, n := checkCrash(t, s)
		if position < acknowledged {
			t.Fatalf("round %d: position %d, but write %d was acknowledged", round, position, acknowledged)
		}
		if n != crashKeys || log.String() != "" {
			t.Fatalf("round %d: %d entries, log %s", round, n, log)
		}
		shut(t, s)
	}
}

// checkCrash checks that no entry is older than the position says.
func checkCrash(t *testing.T, s *Store) (position, entries int) {
	t.Helper()
	found := map[string]int{}
	p, err := s.Load(0, nil, func(key string, blob []byte) error {
		text, _, _ := strings.Cut(string(blob), " ")
		n, err := strconv.Atoi(text)
		found[key] = n
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if p == nil {
		if len(found) > 0 {
			t.Fatal("an absent partition has entries")
		}
		return 0, 0
	}
	position, err = strconv.Atoi(string(p))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	for n := 1; n <= position; n++ {
		keys, _ := crashWrite(n)
		for _, key := range keys {
			want[key] = n
		}
	}
	for key, n := range want {
		if found[key] < n || found[key] > position+1 {
			t.Fatalf("%s is of write %d, position %d wants %d", key, found[key], position, n)
		}
	}
	return position, len(found)
}

// A process that died while it opened the folder, say of a bus error over a damaged table, must not do so for ever.
func TestDiedWhileOpening(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	write(t, s, 0, "p1", "a", "1")
	shut(t, s)
	if err := os.WriteFile(filepath.Join(dir, openingName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, log := open(t, dir)
	expect(t, s, 0, "absent")
	if !strings.Contains(log.String(), "set aside") {
		t.Errorf("log says %q", log)
	}
	write(t, s, 0, "p2", "a", "2")
	shut(t, s)
	s, log = open(t, dir)
	expect(t, s, 0, "p2: a=2")
	if log.String() != "" {
		t.Errorf("log says %q", log)
	}
}
