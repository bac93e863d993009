package alerts

import "fmt"

// MarshalText writes the severity as its word. No severity is an empty text.
func (s Severity) MarshalText() ([]byte, error) {
	if s == 0 {
		return nil, nil
	}
	if s > Critical {
		return nil, fmt.Errorf("write severity: %d is none of info, warning, critical", uint8(s))
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads "info", "warning" or "critical"; empty text is no severity. Anything else is an error.
func (s *Severity) UnmarshalText(text []byte) error {
	switch string(text) {
	case "":
		*s = 0
	case "info":
		*s = Info
	case "warning":
		*s = Warning
	case "critical":
		*s = Critical
	default:
		return fmt.Errorf("read severity: %q is none of info, warning, critical", text)
	}
	return nil
}
