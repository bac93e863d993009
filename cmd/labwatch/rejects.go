package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"labwatch/stream/kafka"
)

// rejectAddress is where a reject stands among the rejects, written "partition/offset".
type rejectAddress struct {
	partition int32
	offset    int64
}

func (a rejectAddress) String() string { return fmt.Sprintf("%d/%d", a.partition, a.offset) }

func parseRejectAddress(s string) (a rejectAddress, err error) {
	partition, offset, ok := strings.Cut(s, "/")
	p, err1 := strconv.ParseInt(partition, 10, 32)
	o, err2 := strconv.ParseInt(offset, 10, 64)
	if !ok || err1 != nil || err2 != nil || p < 0 || o < 0 {
		return a, fmt.Errorf("%q is no reject: write partition/offset as the list shows them", s)
	}
	return rejectAddress{int32(p), o}, nil
}

// rejected is one message that was set aside, but for the message itself: there may be more than memory holds.
type rejected struct {
	rejectAddress
	at       time.Time // when it was set aside
	topic    string    // where the message stood
	origin   string    // partition/offset there
	stage    string
	reason   string
	size     int // of the sealed message, bytes
	redriven bool
}

// rejectFilter chooses among the rejects. The zero one takes all.
type rejectFilter struct {
	config string
	reason string
	topic  string
	since  time.Duration
	only   []rejectAddress
}

func (f *rejectFilter) flags(c *cobra.Command) {
	configFlag(c, &f.config)
	c.Flags().StringVar(&f.reason, "reason", "", "only those with this reason, such as undecodable")
	c.Flags().StringVar(&f.topic, "topic", "", "only messages of this input topic")
	c.Flags().DurationVar(&f.since, "since", 0, "only those set aside within this time, such as 24h")
}

// validate refuses a time of no length, which would choose all.
func (f *rejectFilter) validate(c *cobra.Command) error {
	if c.Flags().Changed("since") && f.since <= 0 {
		return usageError{fmt.Errorf("--since=%v: is not above 0: say how long ago, such as 24h", f.since)}
	}
	return nil
}

func (f *rejectFilter) takes(r *rejected) bool {
	return (f.reason == "" || r.reason == f.reason) && (f.topic == "" || r.topic == f.topic) &&
		(len(f.only) == 0 || slices.Contains(f.only, r.rejectAddress))
}

func newRejectsCommand() *cobra.Command {
	c := &cobra.Command{Use: "rejects", Short: "Look at messages that were set aside, and send them back"}
	onlyHolds(c)
	c.AddCommand(newRejectsListCommand(), newRejectsShowCommand(), newRejectsRedriveCommand())
	return c
}

// missing is what was asked for by name and is not in the list.
func (f *rejectFilter) missing(list []rejected) (err error) {
	for _, at := range f.only {
		if !slices.ContainsFunc(list, func(r rejected) bool { return r.rejectAddress == at }) {
			err = errors.Join(err, fmt.Errorf("reject %v was not found", at))
		}
	}
	return err
}

// find lists the rejects that a filter takes, by partition and offset.
func (a *asking) find(ctx context.Context, filter *rejectFilter) ([]rejected, error) {
	var from time.Time
	if filter.since > 0 {
		from = time.Now().Add(-filter.since)
	}
	found, back := map[rejectAddress]rejected{}, map[rejectAddress]bool{}
	err := a.scan(ctx, a.env.Topics.Rejects, from, func(f kafka.Found) error {
		if offset, ok := kafka.Redriven(&f); ok {
			back[rejectAddress{f.Partition, offset}] = true
			return nil
		}
		r := rejected{
			rejectAddress: rejectAddress{f.Partition, f.Offset}, at: time.Unix(0, f.At).UTC(), size: len(f.Value),
			topic:  f.Header("__connect.errors.topic"),
			origin: f.Header("__connect.errors.partition") + "/" + f.Header("__connect.errors.offset"),
			stage:  f.Header("__connect.errors.stage"), reason: f.Header("labwatch.error.code"),
		}
		if filter.takes(&r) {
			found[r.rejectAddress] = r
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	list := make([]rejected, 0, len(found))
	for at, r := range found {
		r.redriven = back[at]
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b rejected) int {
		if a.partition != b.partition {
			return int(a.partition - b.partition)
		}
		return int(a.offset - b.offset)
	})
	return list, nil
}

// each reads the sealed messages of a list once more and hands over one at a time, those of a partition in their order.
func (a *asking) each(ctx context.Context, list []rejected, do func(r *rejected, sealed []byte) error) error {
	if len(list) == 0 {
		return nil
	}
	wanted := make(map[rejectAddress]*rejected, len(list))
	from := list[0].at
	for i := range list {
		r := &list[i]
		wanted[r.rejectAddress] = r
		if r.at.Before(from) {
			from = r.at
		}
	}
	return a.scan(ctx, a.env.Topics.Rejects, from, func(f kafka.Found) error {
		if r := wanted[rejectAddress{f.Partition, f.Offset}]; r != nil {
			return do(r, f.Value)
		}
		return nil
	})
}
