package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"time"
)

// brokerPatience is for how long what is asked of a cluster may fail: another fault may have just hit it.
const brokerPatience = time.Minute

// brokerKinds are the faults of the broker.
var brokerKinds = []kind{brokerRestart, brokerKill, leaderMove, coordMove, coordKill}

// hurtBroker does one fault to the broker. Of a cluster the next one comes, half of the times, before all copies are there
// again.
func (l *lab) hurtBroker(ctx context.Context, f fault) error {
	rng := newRand(f.draw)
	var err error
	switch f.kind {
	case leaderMove:
		err = l.patiently(ctx, func() error { return l.moveLeaders(ctx, rng, l.topicsOfOurs()...) })
	case coordMove:
		internal := []string{"__consumer_offsets", "__transaction_state"}[rng.IntN(2)]
		err = l.patiently(ctx, func() error { return l.moveLeaders(ctx, nil, internal) })
	case coordKill:
		var node int
		err = l.patiently(ctx, func() (err error) { node, err = l.coordinator(ctx, rng); return err })
		if err == nil {
			err = l.bus.restart(node, true, f.lasts)
		}
	default:
		err = l.bus.restart(rng.IntN(len(l.bus.addresses())), f.kind == brokerKill, f.lasts)
	}
	if err == nil && f.ready {
		l.waitWhole(ctx)
	}
	return err
}

// patiently tries again until it succeeds, patience ends, or the campaign does, which is no failure.
func (l *lab) patiently(ctx context.Context, try func() error) (err error) {
	for began := time.Now(); ctx.Err() == nil; sleep(ctx, 300*time.Millisecond) {
		if err = try(); err == nil || time.Since(began) > brokerPatience {
			return err
		}
	}
	return nil
}

// coordinator is the node, from 0, that coordinates one of the groups or the transactions of one instance.
func (l *lab) coordinator(ctx context.Context, rng *rand.Rand) (int, error) {
	name := l.prefix + "group-judge"
	find := l.admin.FindGroupCoordinators
	if rng.IntN(2) == 0 {
		name, find = name+"-i0", l.admin.FindTxnCoordinators
	}
	c := find(ctx, name)[name]
	if c.Err != nil {
		return 0, fmt.Errorf("find coordinator of %s: %w", name, c.Err)
	}
	at := net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
	if n := slices.Index(l.bus.addresses(), at); n >= 0 {
		return n, nil
	}
	return 0, fmt.Errorf("find coordinator of %s: no node of ours is at %s", name, at)
}
