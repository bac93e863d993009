package kafka

import (
	"github.com/twmb/franz-go/pkg/kgo"
)

// granting notes what the group gives this member, as it is read from the group's answer. The client's callbacks do not say
// all of it: its transact session is told of one revoke and of one loss, and keeps every further one to itself until the
// next End. Whoever built on them alone would go on with a partition of another member.
type granting struct {
	kgo.GroupBalancer
	note func(map[string][]int32)
}

func (g granting) ParseSyncAssignment(assignment []byte) (map[string][]int32, error) {
	m, err := g.GroupBalancer.ParseSyncAssignment(assignment)
	if err == nil {
		g.note(m)
	}
	return m, err
}

// grant notes the whole of what is given in the group's newest generation. It is not ours to work before assigned has opened
// it; what it lacks is ours until assigned has dropped it, because the group gives that to nobody before we join again.
func (s *session) grant(m map[string][]int32) {
	granted := map[place]bool{}
	for topic, partitions := range m {
		for _, p := range partitions {
			granted[place{topic, p}] = true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.granted = granted
}

// dropUngranted completes the revokes that the client did not tell. It is called in each generation of the group, before
// this member joins again.
func (s *session) dropUngranted() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := range s.owned {
		if s.granted != nil && !s.granted[at] {
			s.env.Log.Info().Str("topic", at.topic).Int32("partition", at.partition).Msg("the partition went to another instance in a rebalance right after another")
			s.giveUp(at)
		}
	}
}

// OnGroupManageError tells that the group went on without this member, which now has nothing; also when the client does not
// tell of the loss.
func (s *session) OnGroupManageError(error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := range s.owned {
		s.giveUp(at)
	}
}

// giveUp forgets a place that is no longer ours; the caller holds the lock. The poll under way ends, so that the loop can
// acknowledge the revoke.
func (s *session) giveUp(at place) {
	delete(s.owned, at)
	s.stage.drop(at)
	s.revoke = true
	if s.wake != nil {
		s.wake()
	}
}

// lacks names one of the places that is not ours any more.
func (s *session) lacks(places []place) (at place, lacks bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range places {
		if _, ok := s.owned[at]; !ok {
			return at, true
		}
	}
	return place{}, false
}
