package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// beginning is the first offset of a partition that was for a group: it began at the end of its topic, and nobody told
// it what stands before that. It rides in the metadata of each offset that the group commits.
type beginning int64

func (b beginning) String() string { return fmt.Sprintf("%s from=%d", noteVersion, int64(b)) }

// parseBeginning reads what String wrote. Anything else was committed by hand, or by a labwatch that did not write it
// yet: then all that stands before the offset counts as told.
func parseBeginning(metadata *string) beginning {
	var from int64
	if metadata == nil {
		return 0
	}
	if _, err := fmt.Sscanf(*metadata, noteVersion+" from=%d", &from); err != nil || from < 0 {
		return 0
	}
	return beginning(from)
}

// fetched notes where the group began. The client calls it before adjust.
func (s *subscription) fetched(_ context.Context, _ *kgo.Client, r *kmsg.OffsetFetchResponse) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range r.Groups {
		for _, t := range g.Topics { // there is one
			for _, p := range t.Partitions {
				s.began[p.Partition] = parseBeginning(p.Metadata)
			}
		}
	}
	return nil
}

// noteBeginning writes it into a commit.
func (s *subscription) noteBeginning(r *kmsg.OffsetCommitRequest) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range r.Topics {
		for j := range r.Topics[i].Partitions {
			p := &r.Topics[i].Partitions[j]
			note := s.began[p.Partition].String()
			p.Metadata = &note
		}
	}
	return nil
}
