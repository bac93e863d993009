package kafka

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// transactionalID is the name under which a session's transactions run.
//
// It is the instance's, so that a session takes over what the one before it left open. Not so on the embedded broker:
// after an unclean stop that keeps a producer id's open transaction without an abort marker, which would hide the id's
// later commits from readers. There each session has an id of its own, and looks for what former ones left.
func transactionalID(env *Environment, stage string, now time.Time) string {
	id := fmt.Sprintf("%s-%s-%s", env.Group, stage, env.Instance)
	if env.Embedded {
		id = fmt.Sprintf("%s-%d", id, now.UnixNano())
	}
	return id
}

// takeOver aborts what a former session of this instance left open. Until it times out it would hold up every reader,
// a recovery of ours included.
func (s *session) takeOver(ctx context.Context) error {
	if sabotaged(restoreToLSO) || sabotaged(noTransactions) { // harmless as long as nothing of the dead stays open
		return nil
	}
	client := s.gts.Client()
	if _, _, err := client.ProducerID(ctx); err != nil {
		return fmt.Errorf("take over transactional id %s: %w", transactionalID(s.env, s.name, time.Now()), err)
	}
	if !s.env.Embedded {
		return nil
	}
	open, err := kadm.NewClient(client).ListTransactions(ctx, nil, []string{"Ongoing"})
	if err != nil {
		return fmt.Errorf("list open transactions: %w", err)
	}
	for _, t := range open.Sorted() {
		if !s.formerly(t.TxnID) {
			continue
		}
		if err := abortOpen(ctx, s.env, t.TxnID); err != nil {
			return fmt.Errorf("abort transaction of former session %q: %w", t.TxnID, err)
		}
	}
	return nil
}

// formerly says whether a transactional id of the embedded broker is one of this instance and stage.
func (s *session) formerly(id string) bool {
	stable := *s.env
	stable.Embedded = false
	rest, ok := strings.CutPrefix(id, transactionalID(&stable, s.name, time.Time{})+"-")
	_, err := strconv.ParseInt(rest, 10, 64)
	return ok && err == nil
}

// abortOpen ends the transaction of a session that is gone, by taking its id.
func abortOpen(ctx context.Context, env *Environment, id string) error {
	client, err := kgo.NewClient(append(clientOptions(env), kgo.TransactionalID(id))...)
	if err != nil {
		return err
	}
	defer client.Close()
	_, _, err = client.ProducerID(ctx)
	return err
}
