package kafka

import (
	"context"
	"maps"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
)

// adjust notes from where on messages are new, and lets every partition be read from its start. A partition without
// an offset has come after the group began: all of it is new.
func (s *subscription) adjust(_ context.Context, m map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, o := range m[s.topic] {
		s.owned[p] = max(0, o.EpochOffset().Offset)
		m[s.topic][p] = kgo.NewOffset().AtStart()
	}
	return m, nil
}

// revoked stops the message that is being taken if its partition has moved: the other instance takes it again.
func (s *subscription) revoked(partitions []int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range partitions {
		delete(s.owned, p)
		s.lost = append(s.lost, p)
		if p == s.taking && s.cancel != nil {
			s.cancel()
		}
	}
}

func (s *subscription) partitions() []int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.owned))
}

func (s *subscription) tellLost() {
	s.mu.Lock()
	lost := s.lost
	s.lost = nil
	s.mu.Unlock()
	for _, p := range lost {
		s.sub.Lost(p)
	}
}
