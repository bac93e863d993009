package kafka

import (
	"fmt"
	"strings"
)

// note is what rides in the metadata of a partition's committed offset, so that it changes with the offset in one
// atomic step and any Kafka tool shows it: "labwatch/1 redo=4711 rules=5f2a90c1".
type note struct {
	redo  int64  // oldest input offset that is in no snapshot; negative when that is not known, see byHand
	rules string // of the config under which the input before the offset was judged, see Environment.Rules
}

const noteVersion = "labwatch/1"

func (n note) String() string {
	return fmt.Sprintf("%s redo=%d rules=%s", noteVersion, n.redo, n.rules)
}

// byHand says whether the offset was set with Kafka's own tools, which write no note.
func (n note) byHand() bool { return n.redo < 0 }

// parseNote reads what String wrote. Nothing at all was written by one of Kafka's tools; anything else by a newer labwatch, or
// by a program that has no business in this group.
func parseNote(s string) (n note, err error) {
	if s == "" {
		return note{redo: -1}, nil
	}
	rest, ok := strings.CutPrefix(s, noteVersion+" ")
	if !ok {
		return note{}, fatalf("the group's offset was committed with the note %q, which this labwatch (%s) does not know: "+
			"it was set by a newer labwatch or by another program; run that labwatch, or remove the group and the snapshot topic to start anew", s, noteVersion)
	}
	if _, err := fmt.Sscanf(rest, "redo=%d rules=%s", &n.redo, &n.rules); err != nil || n.redo < 0 {
		return note{}, fatalf("the group's offset was committed with the note %q, which has no redo point", s)
	}
	return n, nil
}
