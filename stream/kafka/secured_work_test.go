package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/formats"
	"labwatch/record"
	"labwatch/stream"
)

// TestSecuredKafkaWork works readings, a reject and an alert through both steps and a delivery, with the rights of the
// list alone; then again without each of them, while nothing looks for rights at the start: then it must stop and say
// what it may not do, or the entry would not belong to the list. In the end everything is there once.
func TestSecuredKafkaWork(t *testing.T) {
	s := newSecured(t)
	env := s.environment(new(lockedText))
	input := s.user + "-raw"
	if _, err := s.admin.CreateTopic(t.Context(), 1, 1, nil, input); err != nil {
		t.Fatal(err)
	}
	rights := env.Rights([]string{input}, false)
	for _, r := range rights {
		s.allow(r, true)
	}
	s.soon("start", func() error { return s.start(env, []string{input}, false) })
	for _, r := range rights {
		if r.Once {
			s.allow(r, false)
		}
	}
	sent := s.send(input, 0)
	if said, done := s.work(input, 30*time.Second); !done {
		t.Fatalf("with all rights: %s", said)
	}
	for i, r := range rights {
		if r.Once {
			continue
		}
		s.allow(r, false)
		time.Sleep(200 * time.Millisecond) // Kafka applies it a moment later
		sent += s.send(input, i+1)
		said, done := s.work(input, 15*time.Second)
		switch {
		case done:
			t.Errorf("works without %s", r)
		case !strings.Contains(said, "Kafka's access list does not permit this to user"), !strings.Contains(said, r.Name):
			t.Errorf("without %s it says: %s", r, said)
		}
		s.allow(r, true)
	}
	if said, done := s.work(input, 60*time.Second); !done {
		t.Fatalf("with all rights again: %s", said)
	}
	seen := map[string]int{}
	for _, r := range s.read(env.Topics.Records) {
		seen[string(r.Value)]++
	}
	for value, n := range seen {
		if n != 1 {
			t.Errorf("%d times: %s", n, value)
		}
	}
	rejects := len(s.read(env.Topics.Rejects))
	if len(seen)+rejects != sent {
		t.Errorf("%d records and %d rejects came of %d messages", len(seen), rejects, sent)
	}
}

// send writes the readings of a device, one of them an error code, and something that is none. It returns how many.
func (s *secured) send(topic string, n int) int {
	s.t.Helper()
	texts := []string{"no reading"}
	for i, value := range []int{95, 96, -999} {
		texts = append(texts, fmt.Sprintf(`{"result_id":"r%d-%d","patient_id":"p","technician_id":"t","test_code":"GLU","result_value":%d,"result_unit":"mg/dL","device_id":"d%d","collected_timestamp":"2026-05-04T06:0%d:00Z"}`, n, i, value, n, i))
	}
	for _, text := range texts {
		if err := s.client.ProduceSync(s.t.Context(), &kgo.Record{Topic: topic, Value: []byte(text)}).FirstErr(); err != nil {
			s.t.Fatal(err)
		}
	}
	return len(texts)
}

