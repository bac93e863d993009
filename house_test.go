// Package labwatch_test holds the checks of the house: who may import whom, where the clock may
// be read, and under which licences the binary may be shipped. They parse the sources and run
// none of them.
package labwatch_test

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms is the import table of the house: which rooms of ours each room may import.
var rooms = map[string][]string{
	"record":         {},
	"secret":         {},
	"formats":        {"record"},
	"detectors":      {},
	"deliver":        {"alerts", "record", "secret"},
	"alerts":         {"record"},
	"state":          {"secret"},
	"stream":         {"record", "formats", "detectors", "alerts"},
	"stream/kafka":   {"stream", "secret"},
	"config":         {"record", "formats", "detectors", "alerts", "deliver", "state", "stream", "stream/kafka", "web", "secret"},
	"web":            {"alerts", "record", "secret"},
	"cmd/labwatch":   {"record", "formats", "detectors", "alerts", "deliver", "state", "stream", "stream/kafka", "config", "web", "secret"},
	"cmd/rig":        {},                                                 // runs labwatch as a process and looks at it from outside, for those that follow
	"cmd/faults":     {"record", "state", "stream", "config", "cmd/rig"}, // checks what it says
	"cmd/ops":        {"cmd/rig"},                                        // watches it
	"cmd/soak":       {"config", "cmd/rig"},                              // likewise
	"cmd/throughput": {"cmd/rig"},                                        // measures it
	"deploy":         {"cmd/rig"},                                        // tests alone: of what is deployed, with the real tools
	".":              {},                                                 // these checks
}

// owners names the only rooms that may know a library, so that replacing it stays a matter of
// one room. The tests of cmd/labwatch play the outside world and may speak to any Kafka.
var owners = []struct {
	library string
	rooms   []string
	tests   []string // rooms whose tests may know it too
}{
	{"github.com/dgraph-io/badger", []string{"state"}, nil},
	{"github.com/twmb/franz-go", []string{"stream/kafka", "cmd/rig", "cmd/faults", "cmd/ops", "cmd/soak", "cmd/throughput"}, []string{"cmd/labwatch"}},
	{"github.com/segmentio/kafka-go", []string{"cmd/labwatch"}, nil},
	{"go.yaml.in/yaml", []string{"config"}, []string{"deploy"}},
	{"github.com/spf13/cobra", []string{"cmd/labwatch"}, nil},
	{"gonum.org/v1/plot", []string{"cmd/labwatch", "cmd/soak"}, nil},
	{"golang.org/x/oauth2", []string{"stream/kafka"}, nil},
	{"net/http", []string{"web", "deliver", "cmd/labwatch", "cmd/faults", "cmd/ops", "cmd/soak", "cmd/throughput", "stream/kafka"}, []string{"deploy"}}, // stream/kafka: tokens come by HTTP
	{"github.com/wneessen/go-mail", []string{"deliver"}, nil},
}

func TestImportTable(t *testing.T) {
	report(t, checkImports)
}

// testRooms are further rooms that the tests of a room may know: those that stand below the rooms it may import, to make
// the things that it passes on unseen; and what runs labwatch from outside.
var testRooms = map[string][]string{
	"stream/kafka": {"record", "formats", "detectors", "alerts"},
	"cmd/labwatch": {"cmd/rig"},
}

// checkImports holds the imports of one file against the two tables. Tests follow them as well:
// a test that needs two rooms that do not know each other belongs to cmd/labwatch.
func checkImports(f file) (found []string) {
	home := f.room()
	if home == "" {
		return []string{"lies in no room of the import table"}
	}
	if home == "." && !f.isTest() {
		return []string{"lies at the module root; code lives in a room"}
	}
	for _, spec := range f.syntax.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		if ours, ok := strings.CutPrefix(name, "labwatch/"); ok {
			below := f.isTest() && slices.Contains(testRooms[home], roomOf(ours))
			if to := roomOf(ours); to != home && !slices.Contains(rooms[home], to) && !below {
				found = append(found, "room "+home+" may not import "+name)
			}
		}
		for _, o := range owners {
			if name != o.library && !strings.HasPrefix(name, o.library+"/") || slices.Contains(o.rooms, home) {
				continue
			}
			if !f.isTest() || !slices.Contains(o.tests, home) {
				found = append(found, "only "+strings.Join(o.rooms, ", ")+" may import "+name)
			}
		}
	}
	return found
}

// roomOf returns the innermost room that a folder lies in, or "" for a folder without one.
func roomOf(folder string) string {
	for at := folder; ; at = path.Dir(at) {
		if _, ok := rooms[at]; ok && (at != "." || folder == ".") {
			return at
		}
		if at == "." {
			return ""
		}
	}
}
