package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/rs/zerolog"

	"labwatch/config"
	"labwatch/web"
)

// reloader reads the config again and puts into force what may change while records flow. All parts must be able to
// before any does; otherwise everything stays as it was. What decides about readings waits for a restart: see DESIGN.md.
type reloader struct {
	log     zerolog.Logger
	read    func() (*config.Config, error)
	mu      sync.Mutex
	running *config.Config // in force: that of the start, with the live settings of later ones
	files   string         // content of mappings and keys at the start
	parts   []livePart

	set       *metrics.Set
	ok        *metrics.Gauge
	succeeded *metrics.Gauge
	waiting   *metrics.Gauge
}

// livePart is somebody who can change its settings while it works.
type livePart struct {
	settings []string // paths; one that ends in a dot is a whole section
	// prepare returns what puts the settings into force, which must not fail.
	prepare func(*config.Config) (apply func(), err error)
}

// newReloader counts the start as the first success.
func newReloader(e *engine, read func() (*config.Config, error), log zerolog.Logger) (*reloader, error) {
	r := &reloader{log: log, read: read, running: e.cfg, set: metrics.NewSet()}
	var err error
	if r.files, err = contents(e.cfg); err != nil && read != nil {
		return nil, err
	}
	r.ok = r.set.NewGauge("labwatch_config_last_reload_successful", nil)
	r.succeeded = r.set.NewGauge("labwatch_config_last_reload_success_timestamp_seconds", nil)
	r.waiting = r.set.NewGauge("labwatch_config_restart_needed", nil)
	r.ok.Set(1)
	r.succeeded.Set(float64(time.Now().Unix()))
	return r, nil
}

// Help is one line for each family.
func (*reloader) Help() map[string]string {
	return map[string]string{
		"labwatch_config_last_reload_successful":                "1 if the config could be read when it was last asked for, 0 while a former one stays in force.",
		"labwatch_config_last_reload_success_timestamp_seconds": "When the config was last read without a mistake, seconds since 1970 UTC.",
		"labwatch_config_restart_needed":                        "Settings that have changed since the start and need a restart.",
	}
}

// part adds somebody. Settings of nobody need a restart.
func (r *reloader) part(prepare func(*config.Config) (func(), error), settings ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.parts = append(r.parts, livePart{settings, prepare})
}

// reload is safe for use by several goroutines. by is who asked, for the log.
func (r *reloader) reload(by string) (web.Reloaded, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	done, err := r.try()
	if err != nil {
		r.log.Error().Err(err).Str("by", by).Msg("the config was not reloaded: the former one stays in force")
		r.ok.Set(0) // last: who waits for it then finds the line in the log
		return done, err
	}
	event := r.log.Info()
	if len(done.NeedsRestart) > 0 {
		event = r.log.Warn().Strs("needs_restart", done.NeedsRestart)
	}
	event.Strs("applied", done.Applied).Str("by", by).Msg("config reloaded")
	r.waiting.Set(float64(len(done.NeedsRestart)))
	r.succeeded.Set(float64(time.Now().Unix()))
	r.ok.Set(1)
	return done, nil
}

func (r *reloader) try() (done web.Reloaded, err error) {
	wanted, err := r.read()
	if err != nil {
		return done, err
	}
	// What a restart would fail on is a mistake now.
	_, mappingErr := loadMapping(wanted)
	_, keysErr := loadKeys(wanted.Standardize.KeyFile)
	if err := errors.Join(mappingErr, keysErr); err != nil {
		return done, err
	}
	files, err := contents(wanted)
	if err != nil {
		return done, err
	}
	next := r.running.With(wanted, func(path string) bool { return r.live(path, wanted) })
	// The addresses stay: tokens that the new config can do without may still be needed on them.
	if errs := next.Validate(); len(errs) > 0 {
		return done, fmt.Errorf("not while it runs: %w", errors.Join(errs...))
	}
	var applies []func()
	for _, p := range r.parts {
		apply, err := p.prepare(next)
		if err != nil {
			return done, err
		}
		applies = append(applies, apply)
	}
	for _, apply := range applies {
		apply()
	}
	done = web.Reloaded{Applied: []string{}, NeedsRestart: []string{}}
	done.Applied = append(done.Applied, config.Changed(r.running, next)...)
	done.NeedsRestart = append(done.NeedsRestart, config.Changed(next, wanted)...)
	if files != r.files {
		done.NeedsRestart = append(done.NeedsRestart, "what the files of standardize.mappings or standardize.key_file hold")
	}
	r.running = next
	return done, nil
}

// live says whether a setting can change now. TLS cannot be put on or taken off an open port.
func (r *reloader) live(path string, wanted *config.Config) bool {
	if strings.HasPrefix(path, "http.tls.") && (r.running.HTTP.TLS.CertFile == "") != (wanted.HTTP.TLS.CertFile == "") {
		return false
	}
	for _, p := range r.parts {
		for _, s := range p.settings {
			if s == path || strings.HasSuffix(s, ".") && strings.HasPrefix(path, s) {
				return true
			}
		}
	}
	return false
}
