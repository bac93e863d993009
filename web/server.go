package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	stdlog "log"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
)

// Timeout is how long an answer to users may take: a scrape of a large fleet takes a fraction of a second.
const Timeout = 30 * time.Second

// Server serves a handler on one address.
type Server struct {
	http http.Server
	addr net.Addr
	done chan error // closed once nothing is served any more, after the error that ended it
}

// Listen binds an address and serves in the background, with TLS unless that is nil. patience is how long an answer may
// take. The errors say in one sentence what is in the way; setting is the one to change.
func Listen(setting, addr string, handler http.Handler, secure *tls.Config, patience time.Duration, log zerolog.Logger) (*Server, error) {
	listener, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("listen on %s: port in use by another program; choose another with %s", addr, setting)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("listen on %s: not permitted; choose a port of 1024 or above with %s", addr, setting)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("listen on %s: this machine does not have that address; choose another with %s", addr, setting)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	s := &Server{addr: listener.Addr(), done: make(chan error, 1)}
	s.http = http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      patience,
		IdleTimeout:       2 * time.Minute, // above the usual scrape interval, so that the scraper keeps its connection
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          stdlog.New(lines{log}, "", 0),
		TLSConfig:         secure,
	}
	go func() {
		var err error
		if secure == nil {
			err = s.http.Serve(listener)
		} else {
			err = s.http.ServeTLS(listener, "", "")
		}
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		s.done <- err
		close(s.done)
	}()
	return s, nil
}

// Addr is the address that is served, with the real port where 0 was asked for.
func (s *Server) Addr() net.Addr { return s.addr }

// Close takes no more requests, and waits for those under way until the context ends; then it cuts them off, and says
// so. An error that ended the serving before is returned.
func (s *Server) Close(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		_ = s.http.Close()
		err = fmt.Errorf("close http on %s: requests were cut off: %w", s.addr, err)
	}
	if served := <-s.done; served != nil {
		err = errors.Join(fmt.Errorf("serve http on %s: %w", s.addr, served), err)
	}
	return err
}

// lines passes on what net/http complains about: broken clients, mostly.
type lines struct{ log zerolog.Logger }

func (l lines) Write(b []byte) (int, error) {
	l.log.Debug().Str("part", "http").Msg(strings.TrimSpace(string(b)))
	return len(b), nil
}
