package deliver

import (
	"errors"
	"fmt"
)

// CheckFiles reads the authorities that the sinks name, as a start will, and the secrets, as every try will: one that
// cannot be used would otherwise be noticed with the first alert. The errors have paths below delivery, and show no secret.
func (c *Config) CheckFiles() (errs []error) {
	for i, s := range c.Sinks {
		bad := func(key string, err error) {
			if err != nil {
				errs = append(errs, fmt.Errorf("delivery.sinks[%d].%s: %w", i, key, err))
			}
		}
		for _, f := range []struct {
			key, path string
			fits      func(text string) error
		}{
			{"url_file", s.URLFile, func(text string) error {
				if !isAddress(text) {
					return errors.New("holds no http or https address")
				}
				return nil
			}},
			{"password_file", s.PasswordFile, nil},
			{"token_file", s.TokenFile, nil},
			{"secret_file", s.SecretFile, func(text string) error {
				_, err := signingKey(text)
				return err
			}},
		} {
			if f.path == "" {
				continue
			}
			text, err := readSecret(f.path)
			if err == nil && f.fits != nil {
				err = f.fits(text)
			}
			bad(f.key, err)
		}
		if s.CAFile != "" {
			_, err := readRoots(s.CAFile)
			bad("ca_file", err)
		}
	}
	return errs
}
