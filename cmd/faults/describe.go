package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// describe tells how things stand, for whoever has to find out why nothing moves.
func (l *lab) describe(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var b strings.Builder
	stages := map[string][]string{"judge": {l.judged()}}
	order := []string{"judge"}
	if !l.fused {
		stages["sequence"], order = l.inputs(), []string{"sequence", "judge"}
	}
	for _, stage := range order {
		l.describeGroup(ctx, &b, stage)
		for _, topic := range stages[stage] {
			l.describeLag(ctx, &b, stage, topic)
		}
	}
	if said, err := l.lacking(ctx); err != nil {
		fmt.Fprintf(&b, "  copies: %v\n", err)
	} else if said != "" {
		fmt.Fprintf(&b, "  copies are missing: %s\n", said)
	}
	open, err := l.openTransactions(ctx)
	if err != nil {
		open = err.Error()
	}
	fmt.Fprintf(&b, "  open transactions: %s\n", open)
	if listed, err := l.admin.ListTransactions(ctx, nil, nil); err != nil {
		fmt.Fprintf(&b, "  transactions: %v\n", err)
	} else {
		for _, t := range listed.Sorted() {
			if strings.HasPrefix(t.TxnID, l.prefix) && !strings.HasPrefix(t.State, "Complete") && t.State != "Empty" {
				fmt.Fprintf(&b, "  transaction %s: producer %d, %s\n", t.TxnID, t.ProducerID, t.State)
			}
		}
	}
	return b.String()
}

func (l *lab) describeGroup(ctx context.Context, b *strings.Builder, stage string) {
	name := l.prefix + "group-" + stage
	groups, err := l.admin.DescribeGroups(ctx, name)
	if err == nil {
		err = groups.Error()
	}
	if err != nil {
		fmt.Fprintf(b, "  group %s: %v\n", name, err)
		return
	}
	g := groups[name]
	fmt.Fprintf(b, "  group %s: %s, %d members\n", name, g.State, len(g.Members))
	for _, m := range g.Members {
		instance := ""
		if m.InstanceID != nil {
			instance = *m.InstanceID
		}
		fmt.Fprintf(b, "    %s (%s) owns", m.MemberID, instance)
		if owned, ok := m.Assigned.AsConsumer(); ok {
			for _, t := range owned.Topics {
				fmt.Fprintf(b, " %s%v", t.Topic, t.Partitions)
			}
		}
		fmt.Fprintln(b)
	}
}

func (l *lab) describeLag(ctx context.Context, b *strings.Builder, stage, topic string) {
	ends, err := l.topics.Ends(ctx, topic)
	if err != nil {
		fmt.Fprintf(b, "  %v\n", err)
		return
	}
	committed, err := l.committed(ctx, stage, topic)
	if err != nil {
		fmt.Fprintf(b, "  %v\n", err)
		return
	}
	for p := range int32(len(ends)) {
		if c := committed[p]; c.At < ends[p] {
			fmt.Fprintf(b, "  %s/%d: committed %d (%s) of %d\n", topic, p, c.At, c.Metadata, ends[p])
		}
	}
}
