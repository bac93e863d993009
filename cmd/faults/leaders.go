package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
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

// moveLeaders lets another node lead the partitions of topics, drawn half of them or, without rng, all: another copy that
// is in step becomes the preferred one and is elected. That some were moved is seen, or it is an error.
func (l *lab) moveLeaders(ctx context.Context, rng *rand.Rand, topics ...string) error {
	found, err := l.admin.ListTopicsWithInternal(ctx, topics...)
	if err == nil {
		err = found.Error()
	}
	if err != nil {
		return fmt.Errorf("list leaders: %w", err)
	}
	var order kadm.AlterPartitionAssignmentsReq
	elect := kadm.TopicsSet{}
	for _, topic := range found.Sorted() {
		for _, p := range topic.Partitions.Sorted() {
			if rng != nil && rng.IntN(2) == 0 {
				continue
			}
			at := slices.IndexFunc(p.Replicas, func(node int32) bool { return node != p.Leader && slices.Contains(p.ISR, node) })
			if at < 0 {
				continue // the only copy in step
			}
			replicas := slices.Clone(p.Replicas)
			replicas[0], replicas[at] = replicas[at], replicas[0]
			order.Assign(p.Topic, p.Partition, replicas)
			elect.Add(p.Topic, p.Partition)
		}
	}
	if len(order) == 0 {
		return errors.New("move leaders: no other copy is in step")
	}
	ordered, err := l.admin.AlterPartitionAssignments(ctx, order)
	if err == nil {
		err = ordered.Error()
	}
	if err != nil {
		return fmt.Errorf("move leaders: %w", err)
	}
	elected, err := l.admin.ElectLeaders(ctx, kadm.ElectPreferredReplica, elect)
	if err != nil {
		return fmt.Errorf("elect leaders: %w", err)
	}
	moved := 0
	for _, partitions := range elected {
		for _, p := range partitions {
			if p.Err == nil {
				moved++
			}
		}
	}
	if moved == 0 { // each copy has just fallen behind, or its node is gone
		return errors.New("elect leaders: none has moved")
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

// waitWhole waits, at most a while, until every partition has all its copies.
func (l *lab) waitWhole(ctx context.Context) {
	for deadline := time.Now().Add(brokerPatience); ctx.Err() == nil && time.Now().Before(deadline); sleep(ctx, 300*time.Millisecond) {
		if said, err := l.lacking(ctx); err == nil && said == "" {
			return
		}
	}
}

// lacking names the partitions without all their copies, those of Kafka itself too.
func (l *lab) lacking(ctx context.Context) (string, error) {
	found, err := l.admin.ListTopicsWithInternal(ctx)
	if err != nil {
		return "", fmt.Errorf("list copies: %w", err)
	}
	var lacking []string
	for _, topic := range found.Sorted() {
		for _, p := range topic.Partitions.Sorted() {
			if p.Leader < 0 || len(p.ISR) < len(p.Replicas) {
				lacking = append(lacking, fmt.Sprintf("%s/%d led by %d, in step %v", p.Topic, p.Partition, p.Leader, p.ISR))
			}
		}
	}
	return strings.Join(lacking, ", "), nil
}
