package kafka

import (
	"fmt"
	"strings"
)

// note is what rides in the metadata of a partition's committed offset, so that it changes with the offset in one
// atomic step and any Kafka tool shows it: "labwatch/1 redo=4711 rules=5f2a90c1".
type note struct {
	redo  int64  // oldest input offset that is in no snapshot
	rules string // of the config under which the input before the offset was judged, see Environment.Rules
}

const noteVersion = "labwatch/1"

func (n note) String() string {
	return fmt.Sprintf("%s redo=%d rules=%s", noteVersion, n.redo, n.rules)
}

// parseNote reads what String wrote. Anything else was not written by labwatch, or by a newer one.
func parseNote(s string) (n note, err error) {
	rest, ok := strings.CutPrefix(s, noteVersion+" ")
	if !ok {
		return note{}, fatalf("the group's offset was committed with the note %q, which this labwatch (%s) does not know: "+
			"it was set by hand or by a newer labwatch; run that one, or remove the group and the snapshot topic to start anew", s, noteVersion)
	}
	if _, err := fmt.Sscanf(rest, "redo=%d rules=%s", &n.redo, &n.rules); err != nil || n.redo < 0 {
		return note{}, fatalf("the group's offset was committed with the note %q, which has no redo point", s)
	}
	return n, nil
}
