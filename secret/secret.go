// Package secret holds passwords, tokens and keys so that they cannot be shown by accident, and reads them from where
// the config says. The config names a file or an environment variable and never the secret itself: whatever prints a
// config, an error or a whole struct can then not print more than that name.
package secret

import (
	"fmt"
	"io"
)

// mask is what every way of printing shows.
const mask = "***"

// Secret is a value that prints as "***" with every verb of fmt, in JSON, in YAML and in a log. The zero one is empty.
type Secret struct {
	value *string // not a string: fmt reaches into structs where it may not call methods, and prints what it finds there
}

// New makes a secret of a text.
func New(text string) Secret { return Secret{&text} }

// Reveal is the value itself. It is for the one call that needs it, never for a variable that lives on.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// String implements fmt.Stringer.
func (Secret) String() string { return mask }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return mask }

// Format implements fmt.Formatter, for every other verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }

// MarshalText implements encoding.TextMarshaler, which JSON, YAML and zerolog ask.
func (Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }
