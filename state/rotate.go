package state

import "encoding/binary"

// What was overwritten in the value log is known once the index of it, which says so, has left memory: after a memtable of
// some 20,000 entries. That is soon where each has 15 kB. Of devices with megabytes each it would be after tens of gigabytes. So
// the memtable is filled up when as much as rotateEvery was written since; which costs a megabyte.
const (
	rotateEvery = 128 << 20
	fillerBytes = valueThreshold - 64 // of one value: it must lie in the index
)

// rotate makes Badger look at what was overwritten. The caller holds mu.
func (s *Store) rotate(written int) error {
	if s.unseen += int64(written); s.unseen < rotateEvery {
		return nil
	}
	s.unseen = 0
	batch := s.db.NewWriteBatch()
	defer batch.Cancel()
	for i := range s.db.Opts().MemTableSize/fillerBytes + 1 {
		if err := batch.Set(binary.BigEndian.AppendUint32([]byte{fillerSpace}, uint32(i)), make([]byte, fillerBytes)); err != nil {
			return err
		}
	}
	return batch.Flush()
}
