package record

import (
	"errors"
	"math"
	"time"
)

// Standardizer makes records out of raw readings. It is a pure function of the reading, its origin and the
// options; it keeps scratch space and serves one goroutine.
type Standardizer struct {
	zone       *time.Location
	facility   string
	errorCodes []float64
	early      int64 // ns
	plausible  bool
	critical   string
	decimal    Decimal
	mapping    *Mapping
	patients   *tokenizer
	crew       *tokenizer
	plans      map[planKey]*plan
}

// NewStandardizer returns one for one goroutine. Without a keyring it refuses: identifiers cannot leave in clear.
func NewStandardizer(o Options) (*Standardizer, error) {
	if o.Keyring == nil {
		return nil, errors.New("start standardizer: no key for patient and technician identifiers")
	}
	if mistakes := o.Validate(); len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		return nil, err
	}
	mapping := o.Mapping
	if mapping == nil {
		if mapping, err = NewMapping(); err != nil {
			return nil, err
		}
	}
	return &Standardizer{
		zone: zone, facility: o.Facility, errorCodes: o.ErrorCodes, early: int64(o.EarlyGrace), plausible: o.Plausible,
		critical: o.Critical, decimal: decimals[o.Decimal], mapping: mapping,
		patients: newTokenizer(o.Keyring.id, "patient", o.Keyring.patient),
		crew:     newTokenizer(o.Keyring.id, "technician", o.Keyring.technician),
		plans:    map[planKey]*plan{},
	}, nil
}

// Standardize fills dst from raw, or returns why it cannot; dst is then not to be used. arrived is the timestamp
// that Kafka keeps with the message, in nanoseconds since 1970, 0 if there is none. Strings of dst are those of
// raw; whoever keeps one longer than the message must copy it.
func (s *Standardizer) Standardize(dst *Record, raw *Raw, origin Origin, arrived int64) *Reject {
	clear(dst.Channels) // or a long list would keep the texts of its message behind a shorter one
	channels := dst.Channels[:0]
	*dst = Record{} // a literal of all would be made elsewhere and copied
	dst.Kind, dst.Origin, dst.Arrived, dst.Channels = raw.Kind, origin, arrived, channels
	dst.Expected, dst.TargetSD = math.NaN(), math.NaN()
	if tooLong(raw) {
		return reject(TooLarge)
	}
	dst.ID, dst.Device, dst.Facility = identifier(raw.ID), name(raw.Device), name(raw.Facility)
	if dst.Facility == "" {
		dst.Facility = s.facility
	}
	if dst.Device == "" && raw.Kind == Telemetry {
		dst.Device = dst.Facility // a station that has one set of sensors names only itself
	}
	if dst.Device == "" {
		return reject(NoDevice)
	}
	if why := s.when(dst, raw); why != nil {
		return why
	}
	dst.Technician = s.crew.token(dst.Facility, name(raw.Technician))
	switch raw.Kind {
	case Result:
		dst.Patient = s.patients.token(dst.Facility, identifier(raw.Patient))
		return s.result(dst, raw)
	case Control:
		return s.control(dst, raw)
	case Event:
		s.event(dst, raw)
		return nil
	case Telemetry:
		return s.telemetry(dst, raw)
	}
	return reject(UnknownKind)
}

// tooLong says whether a field is longer than any honest one.
func tooLong(r *Raw) bool {
	longest := max(len(r.ID), len(r.Patient), len(r.Technician), len(r.Device), len(r.Facility), len(r.TestCode), len(r.Level), len(r.Lot))
	return longest > maxIdentifier || len(r.Channels) > maxChannels
}

// when reads the time of the event and its place in the site's day.
func (s *Standardizer) when(dst *Record, raw *Raw) *Reject {
	ns, zoned, ok := ParseTime(raw.Time, s.zone)
	switch {
	case ok:
	case fold(raw.Time) == "":
		return reject(NoTime)
	default:
		return reject(BadTime)
	}
	dst.Time = ns
	if !zoned {
		dst.Flags |= ZoneAssumed
	}
	if dst.Arrived != 0 && ns-s.early > dst.Arrived {
		dst.Flags |= Early
	}
	if s.zone != time.UTC {
		_, offset := time.Unix(0, ns).In(s.zone).Zone()
		dst.UTCOffset = int32(offset)
	}
	return nil
}

// otherTime reads a time that is not the event's; an unreadable one is left out.
func (s *Standardizer) otherTime(text string) int64 {
	if text == "" {
		return 0
	}
	ns, _, _ := ParseTime(text, s.zone)
	return ns
}

// isErrorCode says whether a number is a machine's way to say that it measured nothing.
func (s *Standardizer) isErrorCode(x float64) bool {
	for _, code := range s.errorCodes {
		if x == code {
			return true
		}
	}
	return false
}
