package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"

	"labwatch/config"
	"labwatch/web"
)

// front is the daemon as HTTP shows it.
type front struct {
	page      web.Page
	readiness web.Readiness
	devices   fleetView
	admin     *web.Admin // answers under http.admin; who has something for operators registers it here
	reload    *reloader
	address   string // of http.listen, with the real port
}

// openFront opens HTTP and listens for SIGHUP. Everything is closed by closing.
func openFront(d *daemon, closing *closers) (*front, error) {
	f := &front{admin: web.NewAdmin()}
	cfg := d.cfg.HTTP
	var err error
	if f.reload, err = newReloader(d.engine, d.reread, d.log); err != nil {
		return nil, err
	}
	access, err := web.NewAccess(cfg, d.log)
	if err != nil {
		return nil, err
	}
	f.reload.part(func(c *config.Config) (func(), error) { return access.Prepare(c.HTTP) },
		"http.token_file", "http.operators", "http.tls.", "http.allow_anonymous")
	build := web.ReadBuild(version)
	process := web.Process{Build: build, MemoryLimit: debug.SetMemoryLimit(-1)}
	f.page.Add(process, process.Help())
	f.page.Add(d.metrics.Set(), d.metrics.Help())
	ready := web.ReadyMetrics{Readiness: &f.readiness}
	f.page.Add(ready, ready.Help())
	f.page.Add(access.Metrics(), access.Help())
	f.page.Add(f.reload.set, f.reload.Help())
	series := &deviceSeries{fleet: &f.devices}
	series.limit.Store(int64(cfg.DeviceSeries))
	f.reload.part(func(c *config.Config) (func(), error) {
		return func() { series.limit.Store(int64(c.HTTP.DeviceSeries)) }, nil
	}, "http.device_series")
	f.page.Add(series, web.FleetMetrics{}.Help())
	if d.level != nil {
		f.reload.part(func(c *config.Config) (func(), error) {
			return func() { _ = d.level.Set(c.Log.Level) }, nil // validated
		}, "log.level")
	}

	for _, warning := range append(cfg.Warnings(), access.Warnings()...) {
		d.log.Warn().Msg(warning)
	}
	handler := access.Protect(web.Handler(build, &f.page, &f.readiness, &f.devices))
	server, err := web.Listen("http.listen", cfg.Listen, handler, access.TLS(), web.Timeout, d.log)
	if err != nil {
		return nil, err
	}
	closing.add("http", server.Close)
	f.address = server.Addr().String()
	if cfg.Admin != "" {
		d.handleAdmin(f)
		admin, err := web.Listen("http.admin", cfg.Admin, f.admin.Handler(access), access.TLS(), web.AdminTimeout, d.log)
		if err != nil {
			return nil, err
		}
		closing.add("admin", admin.Close)
		d.log.Info().Str("address", admin.Addr().String()).Msg("admin address opened")
	}
	if d.reread != nil {
		closing.add("signals", f.reload.onHangup())
	}
	return f, nil
}

// handleAdmin registers what the daemon itself can do for operators.
func (d *daemon) handleAdmin(f *front) {
	if d.reread != nil {
		f.admin.HandleReload(f.reload.reload)
	}
	if d.level != nil {
		f.admin.HandleLogLevel(d.level.String, func(level, by string) error {
			if err := d.level.Set(level); err != nil {
				return err
			}
			d.log.Warn().Str("level", level).Str("by", by).Msg("log level changed until the next reload")
			return nil
		})
	}
}

// onHangup reloads at each SIGHUP until the returned function is called.
func (r *reloader) onHangup() (stop func(context.Context) error) {
	hangups, quit := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(hangups, syscall.SIGHUP)
	var task sync.WaitGroup
	task.Go(func() {
		for {
			select {
			case <-hangups:
				_, _ = r.reload("SIGHUP") // it is in the log
			case <-quit:
				return
			}
		}
	})
	return func(context.Context) error {
		signal.Stop(hangups)
		close(quit)
		task.Wait()
		return nil
	}
}

// deviceSeries is the metrics of devices with a limit that may change.
type deviceSeries struct {
	fleet web.Fleet
	limit atomic.Int64
}

// WritePrometheus implements web.Exposer.
func (s *deviceSeries) WritePrometheus(w io.Writer) {
	web.FleetMetrics{Fleet: s.fleet, Limit: int(s.limit.Load())}.WritePrometheus(w)
}
