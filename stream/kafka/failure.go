package kafka

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// produceFailure keeps the first error of a transaction's outputs. One is enough to abort it.
type produceFailure struct {
	mu  sync.Mutex
	err error
}

func (f *produceFailure) note(r *kgo.Record, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return
	}
	f.err = fmt.Errorf("write to %s: %w", r.Topic, err)
	switch {
	case errors.Is(err, kerr.MessageTooLarge):
		f.err = fatalf("write %d bytes to %s: the topic or the client takes no message of that size (%w). The client takes 1 MB, not compressed; "+
			"a snapshot is written in pieces of 0.9 MB. Raise the topic's max.message.bytes to Kafka's default at least: "+
			"kafka-configs --alter --entity-type topics --entity-name %s --add-config max.message.bytes=1048588", len(r.Value), r.Topic, err, r.Topic)
	case errors.Is(err, kerr.InvalidTimestamp):
		f.err = fmt.Errorf("write to %s: the broker takes no message of our time, %s (%w): is the clock of this machine right, and the "+
			"broker's? It takes what is at most the topic's message.timestamp.after.max.ms, one hour by default, ahead of its own",
			r.Topic, r.Timestamp.UTC().Format(time.RFC3339), err)
	case errors.Is(err, kerr.InvalidRecord):
		f.err = fmt.Errorf("write to %s: the broker finds a message invalid (%w): does the topic ask for a schema, or, with "+
			"cleanup.policy=compact, for a key with each message?", r.Topic, err)
	case errors.Is(err, kerr.PolicyViolation):
		f.err = fmt.Errorf("write to %s: a policy of the brokers forbids it (%w); whoever runs Kafka can tell which", r.Topic, err)
	case errors.Is(err, kerr.TopicAuthorizationFailed), errors.Is(err, kerr.TransactionalIDAuthorizationFailed), errors.Is(err, kerr.ClusterAuthorizationFailed):
		f.err = fatalf("write to %s: not permitted: %w", r.Topic, err)
	}
}

func (f *produceFailure) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// fatalError is one that no new session can mend.
type fatalError struct{ error }

func (e fatalError) Unwrap() error { return e.error }

func fatalf(format string, args ...any) error { return fatalError{fmt.Errorf(format, args...)} }

// lasting marks an error of the engine: the same state and input give it again in any session.
func lasting(err error) error {
	if err == nil {
		return nil
	}
	return fatalError{err}
}

func isFatal(err error) bool { return errors.As(err, new(fatalError)) }
