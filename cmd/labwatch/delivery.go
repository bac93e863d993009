package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"labwatch/deliver"
	"labwatch/stream"
	"labwatch/stream/kafka"
	"labwatch/web"
)

// delivery brings alerts to the sinks. When the config names others they are exchanged while records flow: the former
// stop as at the end of the daemon, and each new one goes on where a sink of its name has got to.
type delivery struct {
	topic *kafka.Delivery
	page  *web.Page
	log   zerolog.Logger
	cfg   deliver.Config // of the newest crew
	next  chan crew
}

// crew is a courier for each sink: a task that reads the topic of alerts in a group of its own, so that a sink that is
// down delays neither the stream nor another sink.
type crew struct {
	tasks []func(context.Context)
	stats []*deliver.Stats
}

// newDelivery makes the couriers of the sinks of cfg, which begin to work with run.
func newDelivery(ctx context.Context, topic *kafka.Delivery, cfg deliver.Config, page *web.Page, log zerolog.Logger) (*delivery, error) {
	d := &delivery{topic: topic, page: page, log: log, cfg: cfg, next: make(chan crew, 1)}
	first, err := d.crew(ctx, cfg)
	if err != nil {
		return nil, err
	}
	d.next <- first
	return d, nil
}

func (d *delivery) crew(ctx context.Context, cfg deliver.Config) (c crew, err error) {
	for _, sink := range cfg.Sinks {
		stats := deliver.NewStats(sink.Name)
		courier, err := deliver.NewCourier(sink, cfg.GiveUp, bury(d.topic, sink.Name), stats, d.log)
		if err != nil {
			return crew{}, err
		}
		if err := d.topic.Begin(ctx, sink.Name); err != nil {
			return crew{}, err
		}
		subscriber := kafka.Subscriber{
			Past: func(m stream.Message) { courier.Past(m.Value, m.At, m.Partition) },
			Take: func(ctx context.Context, m stream.Message) error {
				return courier.Take(ctx, m.Value, m.At, m.Partition)
			},
			Lost: courier.Lost,
			Idle: courier.Idle,
		}
		c.tasks = append(c.tasks, func(ctx context.Context) { d.topic.Read(ctx, sink.Name, subscriber) })
		c.stats = append(c.stats, stats)
	}
	return c, nil
}

// run works until ctx ends, with one crew after the other.
func (d *delivery) run(ctx context.Context) error {
	stop := func() {}
	for {
		select {
		case <-ctx.Done():
			stop()
			return nil
		case c := <-d.next:
			stop()
			stop = d.begin(ctx, c)
		}
	}
}

// begin lets a crew work until the returned function has returned.
func (d *delivery) begin(ctx context.Context, c crew) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var tasks sync.WaitGroup
	for _, task := range c.tasks {
		tasks.Go(func() { task(ctx) })
	}
	var hide []func()
	for _, stats := range c.stats {
		hide = append(hide, d.page.Add(stats.Set(), deliver.Help()))
	}
	return func() {
		cancel()
		tasks.Wait()
		for _, h := range hide {
			h()
		}
	}
}

// prepareFor bounds how long a reload asks Kafka where new sinks begin.
const prepareFor = 10 * time.Second

// prepare makes the couriers of another config; what it returns puts them in the place of the present ones.
func (d *delivery) prepare(ctx context.Context, cfg deliver.Config) (apply func(), err error) {
	if reflect.DeepEqual(cfg, d.cfg) {
		return func() {}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, prepareFor)
	defer cancel()
	c, err := d.crew(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	return func() {
		select { // a crew that has not begun yet is not needed any more
		case <-d.next:
		default:
		}
		d.cfg = cfg
		d.next <- c
	}, nil
}

// bury keeps what a sink would not take, with the reason in headers of the same form as those of rejects.
func bury(topic *kafka.Delivery, sink string) deliver.Bury {
	return func(ctx context.Context, m *deliver.Message, why error) error {
		code := "unreachable"
		if errors.Is(why, deliver.ErrRefused) {
			code = "refused"
		}
		return topic.Keep(ctx, m.JSON, []stream.Header{
			{Key: "labwatch.sink", Value: []byte(sink)},
			{Key: "labwatch.error.code", Value: []byte(code)},
			{Key: "labwatch.error.message", Value: []byte(why.Error())},
			{Key: "ce_id", Value: []byte(m.ID)},
			{Key: "content-type", Value: []byte("application/json")},
		})
	}
}
