package main

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"labwatch/cmd/rig"
)

// leaps ends well when its wall clock, and not the other one, is set two hours ahead while it runs.
const leaps = `package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	began := time.Now()
	fmt.Println("runs")
	for time.Since(began) < 20*time.Second {
		if time.Now().Round(0).Sub(began.Round(0)) > time.Hour {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	os.Exit(1)
}
`

// TestClockIsSet: without a clock that leaps its faults would prove nothing.
func TestClockIsSet(t *testing.T) {
	enabled(t)
	l := &lab{dir: t.TempDir()}
	overlay, err := l.clockOverlay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(l.path("main.go"), []byte(leaps), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-overlay", overlay, "-o", l.path("leaps"), l.path("main.go"))
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	i := &instance{lab: l, name: "i0"}
	run := exec.Command(l.path("leaps"))
	run.Env = append(run.Environ(), clockVariable+"="+i.clockFile())
	p, _, err := rig.StartAndHear("leaps", l.path("leaps.log"), run)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.setClock(2 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if <-p.Done; p.Err != nil {
		t.Errorf("its clock was not set: %v", p.Err)
	}
}
