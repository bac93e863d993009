package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/cmd/rig"
)

// stream sends readings of simulated instruments until ctx ends. The simulator gives up when the broker is away for
// long; then the next one goes on, with other ids. What counts is what the raw topics hold in the end, because a
// client that tries again may write a reading twice.
func (l *lab) stream(ctx context.Context) error {
	go l.spoilInput(ctx)
	for round := uint64(0); ctx.Err() == nil; round++ {
		p, err := rig.Start("the simulator", l.path("simulate.log"), exec.Command(l.program, l.simulation(round)...))
		if err != nil {
			return err
		}
		l.feed.from(p)
		select {
		case <-ctx.Done():
			if err := p.Stop(20 * time.Second); err != nil {
				return fmt.Errorf("stop the simulator: %w", err)
			}
			return nil
		case <-p.Done:
			if p.Cmd.ProcessState.ExitCode() == 2 {
				return fmt.Errorf("start the simulator: %s", p.Tail(1))
			}
			l.say("the simulator ended and is started again: %.200s", p.Tail(1))
			sleep(ctx, 500*time.Millisecond)
		}
	}
	return nil
}

func (l *lab) simulation(round uint64) []string {
	args := []string{"simulate", "--brokers", strings.Join(l.bus.addresses(), ","), "--rate", strconv.Itoa(l.rate), "--devices", strconv.Itoa(l.devices),
		"--seed", strconv.FormatUint(l.seed+round*1_000_003, 10)}
	if l.fused {
		args = append(args, "--fused", l.topic("all"))
	} else {
		for i, stream := range []string{"results", "qc", "logs", "telemetry"} {
			args = append(args, "--"+stream+"-topic", l.inputs()[i])
		}
	}
	// Alerts must come and go, or there is nothing to lose.
	width := max(2, len(strconv.Itoa(l.devices)))
	first := fmt.Sprintf("device=analyser-%0*d", width, 1)
	args = append(args, "--fault", "drift:"+first+",test=WBC,at=20s,shift=6sd,for=10s", "--fault", "duplicate:"+first+",share=0.1")
	if l.devices > 1 {
		monitor := fmt.Sprintf("device=monitor-%0*d", width, 1)
		args = append(args, "--fault", "cold_store:"+monitor+",at=5s,for=5s", "--fault", "contamination:"+monitor+",at=15s,for=5s",
			"--fault", "silent:"+monitor+",at=25s,for=20s")
	}
	return args
}

// spoilInput sends what cannot be read, five times a second: it must be set aside once, too.
func (l *lab) spoilInput(ctx context.Context) {
	topics := l.inputs()
	for n := 0; ctx.Err() == nil; n++ {
		if l.feed.isHeld() {
			sleep(ctx, 20*time.Millisecond)
			continue
		}
		l.client.Produce(ctx, &kgo.Record{
			Topic: topics[n%len(topics)], Key: []byte(strconv.Itoa(n % 7)), Value: fmt.Appendf(nil, "{%d is no JSON", n),
		}, nil)
		sleep(ctx, 200*time.Millisecond)
	}
}

// jump sends readings of one more sensor whose sender's clock is wrong: Kafka's timestamps of a raw topic are the
// senders'. Brokers take none that is more than an hour ahead.
func (l *lab) jump(ctx context.Context, f fault) error {
	rng := newRand(f.draw)
	topics := l.inputs()
	off := time.Duration(rng.Int64N(int64(100*time.Minute))) - 50*time.Minute
	const readings = 10
	for n := range readings {
		at := time.Now().Add(off)
		r := &kgo.Record{
			Topic: topics[len(topics)-1], Key: []byte("jumper"), Timestamp: at,
			Value: fmt.Appendf(nil, `{"device_id":"jumper","timestamp":%q,"temperature":%d.5}`, at.UTC().Format(time.RFC3339Nano), 20+n%3),
		}
		l.client.Produce(ctx, r, nil) // what a broker that is away does not get is not expected either
		sleep(ctx, f.lasts/readings)
	}
	return nil
}
