package deliver

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"labwatch/alerts"
	"labwatch/record"
)

// published is an alert of a drifting analyser as the topic holds it.
func published(sequence int, change alerts.Change, severity alerts.Severity) []byte {
	e := alerts.NewEvidence("z")
	e.Score, e.Threshold = 7.2, 5
	return alerts.AppendJSON(nil, &alerts.Alert{
		ID: hex.EncodeToString(make([]byte, 16)), Sequence: sequence, Change: change, Rule: "zmean", Severity: severity,
		Device: "analyser-03", Facility: "north", Kind: record.Result, Series: "2345-7|serum", Unit: "mg/dL",
		At: at + int64(sequence), Opened: at, Origin: record.Origin{Topic: "labwatch.log", Offset: 7},
		Evidence: e, Summary: "Device analyser-03: glucose <mean> 95 → 105 mg/dL: check calibration.", Action: "Run a control.",
	})
}

// at is when the alert opened: 2026-03-01 12:00 UTC.
const at = int64(1772366400) * 1e9

// listener is the other side of a sink that speaks HTTP: it answers with the statuses given, then with 200.
type listener struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	requests []heard
}

type heard struct {
	path   string
	header http.Header
	body   string
}

func listen(t *testing.T, statuses ...int) *listener {
	l := &listener{statuses: statuses}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.requests = append(l.requests, heard{r.URL.Path, r.Header, string(body)})
		if n := len(l.requests); n <= len(l.statuses) {
			w.WriteHeader(l.statuses[n-1])
		}
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) heard() []heard {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]heard(nil), l.requests...)
}

// secretFile is a file that holds one line.
func secretFile(t *testing.T, line string) string {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// buried collects what was set aside.
type buried struct{ why []error }

func (b *buried) bury(_ context.Context, _ *Message, why error) error {
	b.why = append(b.why, why)
	return nil
}

func courier(t *testing.T, c SinkConfig, giveUp time.Duration) (*Courier, *buried) {
	t.Helper()
	c.Name = "test"
	cfg := Config{GiveUp: max(giveUp, time.Minute), Sinks: []SinkConfig{c}}
	for _, err := range cfg.Validate() {
		t.Fatalf("the test's own config: %v", err)
	}
	b := &buried{}
	made, err := NewCourier(c, giveUp, b.bury, NewStats(c.Name), zerolog.New(zerolog.NewTestWriter(t)))
	if err != nil {
		t.Fatal(err)
	}
	return made, b
}

// take hands over a message that was published just now.
func take(t *testing.T, c *Courier, value []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := c.Take(ctx, value, time.Now().UnixNano(), 0); err != nil {
		t.Fatalf("take: %v", err)
	}
}
