package kafka

import (
	"errors"
	"fmt"
	"sync"

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
		f.err = fatalf("write %d bytes to %s: the broker (max.message.bytes) or the client (1 MB, not compressed) takes no message of that size (%w). "+
			"A snapshot of a device grows with its series and open alerts: a smaller judge.max_series keeps further ones out when "+
			"the input since its last snapshot is worked again. That of a group grows with its channels and devices: judge.groups splits it", len(r.Value), r.Topic, err)
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
