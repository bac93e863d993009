package main

import "time"

// injection is one fault that was really injected: the truth that alerts are held against.
type injection struct {
	Name   string // what a scenario leaves it out by, or the text of --fault
	Kind   string
	Device string
	Series []string // as labwatch names them: LOINC codes or channels; nil for the device as a whole
	From   int64    // event time of the first faulty record, nanoseconds since 1970 UTC
	To     int64    // event time of the last one
	First  string   // id of the first faulty record
	Count  int      // faulty records
	Sent   int64    // wall clock when the first faulty record was sent, nanoseconds since 1970 UTC; 0 unknown
}

// markSent notes the wall clock at which the first faulty record of each injection was sent. Silence has none.
func markSent(injections []injection, sent []simMessage, wall time.Time) {
	for i := range injections {
		in := &injections[i]
		if in.Sent != 0 || in.Kind == "silent" {
			continue
		}
		for j := range sent {
			if sent[j].Time == in.From && string(sent[j].Key) == in.Device {
				in.Sent = wall.UnixNano()
				break
			}
		}
	}
}
