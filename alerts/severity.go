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

// badSeverity stands for a word that is none.
const badSeverity Severity = 255

// UnmarshalYAML reads the word of a config file. One that is none is kept as such and found by Validate, which
// names its path among all other mistakes; an error here would have no path and end the reading.
func (s *Severity) UnmarshalYAML(decode func(any) error) error {
	var word string
	if err := decode(&word); err != nil {
		return err
	}
	if s.UnmarshalText([]byte(word)) != nil {
		*s = badSeverity
	}
	return nil
}
