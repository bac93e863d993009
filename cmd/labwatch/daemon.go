package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"labwatch/config"
	"labwatch/state"
	"labwatch/stream"
	"labwatch/stream/kafka"
)

// daemon is what runDaemon needs.
type daemon struct {
	*engine
	log      zerolog.Logger
	only     string                                // one stage, or both when empty
	embedded bool                                  // kafka.brokers is an embedded broker that the caller has started
	patience time.Duration                         // how long the start waits for a broker before it gives up
	started  func(http string, judge *kafka.Judge) // called once everything runs; may be nil
	level    *levelFilter                          // of log; nil: it stays as it is
	reread   func() (*config.Config, error)        // reads the config again; nil: it stays as it is
}

// The time that a stop may take: three quarters for what was read to be judged and committed, the rest to close.
const (
	drainPatience = 30 * time.Second
	closePatience = 10 * time.Second
)

// connectPatience is that of run: a broker that starts at the same time as labwatch is there within it.
const connectPatience = 30 * time.Second

// runDaemon wires the rooms together and works until ctx ends or something fails that cannot be mended. It is one
// straight function, in the order in which things are needed: what can fail without a trace comes first, and
// everything is closed in the reverse order. HTTP opens first and closes last, so that it can always be asked how
// things stand.
func runDaemon(ctx context.Context, d daemon) (err error) {
	cfg := d.cfg
	closing := closers{log: d.log}
	defer func() { err = errors.Join(err, closing.closeAll(closePatience)) }()

	f, err := openFront(&d, &closing)
	if err != nil {
		return err
	}
	closing.add("heap limit", limitHeap(cfg.Judge.MemoryMB))
	health := newHealth(&f.readiness)
	d.log.Info().Str("address", f.address).Str("keys", d.keys.ID()).Str("fingerprint", d.keys.Fingerprint()).Msg("labwatch starts")

	f.page.Add(cfg.Kafka.TLS.Metrics(), cfg.Kafka.TLS.Help())
	for _, warning := range cfg.Kafka.Warnings() {
		d.log.Warn().Msg(warning)
	}
	if d.only != stageSequence { // a mistake of the site's is told before topics are made; what can be borne, where it is opened
		if err := state.Try(cfg.State, d.log); err != nil && !errors.Is(err, state.ErrNoRoom) && !errors.Is(err, state.ErrReadOnly) {
			return err
		}
	}
	rules, err := rulesOf(cfg)
	if err != nil {
		return err
	}
	env := &kafka.Environment{Config: cfg.Kafka, Embedded: d.embedded, Only: d.only, TickInterval: cfg.Judge.TickInterval,
		Memory: int64(cfg.Judge.MemoryMB) << 20 / 2, Rules: rules, Log: d.log,
		Delivers: d.only != stageSequence && len(cfg.Delivery.Sinks) > 0}
	if err := nameInstance(env); err != nil {
		return err
	}
	if len(env.Brokers) == 0 {
		broker, err := startChildBroker(ctx, cfg.Broker.Dir, cfg.Broker.Port, d.log)
		if err != nil {
			return err
		}
		closing.add("embedded broker", broker.stop)
		env.Brokers, env.Embedded = []string{broker.address}, true
	}

	health.say("kafka", "waiting for a broker at "+strings.Join(env.Brokers, ", "))
	client, err := kafka.Connect(ctx, env, d.patience)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	closing.add("kafka client", func(context.Context) error { client.Close(); return nil })
	layout, err := kafka.Prepare(ctx, env, client, cfg.Topics(), cfg.Fused)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	env.JudgedPartitions = layout.Partitions
	health.say("kafka", "")
	d.log.Info().Strs("brokers", env.Brokers).Str("cluster", layout.ClusterID).Str("version", layout.BrokerVersion).
		Str("judges", layout.JudgedTopic).Int32("partitions", layout.Partitions).Msg("connected to Kafka")

	var delivers *delivery
	if env.Delivers { // before the first alert can be written
		topic, err := kafka.NewDelivery(ctx, env, client)
		if err != nil {
			return unlessStopped(ctx, err)
		}
		if delivers, err = newDelivery(ctx, topic, cfg.Delivery, &f.page, d.log); err != nil {
			return unlessStopped(ctx, err)
		}
		f.reload.part(func(c *config.Config) (func(), error) { return delivers.prepare(ctx, c.Delivery) }, "delivery.")
	}

	stages := newStages(ctx, drainPatience*3/4)
	if d.only != stageJudge && !cfg.Fused {
		sequence := kafka.NewSequence(env, cfg.Topics(), client, d.sequencer)
		f.page.Add(sequence.Stats(), kafka.Help())
		ticks := kafka.NewTicks(env, client, sequence)
		lag := kafka.NewLag(env, stageSequence, cfg.Topics(), client)
		f.page.Add(lag.Stats(), kafka.Help())
		f.readiness.Check(stageSequence, sequence.Ready)
		f.readiness.Check("kafka_answers_sequence", lag.Ready)
		stages.start(stageSequence, sequence.Run, func(ctx context.Context) error { return ticks.Run(ctx, layout.Partitions) }, lag.Run)
	}
	var judge *kafka.Judge
	if d.only != stageSequence {
		store, err := state.Open(cfg.State, d.log, strings.Join([]string{layout.ClusterID, env.Group, layout.StateID}, "/"))
		var disk kafka.Store // none: state is read from Kafka
		switch {
		case errors.Is(err, state.ErrNoRoom), errors.Is(err, state.ErrReadOnly):
			d.log.Warn().Err(err).Msg("working without local state; nothing is lost, but a restart takes longer")
		case err != nil:
			return err
		default:
			closing.add("state", timely(closePatience/2, store.Close))
			f.page.Add(store.Metrics(), store.Help())
			f.admin.HandleBackup(loggedBackup(store, d.log))
			disk = store
		}
		judge = kafka.NewJudge(env, layout.JudgedTopic, client, disk, func(int32) *stream.Worker { return d.worker(cfg.Fused) })
		f.page.Add(judge.Stats().Set(), kafka.Help())
		f.devices.judge.Store(judge)
		lag := kafka.NewLag(env, stageJudge, []string{layout.JudgedTopic}, client)
		f.page.Add(lag.Stats(), kafka.Help())
		f.readiness.Check(stageJudge, judge.Stats().Ready)
		f.readiness.Check("kafka_answers_judge", lag.Ready)
		stages.start(stageJudge, judge.Run, lag.Run)
	}
	if delivers != nil { // after the judge, so that it stops last
		stages.start(stageDeliver, delivers.run)
	}
	health.say("stages", "")
	d.tellSystemd("READY=1")
	if d.started != nil {
		d.started(f.address, judge)
	}

	err = stages.wait(func() {
		health.say("stages", "stopping")
		d.tellSystemd("STOPPING=1")
		d.log.Info().Msg("stopping: what was read is judged and committed")
	})
	if err == nil {
		d.log.Info().Msg("stopped in order; what it had worked is committed")
	}
	return err
}

// nameInstance gives an instance that the config does not name the machine's name.
func nameInstance(env *kafka.Environment) (err error) {
	if env.Instance != "" {
		return nil
	}
	if env.Instance, err = os.Hostname(); err != nil {
		return fmt.Errorf("name this instance: %w (set kafka.instance)", err)
	}
	return nil
}

// tellSystemd says how things stand. That systemd is not reached is not worth stopping for: if it waits, it says so.
func (d daemon) tellSystemd(state string) {
	if err := notify(state); err != nil {
		d.log.Warn().Err(err).Send()
	}
}

// unlessStopped is err, unless a start was told to stop before it had read anything: that is no failure.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // see above
	}
	return err
}
