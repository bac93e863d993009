package config

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

// Load reads a file and the environment of this process over the defaults: see Read.
func Load(path string) (*Config, error) {
	c, _, err := Read(path, os.Environ())
	return c, err
}

// joined is all mistakes under the name of the file.
func joined(path string, errs []error) error {
	err := errors.Join(errs...)
	if err != nil && path != "" {
		return fmt.Errorf("config %s:\n%w", path, err)
	}
	return err
}

// ErrNoYAML is in the error of a file that cannot be read at all: what it says is not known, so nothing else of it is a mistake.
var ErrNoYAML = errors.New("is no YAML")

// decode is strict: unknown and repeated keys are mistakes, and so is a second document, which would be ignored.
func decode(b []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return readable(err, b, into)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return errors.New("holds more than one document; only the first would be read")
	}
	return nil
}

// decodeParams hands a detector its own part of the tree, strictly.
func decodeParams(params map[string]any) func(any) error {
	return func(into any) error {
		if len(params) == 0 {
			return nil
		}
		b, err := yaml.Marshal(params)
		if err != nil {
			return fmt.Errorf("encode parameters: %w", err)
		}
		return unlined(decode(b, into))
	}
}

// epoch is raised whenever the engine makes something else of the same input under the same settings: another statistic,
// another table of limits. So a recovery by a newer labwatch can tell that it works input again under other rules.
const epoch = 5

// Rules is a short hash of the settings that decide what a reading means, and of the epoch of the engine. Two processes
// with equal rules make the same of the same input. How much memory devices may take decides nothing.
func (c *Config) Rules() (string, error) {
	judge := c.Judge
	judge.MemoryMB = 0
	b, err := yaml.Marshal(struct {
		Epoch                                 int
		Standardize, Judge, Detectors, Alerts any
		Fused                                 bool
	}{epoch, c.Standardize, judge, c.Detectors, c.Alerts, c.Fused})
	if err != nil {
		return "", fmt.Errorf("hash the rules: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(b))[:8], nil
}

// Marshal writes a tree as YAML.
func Marshal(c *Config) ([]byte, error) { return encode(c) }

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write config: %w", err)
	}
	return b.Bytes(), e.Close()
}
