package record

import "math"

// event fills in what only an entry of a device's log has. Its free text is never taken over: it could name
// somebody.
func (s *Standardizer) event(dst *Record, raw *Raw) {
	known, knownToo := false, false
	dst.EventType, known = parseEventType(raw.EventType)
	dst.Severity, knownToo = parseSeverity(raw.Severity)
	if !known || !knownToo {
		dst.Flags |= Withheld
	}
	dst.ID = verdictID(dst.EventType, dst.ID)
	dst.Lot = trim(raw.Lot)
	dst.Calibration = s.otherTime(raw.Calibration)
	dst.Maintenance = s.otherTime(raw.Maintenance)
}

// telemetry fills in the channels, in the order in which they came.
func (s *Standardizer) telemetry(dst *Record, raw *Raw) *Reject {
	dst.Lot = trim(raw.Lot)
	for i := range raw.Channels {
		name := trim(raw.Channels[i].Name)
		switch {
		case name == "":
			continue
		case len(name) > maxIdentifier:
			return reject(TooLarge)
		}
		dst.Channels = append(dst.Channels, s.channel(name, raw.Channels[i].Value))
	}
	if len(dst.Channels) == 0 {
		return reject(NoChannels)
	}
	return nil
}

func (s *Standardizer) channel(name, text string) Channel {
	v, _ := parseValue(text, s.decimal)
	c := Channel{Name: name, Value: v.Number}
	switch {
	case v.Kind != Number:
		c.Value = math.NaN()
		c.Flags = Unusable
		if v.Kind == Bound {
			c.Flags |= Censored
		}
	case s.isErrorCode(v.Number):
		c.Flags = ErrorCode
	}
	return c
}
