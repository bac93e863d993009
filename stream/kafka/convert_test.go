package kafka

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// TestOutgoing: an output becomes a record of its sink's topic, at the time that its input was taken to work.
func TestOutgoing(t *testing.T) {
	env := &Environment{Config: DefaultConfig()}
	headers := []stream.Header{{Key: "a", Value: []byte("1")}, {Key: "b"}}
	for to, topic := range map[stream.Sink]string{stream.Log: "labwatch.log", stream.Records: "labwatch.records",
		stream.Alerts: "labwatch.alerts", stream.Rejects: "labwatch.rejects"} {
		s := sheaf{at: time.Unix(1764000000, 0)}
		r := env.outgoing(stream.Output{To: to, Key: []byte("k"), Value: []byte("v"), Headers: headers}, &s)
		if r.Topic != topic || string(r.Key) != "k" || string(r.Value) != "v" || !r.Timestamp.Equal(s.at) ||
			len(r.Headers) != 2 || r.Headers[0].Key != "a" || string(r.Headers[0].Value) != "1" || r.Headers[1].Key != "b" {
			t.Errorf("to %d goes %+v", to, r)
		}
	}
}

// TestSheafGivesBlankRecords: what is handed out is blank and nobody else's, also where it was used before, and of a burst
// no more is kept than the round after it needs.
func TestSheafGivesBlankRecords(t *testing.T) {
	var s sheaf
	for round := range 12 {
		n := 50
		if round == 3 {
			n = 5000
		}
		held := map[*kgo.Record]int{}
		for i := range n {
			r, h := s.record(), s.room(i%9)
			if _, twice := held[r]; twice || r.Topic != "" || r.Value != nil || r.Headers != nil || !r.Timestamp.IsZero() || r.Offset != 0 {
				t.Fatalf("round %d: record %d is %+v", round, i, r)
			}
			for j := range h {
				if h[j].Key != "" || h[j].Value != nil {
					t.Fatalf("round %d: header %d of record %d is %+v", round, j, i, h[j])
				}
				h[j] = kgo.RecordHeader{Key: "k", Value: []byte{byte(i)}}
			}
			*r = kgo.Record{Topic: "t", Value: []byte("v"), Headers: h, Offset: int64(i)}
			held[r] = i
		}
		if len(s.records.used) > blocksKept || len(s.headers.used) > blocksKept {
			t.Fatalf("round %d: %d and %d blocks are held until the commit", round, len(s.records.used), len(s.headers.used))
		}
		for r, i := range held {
			for _, h := range r.Headers {
				if r.Offset != int64(i) || h.Value[0] != byte(i) {
					t.Fatalf("round %d: record %d was written over", round, i)
				}
			}
		}
		if big := s.room(3 * headersAtOnce); len(big) != 3*headersAtOnce {
			t.Fatalf("%d headers, want %d", len(big), 3*headersAtOnce)
		}
		s.reuse()
		if round == 6 && len(s.records.free)+len(s.headers.free) > 4 {
			t.Errorf("%d and %d blocks are kept", len(s.records.free), len(s.headers.free))
		}
	}
}
