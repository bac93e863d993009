package state

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"
)

// The test binary is also the process that gets killed: TestMain runs the part that the environment names.
const partVariable = "LABWATCH_STATE_TEST_PART"

func TestMain(m *testing.M) {
	parts := map[string]func(dir string) error{"write": writeForEver, "read": readAll, "hold": hold}
	if part, dir, ok := strings.Cut(os.Getenv(partVariable), ":"); ok {
		if err := parts[part](dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// small is the smallest memory, so that tables and logs roll over early.
func small(dir string) Config { return Config{Dir: dir, MemoryMB: 32} }

const owner = "cluster-a/labwatch/topic-1"

func open(t *testing.T, dir string) (*Store, *logText) {
	t.Helper()
	var log logText
	s, err := Open(small(dir), zerolog.New(&log).Level(zerolog.InfoLevel), owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, &log
}

func shut(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// write stores pairs of key and value; a value of "-" deletes.
func write(t *testing.T, s *Store, partition int32, position string, pairs ...string) {
	t.Helper()
	if err := tryWrite(s, partition, position, pairs...); err != nil {
		t.Fatal(err)
	}
}

func tryWrite(s *Store, partition int32, position string, pairs ...string) error {
	var keys []string
	var blobs [][]byte
	for i := 0; i < len(pairs); i += 2 {
		keys = append(keys, pairs[i])
		if pairs[i+1] == "-" {
			blobs = append(blobs, nil)
		} else {
			blobs = append(blobs, []byte(pairs[i+1]))
		}
	}
	return s.Write(partition, []byte(position), keys, blobs)
}

// content is a partition in one line: "position: key=value key=value".
func content(t *testing.T, s *Store, partition int32) string {
	t.Helper()
	var b strings.Builder
	position, err := s.Load(partition, nil, func(key string, blob []byte) error {
		fmt.Fprintf(&b, " %s=%s", key, blob)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if position == nil {
		return "absent" + b.String()
	}
	return string(position) + ":" + b.String()
}

func expect(t *testing.T, s *Store, partition int32, want string) {
	t.Helper()
	if got := content(t, s, partition); got != want {
		t.Errorf("partition %d: got %q, want %q", partition, got, want)
	}
}

// logText is a log that is read while Badger's goroutines still write to it.
type logText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
