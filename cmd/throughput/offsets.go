//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// offsets is an offset for each partition of some topics.
type offsets map[place]int64

type place struct {
	topic     string
	partition int32
}

func (o offsets) sum() (n int64) {
	for _, at := range o {
		n += at
	}
	return n
}

// reached says whether o has come to end in every partition. Behind the last record of a transaction stands a marker
// that no consumer ever commits, hence the 1.
func (o offsets) reached(end offsets) bool {
	for at, e := range end {
		if o[at] < e-1 {
			return false
		}
	}
	return true
}

func (b *bench) ends(ctx context.Context, topics ...string) (offsets, error) {
	listed, err := b.admin.ListEndOffsets(ctx, topics...)
	if err == nil {
		err = listed.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("list ends of %v: %w", topics, err)
	}
	o := offsets{}
	listed.Each(func(l kadm.ListedOffset) { o[place{l.Topic, l.Partition}] = l.Offset })
	return o, nil
}

// committed reads what a group has committed of topics; before its first commit there may be no group.
func (b *bench) committed(ctx context.Context, group string, topics ...string) (offsets, error) {
	fetched, err := b.admin.FetchOffsets(ctx, group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return nil, fmt.Errorf("read offsets of group %s: %w", group, err)
	}
	o := offsets{}
	for _, topic := range topics {
		for p, r := range fetched[topic] {
			o[place{topic, p}] = max(r.At, 0)
		}
	}
	return o, nil
}
