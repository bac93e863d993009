package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rs/zerolog"

	"labwatch/config"
	"labwatch/stream/kafka"
)

// checkKafka connects as run would and says which of the rights that it needs Kafka gives. Nothing is written.
func checkKafka(ctx context.Context, cfg *config.Config, out io.Writer) error {
	if len(cfg.Kafka.Brokers) == 0 {
		_, err := fmt.Fprintln(out, "kafka    the embedded broker is not asked: it knows no rights")
		return err
	}
	env := &kafka.Environment{Config: cfg.Kafka, Delivers: len(cfg.Delivery.Sinks) > 0, Log: zerolog.Nop()}
	if err := nameInstance(env); err != nil {
		return err
	}
	client, err := kafka.Connect(ctx, env, askPatience)
	if err != nil {
		return sayStopped(ctx, env, err)
	}
	defer client.Close()
	inputs := cfg.Topics()
	rights := env.Rights(inputs, cfg.Fused)
	lacking, err := kafka.Lacking(ctx, env, client, rights)
	if err != nil {
		return err
	}
	absent, err := kafka.Absent(ctx, client, rights)
	if err != nil {
		return err
	}
	for _, r := range rights {
		has := "yes"
		switch {
		case r.Once:
			has = "not asked"
		case slices.Contains(lacking, r):
			has = "MISSING"
		case slices.Contains(absent, r.Name):
			has = "no topic"
		}
		fmt.Fprintf(out, "kafka    %-9s %s\n", has, r)
	}
	if len(lacking) > 0 {
		return fmt.Errorf("%d of %d rights are missing, see docs/security.md", len(lacking), len(rights))
	}
	inputs = slices.DeleteFunc(inputs, func(name string) bool { return !slices.Contains(absent, name) })
	if len(inputs) > 0 {
		return fmt.Errorf("input topics do not exist: %s; create them or correct inputs[].topic", strings.Join(inputs, ", "))
	}
	return nil
}
