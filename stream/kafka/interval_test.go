package kafka

import (
	"testing"
	"time"
)

// TestFirstCommitsComeSooner, and later ones in the interval that was asked for, which may be shorter still.
func TestFirstCommitsComeSooner(t *testing.T) {
	for _, c := range []struct {
		asked time.Duration
		want  []time.Duration // ms
	}{
		{200, []time.Duration{25, 50, 100, 200, 200}},
		{10, []time.Duration{10, 10}},
	} {
		s := &session{env: &Environment{Config: Config{CommitInterval: c.asked * time.Millisecond}}}
		for n, want := range c.want {
			if got := s.interval(); got != want*time.Millisecond {
				t.Errorf("commit %d of %d ms: %v, want %d ms", n, c.asked, got, want)
			}
		}
	}
}
