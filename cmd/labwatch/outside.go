package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// The outside world speaks through segmentio/kafka-go, a client that labwatch's engine is not built on. It has no
// idempotent producer, so a retry may write a message twice: every simulated message carries an id of its own.

// outsideWriter sends messages as instruments do: keyed by device, acknowledged by all replicas, tried again.
type outsideWriter struct {
	brokers   []string
	writer    *kafka.Writer
	transport *kafka.Transport
	waits     func(problem error) // told once that WaitTopics waits; may be nil
}

// sendGrace is how long a write that was under way may take to end after a stop.
const sendGrace = 5 * time.Second

// newOutsideWriter connects nothing yet. Close it.
func newOutsideWriter(brokers []string) *outsideWriter {
	// A transport of our own: the shared one believes for six seconds that a topic just created is not there.
	transport := &kafka.Transport{MetadataTTL: time.Second, ClientID: "labwatch-outside"}
	return &outsideWriter{brokers: brokers, transport: transport, writer: &kafka.Writer{
		Addr:            kafka.TCP(brokers...),
		Balancer:        kafka.Murmur2Balancer{}, // as Kafka's Java client spreads keys
		RequiredAcks:    kafka.RequireAll,
		BatchSize:       1000,
		BatchTimeout:    2 * time.Millisecond, // the default holds a batch that is not full for a second
		WriteBackoffMin: 20 * time.Millisecond,
		MaxAttempts:     20,
		Compression:     kafka.Snappy,
		Transport:       transport,
	}}
}

// WaitTopics returns when all topics exist and all their partitions have leaders. It asks again until ctx ends;
// the error then says what is missing. Topics are never created from here.
func (w *outsideWriter) WaitTopics(ctx context.Context, topics ...string) error {
	client := &kafka.Client{Addr: w.writer.Addr, Transport: w.transport, Timeout: 5 * time.Second}
	problem := errors.New("no answer yet")
	for said := w.waits == nil; ; {
		answer, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: topics})
		switch {
		case err == nil:
			if problem = missingTopics(answer, topics); problem == nil {
				return nil
			}
		case ctx.Err() == nil:
			if problem = errors.Unwrap(err); problem == nil { // around it is the name of the client's method
				problem = err
			}
		}
		if !said && ctx.Err() == nil {
			w.waits(problem)
			said = true
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for topics on %s: %w", strings.Join(w.brokers, ","), problem)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// missingTopics says which of the wanted topics cannot be written to yet.
func missingTopics(answer *kafka.MetadataResponse, wanted []string) error {
	var missing []string
	for _, name := range wanted {
		ready := false
		for _, topic := range answer.Topics {
			if topic.Name != name || topic.Error != nil {
				continue
			}
			ready = len(topic.Partitions) > 0
			for _, p := range topic.Partitions {
				ready = ready && p.Error == nil
			}
		}
		if !ready {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return fmt.Errorf("no topic %s (start labwatch run, or create it)", strings.Join(missing, ", "))
	}
	return nil
}

// Send writes the messages, each to the topic that its stream has in topics, and returns when all replicas have
// them. Messages of one device keep their order. Kafka's timestamps are the wall clock, not the event time. When ctx
// ends in the middle, the messages have sendGrace more to arrive, so that what was counted is what was written.
func (w *outsideWriter) Send(ctx context.Context, topics simTopics, messages []simMessage) error {
	if len(messages) == 0 {
		return nil
	}
	batch := make([]kafka.Message, len(messages))
	for i, m := range messages {
		batch[i] = kafka.Message{Topic: topics[m.Stream], Key: m.Key, Value: m.Value}
	}
	patient, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(sendGrace, cancel) })()
	if err := w.writer.WriteMessages(patient, batch...); err != nil {
		return fmt.Errorf("send %d messages: %w", len(messages), brief(err))
	}
	return nil
}

// brief tells of messages that were refused how many they are, and each different reason once. The client's own error
// repeats the reason for every message.
func brief(err error) error {
	var refused kafka.WriteErrors
	if !errors.As(err, &refused) {
		return err
	}
	var reasons error
	said := map[string]bool{}
	for _, e := range refused {
		switch {
		case e == nil || said[e.Error()]:
			continue
		case reasons == nil:
			reasons = e
		default:
			reasons = fmt.Errorf("%w; %w", reasons, e)
		}
		said[e.Error()] = true
	}
	return fmt.Errorf("%d were refused: %w", refused.Count(), reasons)
}

// Close flushes and lets go of every connection.
func (w *outsideWriter) Close() error {
	err := w.writer.Close()
	w.transport.CloseIdleConnections()
	if err != nil {
		return fmt.Errorf("close writer: %w", err)
	}
	return nil
}

// simTopics gives each stream its topic; in the fused way all are the same.
type simTopics [simStreams]string

// defaultTopics are the names that labwatch's default config reads.
func defaultTopics() simTopics {
	return simTopics{"lab.results", "lab.qc", "lab.logs", "lab.telemetry"}
}

// distinct is every topic once.
func (t simTopics) distinct() []string {
	var out []string
	seen := map[string]bool{}
	for _, name := range t {
		if !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}
