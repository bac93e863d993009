package main

import (
	"crypto/sha256"
	"fmt"
	"os"

	"labwatch/config"
)

// contents is a hash of the files that readings are judged by.
func contents(cfg *config.Config) (string, error) {
	sum := sha256.New()
	for _, path := range append([]string{cfg.Standardize.KeyFile}, cfg.Standardize.Mappings...) {
		if path == "" {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%d\n", len(b))
		sum.Write(b)
	}
	return string(sum.Sum(nil)), nil
}

// rulesOf names what the judged input means, for the note at each commit. Behind a log the mapping files and keys have
// done their work before; a fused topic is read with them each time it is worked again, so they are among the rules.
func rulesOf(cfg *config.Config) (string, error) {
	rules, err := cfg.Rules()
	if err != nil || !cfg.Fused {
		return rules, err
	}
	files, err := contents(cfg)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(rules+files)))[:8], nil
}
