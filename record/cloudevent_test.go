package record

import (
	"net/url"
	"testing"

	"pgregory.net/rapid"
)

func TestCloudEvent(t *testing.T) {
	for _, c := range []struct {
		record                   Record
		id, typ, source, subject string
	}{
		{Record{Kind: Result, Origin: Origin{"lab.results", 3, 42, 0}, Device: "AU680"},
			"lab.results/3/42", "labwatch.record.result", "/labwatch", "AU680"},
		{Record{Kind: Control, Origin: Origin{"t", 0, 0, 7}, Device: "a/b c?", Facility: "Süd 1"},
			"t/0/0/7", "labwatch.record.qc", "/labwatch/S%C3%BCd%201", "a%2Fb%20c%3F"},
		{Record{Kind: Event, Device: "D"}, "/0/0", "labwatch.record.log", "/labwatch", "D"},
		{Record{Kind: Telemetry, Device: "D"}, "/0/0", "labwatch.record.telemetry", "/labwatch", "D"},
		{Record{Kind: Tick}, "/0/0", "labwatch.record.tick", "/labwatch", ""},
	} {
		r := c.record
		id, typ, source, subject := string(AppendEventID(nil, &r.Origin)), CloudEventType(r.Kind), EventSource(r.Facility), EventSubject(r.Device)
		if id != c.id || typ != c.typ || source != c.source || subject != c.subject {
			t.Errorf("got %q %q %q %q, want %q %q %q %q", id, typ, source, subject, c.id, c.typ, c.source, c.subject)
		}
	}
}

// CloudEvents 1.0.2 wants a URI reference as source. Ours has one path of at most two segments, whatever the names
// hold.
func TestCloudEventSourceIsAReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facility := rapid.String().Draw(t, "facility")
		source := EventSource(facility)
		u, err := url.Parse(source)
		if err != nil || u.Host != "" || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q: %v", source, err)
		}
		if want := "/labwatch/" + facility; facility != "" && u.Path != want {
			t.Errorf("%q is the path %q, want %q", source, u.Path, want)
		}
	})
}
