package stream

import (
	"fmt"
	"strings"
	"testing"

	"labwatch/record"
)

// TestPublisherKeepsWhatItGave: the parts of an output stand side by side in one block; none is written over before the
// reuse, whatever the size of those behind it, and none has room behind it.
func TestPublisherKeepsWhatItGave(t *testing.T) {
	var p publisher
	var got, want [][]byte
	for i := range 500 {
		r := &record.Record{Kind: record.Telemetry, Device: fmt.Sprintf("device %d", i%7), Time: int64(i+1) * 1e9,
			Origin: record.Origin{Topic: "raw", Offset: int64(i)}, Lot: strings.Repeat("L", i%50*i%9000)}
		o := p.record(r, nil, record.Standing{})
		got = append(got, o.Key, o.Value)
		want = append(want, []byte(r.Device), record.AppendJSON(nil, r, nil, record.Standing{}))
		entry := p.log(r)
		got, want = append(got, entry.Key, entry.Value), append(want, []byte(r.Device), record.AppendBinary(nil, r))
		texts := map[string]string{"ce_id": fmt.Sprintf("raw/0/%d", i), "ce_time": string(record.AppendTime(nil, r.Time)),
			"ce_subject": fmt.Sprintf("device%%20%d", i%7)}
		for _, h := range o.Headers {
			if text, ok := texts[h.Key]; ok {
				got, want = append(got, h.Value), append(want, []byte(text))
			}
		}
	}
	if len(got) != 7*500 {
		t.Fatalf("%d parts", len(got))
	}
	for i := range got {
		if string(got[i]) != string(want[i]) || cap(got[i]) != len(got[i]) {
			t.Fatalf("part %d is %q with room for %d, want %q", i, got[i], cap(got[i]), want[i])
		}
	}
}
