package kafka

import "testing"

func TestNote(t *testing.T) {
	for _, n := range []note{{0, "a"}, {1 << 60, "5f2a90c1"}} {
		got, err := parseNote(n.String())
		if err != nil || got != n {
			t.Errorf("%s: read %+v, %v", n, got, err)
		}
	}
	if n, err := parseNote(""); err != nil || !n.byHand() {
		t.Errorf("what Kafka's own tools commit is read as %+v, %v", n, err)
	}
	for _, s := range []string{" ", "redo=5", "labwatch/2 redo=5 rules=a", "labwatch/1 redo=-5 rules=a", "labwatch/1 redo=x rules=a", "one-judge"} {
		if _, err := parseNote(s); !isFatal(err) {
			t.Errorf("%q was accepted: %v", s, err)
		}
	}
}
