package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// group is the consumer group of the stage.
func (s *session) group() string { return s.env.Group + "-" + s.name }

// member is the name that the group knows this instance by, over restarts.
func (s *session) member() string { return s.env.Instance + "-" + s.name }

// leave takes this instance out of the group, so that the others get its partitions now and not after the session
// timeout. The client would not do it: a member with a name is expected back.
func (s *session) leave(ctx context.Context) {
	client := s.gts.Client()
	err := client.LeaveGroupContext(ctx) // or it would join again
	if err == nil {
		leaving := kadm.LeaveGroup(s.group()).InstanceIDs(s.member()).Reason("stopped for good")
		_, err = kadm.NewClient(client).LeaveGroup(ctx, leaving)
	}
	if err != nil {
		s.env.Log.Warn().Err(err).Str("stage", s.name).Msg("the group was not left; others take over after the session timeout")
	}
}

// rebalance makes the group assign anew what is nobody's.
func (s *session) rebalance() {
	s.env.Log.Warn().Str("group", s.group()).Msg("a partition is nobody's; asking for a rebalance")
	s.gts.Client().ForceRebalance()
}

// assigned recovers new partitions before anything is fetched from them. The loop, which waits in its poll meanwhile,
// cannot see that it is to stop, so this must.
func (s *session) assigned(ctx, stop context.Context, m map[string][]int32) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(stop, cancel)()
	s.dropUngranted()
	var wg sync.WaitGroup
	for topic, partitions := range m {
		for _, p := range partitions {
			at := place{topic, p}
			wg.Go(func() { s.open(ctx, at) })
		}
	}
	wg.Wait()
	s.mu.Lock()
	s.given = s.given || len(m) > 0
	s.mu.Unlock()
	s.stats.joined.Store(s.failure() == nil)
}

func (s *session) open(ctx context.Context, at place) {
	next, err := s.stage.open(ctx, at)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.broken = errors.Join(s.broken, err)
		return
	}
	s.owned[at], s.opened = next, true
}

func (s *session) revoked(m map[string][]int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoke = true
	for topic, partitions := range m {
		for _, p := range partitions {
			s.giveUp(place{topic, p})
		}
	}
}

// wakeBy lets a revoke end the poll that is to begin, at once if one waits already.
func (s *session) wakeBy(wake context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wake = wake; s.revoke {
		wake()
	}
}

// acknowledgeRevoke ends the client's memory of a revoke that fell between two transactions. Without it the client
// would abort the next one, and would not tell us of a second revoke.
func (s *session) acknowledgeRevoke(ctx context.Context) error {
	s.mu.Lock()
	revoked := s.revoke
	s.revoke = false
	s.mu.Unlock()
	if !revoked {
		return nil
	}
	if _, err := s.gts.End(context.WithoutCancel(ctx), kgo.TryAbort); err != nil {
		return fmt.Errorf("end after a rebalance: %w", err)
	}
	return nil
}

func (s *session) dropAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := range s.owned {
		s.stage.drop(at)
	}
	clear(s.owned)
}

// adjust makes the recovered state the authority on where reading starts. It also turns "nothing committed yet"
// into the oldest offset, which NoResetOffset would refuse.
func (s *session) adjust(_ context.Context, m map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return nil, s.broken
	}
	for topic, partitions := range m {
		for p := range partitions {
			if next, ok := s.owned[place{topic, p}]; !ok {
				return nil, fmt.Errorf("partition %d of %s was assigned but not opened", p, topic)
			} else if next < 0 {
				partitions[p] = kgo.NewOffset().AtStart()
			} else {
				partitions[p] = kgo.NewOffset().At(next)
			}
		}
	}
	return m, nil
}

func (s *session) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}
