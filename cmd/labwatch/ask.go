package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"labwatch/config"
	"labwatch/stream/kafka"
)

// askPatience is how long a command waits for a broker that should be there.
const askPatience = 10 * time.Second

// asking is a config with a connection to its broker.
type asking struct {
	cfg   *config.Config
	env   *kafka.Environment
	Close func()
	// scan is kafka.Scan over the connection.
	scan func(ctx context.Context, topic string, from time.Time, each func(kafka.Found) error) error
}

// ask connects to the broker of a config: that of kafka.brokers, or the embedded one that run has started.
func ask(ctx context.Context, path string, stderr io.Writer) (*asking, error) {
	cfg, err := config.Load(path)
	if err != nil {
		return nil, usageError{err}
	}
	env := &kafka.Environment{Config: cfg.Kafka, Log: newLog(consoleLog(), stderr).Level(zerolog.ErrorLevel)}
	if len(env.Brokers) == 0 {
		env.Brokers, env.Embedded = []string{embeddedAddress(cfg)}, true
	}
	client, err := kafka.Connect(ctx, env, askPatience)
	if err != nil {
		return nil, sayStopped(ctx, env, err)
	}
	return &asking{cfg, env, client.Close, func(ctx context.Context, topic string, from time.Time, each func(kafka.Found) error) error {
		return kafka.Scan(ctx, env, client, topic, from, each)
	}}, nil
}

// sayStopped is why a connection was not made: who was told to stop while waiting knows nothing of the broker.
func sayStopped(ctx context.Context, env *kafka.Environment, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("stopped before a Kafka broker at %s had answered", strings.Join(env.Brokers, ", "))
	}
	return err
}

// embeddedAddress is where the embedded broker of a config listens, unless its port was taken.
func embeddedAddress(cfg *config.Config) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(cfg.Broker.Port))
}
