package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"labwatch/cmd/rig"
)

// readingsOfDay are sent in a day that is played in fast forward, in as many parts as there are acts.
const readingsOfDay = 2_000_000

// act is a part of the day: something that an operator does while readings stream in, and something that he does
// between two parts, when he has written down the counters.
type act struct {
	name    string
	during  func(ctx context.Context, s *site) error
	between func(ctx context.Context, s *site) error
}

func acts() []act {
	return []act{
		{"certificates are renewed", renew, nothing},
		{"the config is reloaded", reload, upgrade("day-2")},
		{"the state is backed up", backup, restore},
		{"nothing happens", nothing, upgrade("day-3")},
		{"certificates are renewed again", renew, nothing},
	}
}

// day plays a day of operation. At its end every reading that was sent must be counted, and what is counted must be
// there to be read.
func day(ctx context.Context, s *site) error {
	s.instruments.stop()
	var sum tallies
	sent := len(s.instruments.sent)
	if err := s.drained(ctx); err != nil {
		return err
	}
	list := acts()
	for i, a := range list {
		n := readingsOfDay / len(list)
		began := time.Now()
		stream, err := s.spawn("simulate", s.program, "simulate", "--brokers", "127.0.0.1:"+kafkaPort, "--devices", "200",
			"--seed", strconv.Itoa(i+1), "--rate", "20000", "--count", strconv.Itoa(n))
		if err != nil {
			return err
		}
		time.Sleep(5 * time.Second) // it streams
		if err := a.during(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		select {
		case <-stream.Done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if stream.Err != nil {
			return fmt.Errorf("simulate: %w, see %s", stream.Err, s.path("simulate.log"))
		}
		sent += n
		if err := s.drained(ctx); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		now, err := s.tallies(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%-32s %7d readings in %3.0f s\n", a.name, n, time.Since(began).Seconds())
		restarted := s.restarts
		if err := a.between(ctx, s); err != nil {
			return fmt.Errorf("after %s: %w", a.name, err)
		}
		if s.restarts > restarted || i == len(list)-1 { // the counters of that process are complete
			sum = sum.plus(now)
		}
		if _, err := s.until(ctx, recoverPatience, func(context.Context) error { return s.alive() }); err != nil {
			return fmt.Errorf("after %s: %w", a.name, err)
		}
	}
	return s.addUp(ctx, sent, sum)
}

// addUp compares what was sent, what labwatch has counted, and what stands in the topics.
func (s *site) addUp(ctx context.Context, sent int, t tallies) error {
	input, err := s.count(ctx, resultsTopic, qcTopic, logsTopic, telemetryTopic)
	if err != nil {
		return err
	}
	published, err := s.published(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("day sent=%d input=%d standardized=%d rejected=%d duplicate=%d published=%d restarts=%d\n",
		sent, input, t.standardized, t.rejected, t.duplicate, published, s.restarts)
	if input < sent || t.standardized+t.rejected+t.duplicate != input || published != t.standardized {
		return errors.New("the counters do not add up")
	}
	return nil
}

// drained waits until everything that came in is judged and committed.
func (s *site) drained(ctx context.Context) error {
	_, err := s.until(ctx, 10*time.Minute, func(ctx context.Context) error {
		lags, err := s.admin.Lag(ctx, "labwatch-sequence", "labwatch-judge")
		if err != nil {
			return fmt.Errorf("ask for the lag: %w", err)
		}
		for _, group := range lags.Sorted() {
			if err := group.Error(); err != nil {
				return fmt.Errorf("ask for the lag: %w", err)
			}
			for _, l := range group.Lag.Sorted() {
				// What follows the last committed message of a log is a marker and ticks.
				if slack := int64(100); l.Topic != "labwatch.log" && l.Lag > 0 || l.Lag > slack {
					return fmt.Errorf("%s is %d behind on %s/%d", group.Group, l.Lag, l.Topic, l.Partition)
				}
			}
		}
		return nil
	})
	time.Sleep(2 * time.Second) // the counters follow the commit; ticks bring the rest
	return err
}

// count is how many messages stand in topics that nobody writes to in transactions.
func (s *site) count(ctx context.Context, topics ...string) (n int, err error) {
	ends, err := s.admin.ListEndOffsets(ctx, topics...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return 0, fmt.Errorf("count messages: %w", err)
	}
	ends.Each(func(o kadm.ListedOffset) { n += int(o.Offset) })
	return n, nil
}

// published counts the records that readers of committed data find.
func (s *site) published(ctx context.Context) (n int, err error) {
	err = s.eachRecord(ctx, func([]byte) error { n++; return nil })
	return n, err
}

// tallies are labwatch's own counters.
type tallies struct{ standardized, rejected, duplicate int }

func (t tallies) plus(o tallies) tallies {
	return tallies{t.standardized + o.standardized, t.rejected + o.rejected, t.duplicate + o.duplicate}
}

func (s *site) tallies(ctx context.Context) (t tallies, err error) {
	page, err := s.ask(ctx, s.http, "/metrics")
	if err != nil {
		return t, err
	}
	defer page.Close()
	err = rig.Samples(page, func(family, labels string, value float64) {
		if family != "labwatch_records_total" {
			return
		}
		switch labels {
		case `outcome="standardized"`:
			t.standardized = int(value)
		case `outcome="rejected"`:
			t.rejected = int(value)
		case `outcome="duplicate"`:
			t.duplicate = int(value)
		}
	})
	return t, err
}

// ask sends labwatch a request with the token of Prometheus.
func (s *site) ask(ctx context.Context, address, path string) (io.ReadCloser, error) {
	token, err := os.ReadFile(s.path("token"))
	if err != nil {
		return nil, fmt.Errorf("read token: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+address+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+string(token))
	client := http.Client{Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: insecure(), DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask labwatch: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		return nil, fmt.Errorf("ask labwatch for %s: %s", path, res.Status)
	}
	return res.Body, nil
}

// renew writes a new certificate, which labwatch takes up by itself.
func renew(_ context.Context, s *site) error { return s.certify(time.Now().Add(365 * 24 * time.Hour)) }

// reload changes what can be changed while labwatch runs, and tells it.
func reload(_ context.Context, s *site) error {
	text, err := os.ReadFile(s.path("labwatch.yaml"))
	if err != nil {
		return fmt.Errorf("read config: %w", err)
	}
	text = []byte(strings.Replace(string(text), "log: {format: json}", "log: {format: json, level: debug}", 1))
	if err := os.WriteFile(s.path("labwatch.yaml"), text, 0o600); err != nil {
		return fmt.Errorf("write config: %w", err)
	}
	return s.labwatch.Cmd.Process.Signal(syscall.SIGHUP)
}

// upgrade replaces the program by one of another version.
func upgrade(version string) func(ctx context.Context, s *site) error {
	return func(ctx context.Context, s *site) error {
		if err := s.stopLabwatch(); err != nil {
			return err
		}
		if err := rig.Build(ctx, s.program, "-ldflags", "-X main.version="+version); err != nil {
			return err
		}
		s.restarts++
		return s.startLabwatch()
	}
}

// backup saves the state while readings stream in.
func backup(ctx context.Context, s *site) error {
	body, err := s.ask(ctx, s.adminAddress, "/-/backup")
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer body.Close()
	f, err := os.OpenFile(s.path("backup"), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	_, err = io.Copy(f, body)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

// restore loses the state and brings the backup back.
func restore(_ context.Context, s *site) error {
	if err := s.stopLabwatch(); err != nil {
		return err
	}
	if err := os.RemoveAll(s.path("state") + "/labwatch"); err != nil {
		return fmt.Errorf("lose the state: %w", err)
	}
	if out, err := s.tool(s.program, "state", "restore", s.path("backup"), "--config", s.path("labwatch.yaml")); err != nil {
		return fmt.Errorf("restore: %w\n%s", err, out)
	}
	s.restarts++
	return s.startLabwatch()
}