// work runs both steps and a delivery until everything is committed, one of them ends, or the log tells of a refusal.
func (s *secured) work(input string, patience time.Duration) (said string, done bool) {
	s.t.Helper()
	var log lockedText
	env := s.environment(&log)
	client, err := Connect(s.t.Context(), env, 10*time.Second)
	if err != nil {
		return err.Error(), false
	}
	defer client.Close()
	keys, err := record.NewEphemeralKeyring(strings.NewReader("0123456789abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ012345"))
	if err != nil {
		s.t.Fatal(err)
	}
	sequencer := func() *stream.Sequencer {
		mapping, err := record.NewMapping()
		if err != nil {
			s.t.Fatal(err)
		}
		std, err := record.NewStandardizer(record.Options{Config: record.DefaultConfig(), Keyring: keys, Mapping: mapping})
		if err != nil {
			s.t.Fatal(err)
		}
		format, err := formats.Builtin()["json"](formats.Options{Kind: record.Result})
		if err != nil {
			s.t.Fatal(err)
		}
		return stream.NewSequencer(stream.NewIntake([]stream.Input{{Topic: input, Format: format}}, std),
			func(_ record.Origin, _, value []byte) []byte { return value }, stream.NewMetrics())
	}
	judging := stream.NewJudging(stream.DefaultConfig(), stream.Plan{}, detectors.DefaultBaseline(), alerts.Default(), time.UTC, stream.NewMetrics())
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	ended := make(chan error, 3)
	tasks := []func(context.Context) error{
		NewSequence(env, []string{input}, client, sequencer).Run,
		NewJudge(env, env.Topics.Log, client, nil, func(int32) *stream.Worker { return stream.NewWorker(judging, nil, nil) }).Run,
		func(ctx context.Context) error { return explain(&env.Config, s.deliver(ctx, env, client)) },
	}
	for _, task := range tasks {
		go func() { ended <- task(ctx) }()
	}
	var errs []error
	stop := func() string {
		cancel()
		for len(errs) < len(tasks) {
			errs = append(errs, <-ended)
		}
		for i, err := range errs {
			errs[i] = explain(&env.Config, err)
		}
		return fmt.Sprint(errors.Join(errs...), log.String())
	}
	for ctx.Err() == nil {
		select {
		case err := <-ended:
			if errs = append(errs, err); err != nil {
				return stop(), false
			}
		case <-time.After(50 * time.Millisecond):
		}
		if strings.Contains(log.String(), "access list") {
			break
		}
		if len(errs) == 1 && s.behind(env.Group+"-sequence", input) == 0 && s.behind(env.Group+"-judge", env.Topics.Log) == 0 {
			return stop(), true
		}
	}
	return stop(), false
}

// deliver does what a sink does with Kafka: it begins, and gives up a message.
func (s *secured) deliver(ctx context.Context, env *Environment, client *kgo.Client) error {
	d, err := NewDelivery(ctx, env, client)
	if err == nil {
		err = d.Begin(ctx, "sink")
	}
	if err == nil {
		err = d.Keep(ctx, []byte("refused"), nil)
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	d.Read(ctx, "sink", Subscriber{Past: func(stream.Message) {}, Lost: func(int32) {}, Idle: func(context.Context) {},
		Take: func(context.Context, stream.Message) error {
			cancel() // one is enough
			return nil
		}})
	return nil
}

// behind is how many committed records of a topic a group has not committed.
func (s *secured) behind(group, topic string) (n int64) {
	s.t.Helper()
	ends, err := s.admin.ListCommittedOffsets(s.t.Context(), topic)
	if err != nil {
		return -1
	}
	offsets, err := s.admin.FetchOffsets(s.t.Context(), group)
	if err != nil {
		return -1
	}
	end, _ := ends.Lookup(topic, 0)
	at, ok := offsets.Lookup(topic, 0)
	if !ok {
		return -1
	}
	return max(end.Offset-at.At-1, 0) // the last may be a marker
}

// read is everything that a topic of one partition holds for a reader of committed data.
func (s *secured) read(topic string) (list []*kgo.Record) {
	s.t.Helper()
	ends, err := s.admin.ListCommittedOffsets(s.t.Context(), topic)
	if err != nil {
		s.t.Fatal(err)
	}
	end, _ := ends.Lookup(topic, 0)
	reader, err := kgo.NewClient(kgo.SeedBrokers(s.open), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		s.t.Fatal(err)
	}
	defer reader.Close()
	for next := int64(0); next < end.Offset; {
		fetches := reader.PollFetches(s.t.Context())
		fetches.EachRecord(func(r *kgo.Record) {
			next = r.Offset + 1
			if !r.Attrs.IsControl() {
				list = append(list, r)
			}
		})
	}
	return list
}
