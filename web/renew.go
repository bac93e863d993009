package web

import (
	"fmt"
	"os"
	"time"
)

// lookEvery is how often the files are looked at.
const lookEvery = 5 * time.Second

// Prepare reads the files that another config names, and returns what puts them into force.
func (a *Access) Prepare(cfg Config) (apply func(), err error) {
	c, err := readCredentials(cfg)
	if err != nil {
		return nil, err
	}
	return func() {
		a.now.Store(c)
		a.current.Set(1)
	}, nil
}

// credentials are those in force, after a look at the files when the last one is some seconds ago.
func (a *Access) credentials() *credentials {
	c := a.now.Load()
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Since(a.looked) < lookEvery {
		return c
	}
	a.looked = time.Now()
	a.renew(c)
	return a.now.Load()
}

// renew reads the files of c again if they have changed. It is called under the lock. A reload may have put other files
// into force meanwhile: these stay.
func (a *Access) renew(c *credentials) {
	stamp := stampOf(c.cfg)
	if stamp == c.stamp || stamp == a.failed {
		return
	}
	fresh, err := readCredentials(c.cfg)
	if err != nil {
		a.failed = stamp
		a.current.Set(0)
		a.log.Error().Err(err).Msg("token or certificate files have changed and cannot be read: the former ones stay in force")
		return
	}
	if a.now.CompareAndSwap(c, fresh) {
		a.current.Set(1)
		a.log.Info().Msg("token and certificate files were read again")
	}
}

// stampOf tells one version of the files from the next by their times and sizes.
func stampOf(cfg Config) (stamp string) {
	for _, path := range []string{cfg.TokenFile, cfg.TLS.CertFile, cfg.TLS.KeyFile, cfg.TLS.ClientCAFile} {
		if path == "" {
			continue
		}
		if info, err := os.Stat(path); err == nil {
			stamp += fmt.Sprintf("%d %d;", info.ModTime().UnixNano(), info.Size())
		} else {
			stamp += "gone;"
		}
	}
	return stamp
}
