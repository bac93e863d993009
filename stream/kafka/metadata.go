package kafka

import (
	"fmt"
	"strconv"
	"strings"
)

// The redo point of a partition rides in the metadata of its committed offset, so that both change in one atomic
// step and any Kafka tool shows them: "labwatch/1 redo=4711".
const metadataVersion = "labwatch/1"

func encodeMetadata(redo int64) string { return fmt.Sprintf("%s redo=%d", metadataVersion, redo) }

// decodeMetadata reads what encodeMetadata wrote. Anything else was not written by labwatch, or by a newer one.
func decodeMetadata(s string) (redo int64, err error) {
	rest, ok := strings.CutPrefix(s, metadataVersion+" redo=")
	if !ok {
		return 0, fatalf("the group's offset was committed with the note %q, which this labwatch (%s) does not know: "+
			"it was set by hand or by a newer labwatch; run that one, or remove the group and the snapshot topic to start anew", s, metadataVersion)
	}
	redo, err = strconv.ParseInt(rest, 10, 64)
	if err != nil || redo < 0 {
		return 0, fatalf("the group's offset was committed with the note %q, which has no redo point", s)
	}
	return redo, nil
}
