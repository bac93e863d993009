package kafka

import (
	"bytes"
	"sync"
)

// fakeStore is a disk in memory.
type fakeStore struct {
	mu       sync.Mutex
	position []byte
	entries  map[string][]byte
}

var _ Store = (*fakeStore)(nil)

func (s *fakeStore) Get(_ int32, key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.entries[key]), nil
}

func (s *fakeStore) Load(_ int32, wanted func(string) bool, entry func(string, []byte) error) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, blob := range s.entries {
		if !wanted(key) {
			blob = nil
		}
		if err := entry(key, blob); err != nil {
			return nil, err
		}
	}
	return s.position, nil
}

func (s *fakeStore) Write(_ int32, position []byte, keys []string, blobs [][]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries == nil {
		s.entries = map[string][]byte{}
	}
	for i, key := range keys {
		if s.entries[key] = bytes.Clone(blobs[i]); blobs[i] == nil {
			delete(s.entries, key)
		}
	}
	s.position = position
	return nil
}

func (s *fakeStore) Ready() error { return nil }

func (s *fakeStore) Drop(int32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries, s.position = nil, nil
	return nil
}
