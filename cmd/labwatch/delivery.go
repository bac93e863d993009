package main

import (
	"context"
	"errors"

	"github.com/rs/zerolog"

	"labwatch/deliver"
	"labwatch/stream"
	"labwatch/stream/kafka"
	"labwatch/web"
)

// couriers makes a task for each sink: it reads the topic of alerts in a group of its own, so that a sink that is down
// delays neither the stream nor another sink.
func couriers(ctx context.Context, topic *kafka.Delivery, cfg deliver.Config, page *web.Page, log zerolog.Logger) ([]func(context.Context) error, error) {
	var tasks []func(context.Context) error
	for _, sink := range cfg.Sinks {
		stats := deliver.NewStats(sink.Name)
		courier, err := deliver.NewCourier(sink, cfg.GiveUp, bury(topic, sink.Name), stats, log)
		if err != nil {
			return nil, err
		}
		if err := topic.Begin(ctx, sink.Name); err != nil {
			return nil, err
		}
		page.Add(stats.Set(), deliver.Help())
		subscriber := kafka.Subscriber{
			Past: func(m stream.Message) { courier.Past(m.Value, m.At, m.Partition) },
			Take: func(ctx context.Context, m stream.Message) error {
				return courier.Take(ctx, m.Value, m.At, m.Partition)
			},
			Lost: courier.Lost,
			Idle: courier.Idle,
		}
		tasks = append(tasks, func(ctx context.Context) error {
			topic.Read(ctx, sink.Name, subscriber)
			return nil
		})
	}
	return tasks, nil
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
