package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

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
