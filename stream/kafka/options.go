// Package kafka is the only room that knows franz-go: it consumes, produces, commits in transactions, recovers,
// and runs the embedded broker. The engine in package stream does the work in between.
package kafka

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/sasl"
)

// Config says where Kafka is and how labwatch joins it.
type Config struct {
	Brokers  []string `yaml:"brokers"`  // host:port; empty: run starts the embedded broker
	Group    string   `yaml:"group"`    // prefix of the two consumer groups and of transactional ids
	Instance string   `yaml:"instance"` // name of this process, stable over restarts; empty: the host's name
	Topics   Topics   `yaml:"topics"`
	TLS      TLS      `yaml:"tls"`
	SASL     SASL     `yaml:"sasl"`

	// Partitions is used when labwatch creates a topic. Changing it later for the log is refused.
	Partitions  int32 `yaml:"partitions"`
	Replication int16 `yaml:"replication"` // -1: the broker's default

	CommitInterval Duration `yaml:"commit_interval"` // one transaction; default 200 ms
	SessionTimeout Duration `yaml:"session_timeout"` // after which a dead member's partitions move; default 10 s
	LeaveOnStop    bool     `yaml:"leave_on_stop"`   // a stopped instance gives its partitions away at once; default false
	FetchBytes     int32    `yaml:"fetch_bytes"`     // at most buffered a partition; default 512 KiB

	Redo RedoBudget `yaml:"redo"`
}

// Topics are the names of the topics that labwatch owns.
type Topics struct {
	Log       string `yaml:"log"`
	Records   string `yaml:"records"`
	Alerts    string `yaml:"alerts"`
	Rejects   string `yaml:"rejects"`
	Snapshots string `yaml:"snapshots"`

	Undelivered string `yaml:"undelivered"` // alerts that a sink of delivery refused
}

// RedoBudget bounds how much input a recovery works again.
type RedoBudget struct {
	Records int64    `yaml:"records"` // a device is snapshotted once that many messages of its partition passed
	Age     Duration `yaml:"age"`     // or once its oldest change is that old
}

// Duration is a time.Duration that reads "200ms".
type Duration = time.Duration

// DefaultConfig is what config.yaml documents.
func DefaultConfig() Config {
	return Config{
		Group: "labwatch",
		Topics: Topics{
			Log: "labwatch.log", Records: "labwatch.records", Alerts: "labwatch.alerts",
			Rejects: "labwatch.rejects", Snapshots: "labwatch.snapshots",
			Undelivered: "labwatch.undelivered",
		},
		Partitions:     4,
		Replication:    -1,
		CommitInterval: 200 * time.Millisecond,
		SessionTimeout: 10 * time.Second,
		FetchBytes:     512 << 10,
		Redo:           RedoBudget{Records: 200_000, Age: 30 * time.Second},
	}
}

// Validate names every mistake by its path below kafka.
func (c *Config) Validate() []error {
	var errs []error
	bad := func(path, format string, args ...any) {
		errs = append(errs, fmt.Errorf("kafka.%s: %s", path, fmt.Sprintf(format, args...)))
	}
	if c.Group == "" {
		bad("group", "must not be empty")
	}
	for _, stage := range []string{"-sequence", "-judge"} { // see owner
		if strings.Contains(c.Group+"-", stage+"-") {
			bad("group", "must not contain %q as a word: transactions would be taken for those of a dead instance of the group %q",
				stage, c.Group[:strings.Index(c.Group+"-", stage+"-")])
		}
	}
	seen := map[string]string{}
	for _, t := range []struct{ path, name string }{
		{"log", c.Topics.Log}, {"records", c.Topics.Records}, {"alerts", c.Topics.Alerts},
		{"rejects", c.Topics.Rejects}, {"snapshots", c.Topics.Snapshots}, {"undelivered", c.Topics.Undelivered},
	} {
		if t.name == "" {
			bad("topics."+t.path, "must not be empty")
		} else if other, ok := seen[t.name]; ok {
			bad("topics."+t.path, "is %q, which topics.%s already uses", t.name, other)
		}
		seen[t.name] = t.path
	}
	if c.Partitions < 1 {
		bad("partitions", "must be at least 1, is %d", c.Partitions)
	}
	if c.Replication == 0 || c.Replication < -1 {
		bad("replication", "must be -1 (the broker's default) or at least 1, is %d", c.Replication)
	}
	within := func(path string, d, low, high time.Duration) {
		if d < low || d > high {
			bad(path, "must be from %v to %v, is %v", low, high, d)
		}
	}
	// The upper end keeps a transaction far below its timeout: see options of the session.
	within("commit_interval", c.CommitInterval, 10*time.Millisecond, 2*time.Second)
	within("session_timeout", c.SessionTimeout, 6*time.Second, 5*time.Minute) // 6 s: the brokers' usual minimum
	within("redo.age", c.Redo.Age, time.Second, time.Hour)
	if c.Redo.Records < 100 {
		bad("redo.records", "must be at least 100, is %d", c.Redo.Records)
	}
	c.TLS.validate(bad)
	c.SASL.validate(bad)
	if len(c.Brokers) == 0 && (c.TLS.Enabled || c.SASL.Mechanism != "") {
		bad("brokers", "must not be empty with tls or sasl: the embedded broker listens on this machine only and has neither")
	}
	if c.FetchBytes < 64<<10 {
		bad("fetch_bytes", "must be at least 65536, is %d", c.FetchBytes)
	}
	return errs
}

// Environment is what a session needs besides its config.
type Environment struct {
	Config
	Embedded     bool          // the broker is the embedded one: see session on transactional ids
	Only         string        // the one stage that is run, "sequence" or "judge"; empty: both
	Delivers     bool          // alerts are brought to sinks
	TickInterval time.Duration // how often time is written into the log
	// JudgedPartitions is how many partitions the judged topic had at the start, 0 for unknown.
	JudgedPartitions int32
	Memory           int64  // that the state of all devices may take, in bytes; 0 for no bound
	Rules            string // short hash of the settings that decide what input means, see note
	Log              zerolog.Logger

	mechanism sasl.Mechanism // of Config.SASL, one for all clients; made by Connect
}

// errStopped ends a session's loop when it was asked to stop.
var errStopped = errors.New("stopped")
