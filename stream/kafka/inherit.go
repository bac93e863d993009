package kafka

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// inherit aborts what dead members of the group left open, when their partitions come to us. Otherwise it holds up every
// reader, recoveries included, until Kafka sees that its time is over: Kafka looks every ten seconds only
// (transaction.abort.timed.out.transaction.cleanup.interval.ms), so a take-over would take the session timeout and up to ten
// seconds more. Dead is who is no member any more; if it only stood still, it finds itself fenced, as it would by the timeout.
// What cannot be done here Kafka does in its time.
func (s *session) inherit(client *kgo.Client) {
	ctx, cancel := context.WithTimeout(client.Context(), s.env.SessionTimeout)
	defer cancel()
	admin := kadm.NewClient(client)
	warn := func(err error, said string) {
		if err != nil && client.Context().Err() == nil { // else the session has ended; the next one comes here again
			s.env.Log.Warn().Err(err).Str("stage", s.name).Msg(said + "; transactions of dead instances hold up readers until they time out")
		}
	}
	open, err := admin.ListTransactions(ctx, nil, []string{"Ongoing"})
	warn(err, "not all transactions were listed")
	if len(open) == 0 {
		return
	}
	// Asked after the list: whoever has begun a transaction was a member before.
	alive, err := s.alive(ctx, admin)
	for _, t := range open.Sorted() {
		owner, ok := s.owner(t.TxnID)
		if err == nil && ok && !alive[owner] {
			alive, err = s.alive(ctx, admin) // it may have come back
		}
		if err != nil {
			warn(err, "the group's members were not listed")
			return
		}
		if !ok || alive[owner] {
			continue
		}
		if err := abortOpen(ctx, s.env, t.TxnID); err != nil {
			warn(err, "a transaction was not aborted")
			continue
		}
		s.env.Log.Info().Str("stage", s.name).Str("of", owner).Msg("the transaction that a dead instance left open was aborted")
	}
}

// alive is the instances that are members of the group. An answer without this one, which has just been given partitions,
// says nothing about the others either.
func (s *session) alive(ctx context.Context, admin *kadm.Client) (map[string]bool, error) {
	groups, err := admin.DescribeGroups(ctx, s.group())
	if err = errors.Join(err, groups.Error()); err != nil {
		return nil, err
	}
	alive := map[string]bool{}
	for _, m := range groups[s.group()].Members {
		if m.InstanceID != nil {
			alive[strings.TrimSuffix(*m.InstanceID, "-"+s.name)] = true
		}
	}
	if !alive[s.env.Instance] {
		return nil, errors.New("this instance is not among them")
	}
	return alive, nil
}

// owner is the instance that a transactional id of this group and stage is of, see transactionalID. Config.Validate refuses
// the groups with which an id of another deployment could be taken for one of ours.
func (s *session) owner(id string) (instance string, ok bool) {
	instance, ok = strings.CutPrefix(id, s.group()+"-")
	if !s.env.Embedded || !ok {
		return instance, ok
	}
	at := strings.LastIndexByte(instance, '-')
	if at < 0 {
		return "", false
	}
	if _, err := strconv.ParseInt(instance[at+1:], 10, 64); err != nil {
		return "", false
	}
	return instance[:at], true
}
